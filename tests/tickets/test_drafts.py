"""Drafts: kept for their author, sent once, taken back until they leave, never across another."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from tests.factories import make_agent, make_message, make_team, make_ticket
from tests.tickets.parallel import real_transactions, together
from tickets import actions, clock, events
from tickets.actions import ActionError, Crossed, NotAllowed
from tickets.actors import Actor
from tickets.intake import attachments
from tickets.models import (
    Afterwards,
    Attachment,
    AuthorKind,
    Draft,
    Event,
    EventKind,
    Kind,
    Message,
    Reaction,
    Ticket,
    Turn,
    User,
)

pytestmark = pytest.mark.django_db
WAIT = timedelta(seconds=10)


@pytest.fixture
def ada() -> User:
    return make_agent("Ada Brook", teams=[make_team()])


@pytest.fixture
def ben(ada: User) -> User:
    return make_agent("Ben Hale", teams=ada.teams.all())


@pytest.fixture
def ticket(ada: User) -> Ticket:
    return make_ticket(team=ada.teams.get(), turn=Turn.AGENT, agent=ada)


def keep(who: User, ticket: Ticket, body: str, kind: Kind = Kind.REPLY) -> Draft | None:
    return actions.save_draft(
        actor=Actor.agent(who), ticket=ticket, kind=kind, body=body, client_id=uuid4()
    )


def send(who: User, ticket: Ticket, body: str = "It is on its way.", **more: object) -> Draft:
    draft = actions.send_reply(
        actor=Actor.agent(who),
        ticket=ticket,
        body=body,
        wait=WAIT,
        **more,  # type: ignore[arg-type]
    )
    assert draft is not None
    return draft


def replies(ticket: Ticket) -> list[str]:
    said = ticket.messages.filter(author_kind=AuthorKind.AGENT).order_by("position")
    return list(said.values_list("body", flat=True))


def kinds(ticket: Ticket) -> list[str]:
    return list(Event.objects.filter(ticket=ticket).order_by("pk").values_list("kind", flat=True))


def run_what_leaves() -> bool:
    """The worker looks whether a reply is to leave; whether one did."""
    waiting = Reaction.objects.filter(name="send_reply", state="due").values_list("pk", flat=True)
    return bool([pk for pk in list(waiting) if events.run(pk)])


def let_time_pass() -> None:
    Reaction.objects.filter(name="send_reply", state="due").update(due_at=timezone.now())
    run_what_leaves()


# --- kept ------------------------------------------------------------------------------------------


def test_what_is_typed_is_kept_reply_and_note_apart_and_is_nobodys_news(
    ada: User, ben: User, ticket: Ticket
) -> None:
    happened = kinds(ticket)
    keep(ada, ticket, "Dear Maya")
    keep(ada, ticket, "Dear Maya, it")
    keep(ada, ticket, "third pole", Kind.NOTE)
    keep(ben, ticket, "Hi")
    kept = Draft.objects.order_by("pk").values_list("author__name", "kind", "body")
    assert list(kept) == [
        ("Ada Brook", "reply", "Dear Maya, it"),
        ("Ada Brook", "note", "third pole"),
        ("Ben Hale", "reply", "Hi"),
    ]
    assert kinds(ticket) == happened
    assert not replies(ticket)


def test_a_draft_without_words_is_none(ada: User, ticket: Ticket) -> None:
    keep(ada, ticket, "Dear")
    assert keep(ada, ticket, " \n") is None
    assert not Draft.objects.exists()


def test_only_who_works_here_keeps_drafts(ticket: Ticket) -> None:
    with pytest.raises(NotAllowed):
        actions.save_draft(
            actor=Actor.of_customer(ticket.customer),
            ticket=ticket,
            kind=Kind.REPLY,
            body="x",
            client_id=uuid4(),
        )
    assert not Draft.objects.exists()


def test_what_is_kept_too_late_does_not_come_back_after_the_sending(
    ada: User, ticket: Ticket
) -> None:
    for wait in (WAIT, timedelta()):
        sent, body = uuid4(), f"After {wait}"
        actions.send_reply(
            actor=Actor.agent(ada), ticket=ticket, body=body, wait=wait, client_id=sent
        )
        late = actions.save_draft(
            actor=Actor.agent(ada), ticket=ticket, kind=Kind.REPLY, body=body, client_id=sent
        )
        assert late is None
        assert not Draft.objects.unsent().exists()


# --- sent, and taken back ---------------------------------------------------------------------------


def test_a_reply_leaves_after_its_time_and_not_before(ada: User, ticket: Ticket) -> None:
    keep(ada, ticket, "It is")
    draft = send(ada, ticket, client_id=uuid4())
    assert Draft.objects.get() == draft, "what was typed is what leaves"
    assert not replies(ticket)
    assert not run_what_leaves()
    assert not replies(ticket)

    let_time_pass()

    assert replies(ticket) == ["It is on its way."]
    assert ticket.messages.get(body="It is on its way.").client_id == draft.client_id
    assert not Draft.objects.exists()
    ticket.refresh_from_db()
    assert ticket.turn == Turn.CUSTOMER


def test_sending_twice_and_leaving_twice_is_once(ada: User, ticket: Ticket) -> None:
    one = uuid4()
    first = send(ada, ticket, client_id=one)
    assert send(ada, ticket, client_id=one) == first
    actions.send_now(actor=Actor.agent(ada), draft=first)
    assert actions.send_now(actor=Actor.agent(ada), draft=first) is None
    let_time_pass()
    assert replies(ticket) == ["It is on its way."]


def test_what_is_taken_back_never_leaves_and_is_a_draft_again(ada: User, ticket: Ticket) -> None:
    draft = send(ada, ticket)
    keep(ada, ticket, "PS: bring the pole.")
    back = actions.take_back(actor=Actor.agent(ada), draft=draft)
    let_time_pass()
    assert back is not None
    assert back.body == "It is on its way.\n\nPS: bring the pole."
    assert Draft.objects.get().leaves_at is None
    assert not replies(ticket)
    assert kinds(ticket)[-2:] == [EventKind.REPLY_LEAVING, EventKind.REPLY_TAKEN_BACK]


def test_nobody_takes_back_what_is_not_theirs_or_has_left(
    ada: User, ben: User, ticket: Ticket
) -> None:
    draft = send(ada, ticket)
    with pytest.raises(ActionError) as refused:
        actions.take_back(actor=Actor.agent(ben), draft=draft)
    assert refused.value.code == "left"
    actions.send_now(actor=Actor.agent(ada), draft=draft)
    with pytest.raises(ActionError):
        actions.take_back(actor=Actor.agent(ada), draft=draft)
    assert replies(ticket) == ["It is on its way."]


def test_files_wait_with_the_draft_and_go_with_the_reply(ada: User, ticket: Ticket) -> None:
    upload = attachments.check([SimpleUploadedFile("pole.txt", b"a pole")])
    draft = send(ada, ticket, "", uploads=upload)
    actions.take_back(actor=Actor.agent(ada), draft=draft)
    assert Attachment.objects.get().draft == draft
    send(ada, ticket, "With the picture.")
    let_time_pass()
    file = Attachment.objects.get()
    assert (file.draft, file.message) == (None, ticket.messages.get(body="With the picture."))


def test_resolving_can_be_taken_back_and_leaves_what_is_typed_alone(
    ada: User, ticket: Ticket
) -> None:
    keep(ada, ticket, "One more thing")
    draft = actions.send_resolved(actor=Actor.agent(ada), ticket=ticket, wait=WAIT)
    assert draft is not None
    actions.take_back(actor=Actor.agent(ada), draft=draft)
    let_time_pass()
    ticket.refresh_from_db()
    assert not ticket.is_closed

    actions.send_resolved(actor=Actor.agent(ada), ticket=ticket, wait=WAIT)
    let_time_pass()
    ticket.refresh_from_db()
    assert ticket.is_closed
    assert Draft.objects.get().body == "One more thing"
    assert not replies(ticket)


def test_a_reply_that_resolves_does_both_in_one_moment(ada: User, ticket: Ticket) -> None:
    send(ada, ticket, "Mended.", afterwards=Afterwards.RESOLVE)
    let_time_pass()
    ticket.refresh_from_db()
    assert (replies(ticket), ticket.is_closed) == (["Mended."], True)


def test_a_reply_that_snoozes_is_put_aside_until_the_customer_writes(
    ada: User, ticket: Ticket
) -> None:
    send(ada, ticket, "Sent.", afterwards=Afterwards.SNOOZE)
    let_time_pass()
    ticket.refresh_from_db()
    assert replies(ticket) == ["Sent."]
    assert (ticket.snoozed_at is None, ticket.snoozed_until) == (False, None)
    make_message(ticket, "Thanks, one more thing")
    ticket.refresh_from_db()
    assert (ticket.snoozed_at is None, ticket.is_back) == (True, True)


def test_whoever_sends_to_what_nobody_has_has_it_at_once(ada: User, ben: User) -> None:
    waits = make_ticket(team=ada.teams.get())
    send(ada, waits)
    waits.refresh_from_db()
    assert waits.assignee == ada
    with pytest.raises(ActionError):
        actions.accept(actor=Actor.agent(ben), ticket=waits)


# --- never across another ---------------------------------------------------------------------------


def test_a_reply_does_not_cross_what_its_author_had_not_read(
    ada: User, ben: User, ticket: Ticket
) -> None:
    seen = ticket.last_position
    make_message(ticket, "Wait, I found it!")
    with pytest.raises(Crossed, match="wrote meanwhile"):
        send(ada, ticket, seen=seen)
    ticket.refresh_from_db()
    draft = send(ada, ticket, seen=ticket.last_position)
    with pytest.raises(Crossed, match="Ada Brook is sending"):
        send(ben, ticket, seen=ticket.last_position)
    assert Draft.objects.get() == draft


def test_what_is_written_while_a_reply_leaves_holds_it_and_its_author_is_told(
    ada: User, ticket: Ticket
) -> None:
    draft = send(ada, ticket)
    make_message(ticket, "Never mind, it came.")
    let_time_pass()
    draft.refresh_from_db()
    assert draft.leaves_at is None
    assert "wrote meanwhile" in draft.held
    assert not replies(ticket)
    held = Event.objects.get(ticket=ticket, kind=EventKind.REPLY_HELD)
    assert held.data["user"] == ada.pk
    ticket.refresh_from_db()
    assert ticket.turn == Turn.AGENT, "the customer's last words are still to be answered"


@pytest.mark.parametrize("what", ["closed", "deactivated"])
def test_what_cannot_leave_any_more_comes_back_and_is_not_lost(
    what: str, ada: User, ben: User, ticket: Ticket
) -> None:
    draft = send(ada, ticket)
    if what == "closed":
        actions.resolve(actor=Actor.agent(ben), ticket=ticket)
    else:
        User.objects.filter(pk=ada.pk).update(is_active=False)
    let_time_pass()
    draft.refresh_from_db()
    assert (draft.body, draft.leaves_at, bool(draft.held)) == ("It is on its way.", None, True)
    assert not replies(ticket)


def test_the_clock_of_a_reply_is_when_it_left(ada: User, ticket: Ticket) -> None:
    draft = send(ada, ticket)
    assert draft.leaves_at is not None
    with clock.at(draft.leaves_at):
        message = actions.send_now(actor=Actor.system(), draft=draft)
    assert message is not None
    assert message.created_at == draft.leaves_at


@real_transactions
def test_of_two_agents_who_send_at_once_one_is_told(ada: User, ben: User, ticket: Ticket) -> None:
    both, seen = [ada, ben], ticket.last_position
    answers = together(
        2,
        lambda n: actions.send_reply(
            actor=Actor.agent(both[n]), ticket=ticket, body=f"From {n}", wait=WAIT, seen=seen
        ),
    )
    assert sum(isinstance(answer, Crossed) for answer in answers) == 1
    assert sum(isinstance(answer, Draft) for answer in answers) == 1


@real_transactions
def test_undo_and_leaving_at_once_end_in_one_of_the_two(ada: User, ticket: Ticket) -> None:
    draft = send(ada, ticket)
    together(
        2,
        lambda n: (
            actions.take_back(actor=Actor.agent(ada), draft=draft)
            if n
            else actions.send_now(actor=Actor.system(), draft=draft)
        ),
    )
    sent = Message.objects.filter(author_kind=AuthorKind.AGENT).count()
    assert sent + Draft.objects.unsent().count() == 1
