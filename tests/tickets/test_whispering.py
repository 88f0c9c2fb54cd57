"""A lead whispers to the agent who has a conversation, or leaves a hint for whoever takes it next."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from tests.factories import (
    make_admin,
    make_agent,
    make_lead,
    make_message,
    make_note,
    make_team,
    make_ticket,
)
from tests.tickets.parallel import real_transactions, together
from tests.tickets.telling import told, untell
from tickets import actions
from tickets.actions import ActionError, NotAllowed
from tickets.actors import Actor
from tickets.intake.text import TextError
from tickets.models import (
    EventKind,
    Note,
    NoteKind,
    NotificationKind,
    Reason,
    Team,
    Ticket,
    Turn,
    User,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def team() -> Team:
    return make_team()


@pytest.fixture
def lena(team: Team) -> User:
    return make_lead("Lena Aune", teams=[team])


@pytest.fixture
def dana(team: Team) -> User:
    return make_agent("Dana Osei", teams=[team])


def whisper(who: User, ticket: Ticket, body: str = "Offer the spare pole.", **more: object) -> Note:
    return actions.whisper(actor=Actor.agent(who), ticket=ticket, body=body, **more)  # type: ignore[arg-type]


def test_a_whisper_is_a_note_for_the_agent_who_has_it_and_tells_them_alone(
    team: Team, lena: User, dana: User
) -> None:
    ticket = make_ticket(turn=Turn.AGENT, team=team, agent=dana)
    colleague = make_agent(teams=[team])
    actions.follow(actor=Actor.agent(colleague), ticket=ticket)
    untell()
    said = ticket.messages.count()
    note = whisper(lena, ticket)
    assert (note.kind, note.to, note.author) == (NoteKind.WHISPER, dana, lena)
    event = ticket.events.get(kind=EventKind.NOTE_WRITTEN)
    assert event.data == {"note": "whisper", "user": dana.pk}
    assert told(dana) == [NotificationKind.WHISPERED]
    assert told(colleague) == [NotificationKind.FOLLOWED]
    assert told(lena) == []
    assert ticket.messages.count() == said  # nothing is said to the customer
    ticket.refresh_from_db()
    assert (ticket.turn, ticket.assignee) == (Turn.AGENT, dana)


@pytest.mark.parametrize("turn", [Turn.ASSISTANT, Turn.CUSTOMER])
def test_a_hint_is_carried_by_the_brief_of_the_next_hand_over(
    turn: Turn, team: Team, lena: User
) -> None:
    ticket = make_ticket(turn=turn, team=team)
    note = whisper(lena, ticket, "They are a school: the invoice goes to the office.")
    assert (note.kind, note.to) == (NoteKind.HINT, None)
    handover = actions.hand_over(actor=Actor.assistant(), ticket=ticket, reason=Reason.ANGER)
    (hint,) = [one for one in handover.statements if one["kind"] == "hint"]
    assert hint == {
        "kind": "hint",
        "text": "They are a school: the invoice goes to the office.",
        "positions": [note.position],
        "by": "Lena Aune",
    }


def test_a_hint_is_carried_once_and_kept_when_the_conversation_is_passed_on(
    team: Team, lena: User, dana: User
) -> None:
    ticket = make_ticket(turn=Turn.ASSISTANT, team=team)
    whisper(lena, ticket, "First.")
    actions.hand_over(actor=Actor.assistant(), ticket=ticket, reason=Reason.ANGER)
    whisper(lena, ticket, "Second.")
    actions.transfer(actor=Actor.agent(dana), ticket=ticket, team=make_team())
    handover = ticket.handovers.get(ended_at=None)
    hints = [one["text"] for one in handover.statements if one["kind"] == "hint"]
    assert hints == ["First.", "Second."]


def test_a_hint_does_not_make_an_empty_brief_look_written(team: Team, lena: User) -> None:
    ticket = make_ticket(turn=Turn.ASSISTANT, team=team)
    make_note(ticket, lena, "Only a note.")
    handover = actions.hand_over(actor=Actor.assistant(), ticket=ticket, reason=Reason.ASKED)
    assert not [one for one in handover.statements if one["kind"] == "hint"]


def test_only_a_lead_or_an_admin_whispers(team: Team, dana: User) -> None:
    ticket = make_ticket(turn=Turn.AGENT, team=team, agent=make_agent(teams=[team]))
    with pytest.raises(NotAllowed):
        whisper(dana, ticket)
    with pytest.raises(NotAllowed):
        actions.whisper(actor=Actor.of_customer(ticket.customer), ticket=ticket, body="Psst")
    assert not Note.objects.exists()
    assert whisper(make_admin(), ticket).kind == NoteKind.WHISPER


def test_a_whisper_to_an_agent_who_left_is_refused_and_says_what_to_do(
    team: Team, lena: User, dana: User
) -> None:
    ticket = make_ticket(turn=Turn.AGENT, team=team, agent=dana)
    User.objects.filter(pk=dana.pk).update(is_active=False)
    with pytest.raises(ActionError, match=r"Dana Osei does not work here any more.*Take") as caught:
        whisper(lena, ticket)
    assert caught.value.code == "gone"
    assert not Note.objects.exists()
    assert not ticket.events.filter(kind=EventKind.NOTE_WRITTEN).exists()


def test_what_is_meant_for_one_agent_is_not_said_to_another(
    team: Team, lena: User, dana: User
) -> None:
    ticket = make_ticket(turn=Turn.AGENT, team=team, agent=dana)
    other = make_agent("Ada Lind", teams=[team])
    actions.assign(actor=Actor.agent(lena), ticket=ticket, agent=other)
    with pytest.raises(ActionError, match="Ada Lind has the conversation by now") as caught:
        whisper(lena, ticket, seen=dana.pk)
    assert caught.value.code == "changed"
    with pytest.raises(ActionError, match="Ada Lind"):
        whisper(lena, ticket, seen=None)
    assert not Note.objects.exists()


def test_nobody_whispers_to_themselves_into_what_is_closed_or_nothing(
    team: Team, lena: User
) -> None:
    mine = make_ticket(turn=Turn.AGENT, team=team, agent=lena)
    with pytest.raises(ActionError, match="This conversation is yours"):
        whisper(lena, mine)
    with pytest.raises(ActionError, match="closed"):
        whisper(lena, make_ticket(turn=Turn.CLOSED, team=team))
    open_one = make_ticket(team=team)
    for body in ("", " \n", "x" * 2001):
        with pytest.raises(TextError):
            whisper(lena, open_one, body)
    assert not Note.objects.exists()


def test_the_same_whisper_sent_twice_is_said_once(team: Team, lena: User, dana: User) -> None:
    ticket = make_ticket(turn=Turn.AGENT, team=team, agent=dana)
    key = uuid4()
    assert whisper(lena, ticket, client_id=key) == whisper(lena, ticket, client_id=key)
    assert Note.objects.count() == 1


def test_a_whisper_without_whom_and_a_note_with_are_refused_by_the_database(
    team: Team, lena: User, dana: User
) -> None:
    note = make_note(make_ticket(team=team), lena)
    for fields in ({"kind": NoteKind.WHISPER}, {"to": dana}, {"kind": NoteKind.HINT, "to": dana}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Note.objects.filter(pk=note.pk).update(**fields)


@real_transactions
def test_a_whisper_as_the_customer_leaves_is_said_before_the_end_or_not_at_all() -> None:
    team = make_team()
    lena, dana = make_lead(teams=[team]), make_agent(teams=[team])
    ticket = make_ticket(turn=Turn.AGENT, team=team, agent=dana)
    customer = Actor.of_customer(ticket.customer)

    def work(number: int) -> object:
        if number:
            return actions.confirm_solved(actor=customer, ticket=ticket)
        return whisper(lena, ticket)

    said, _ended = together(2, work)
    ticket.refresh_from_db()
    assert ticket.turn == Turn.CLOSED
    if isinstance(said, Exception):
        assert isinstance(said, ActionError)
        assert not Note.objects.exists()
    else:
        ended = ticket.events.filter(kind=EventKind.TICKET_CONFIRMED).get()
        assert Note.objects.get().position < (ended.position or 0)


def test_what_the_customer_writes_after_it_does_not_carry_it(
    team: Team, lena: User, dana: User
) -> None:
    ticket = make_ticket(turn=Turn.AGENT, team=team, agent=dana)
    whisper(lena, ticket)
    make_message(ticket)
    assert not ticket.messages.filter(body__contains="spare pole.").exists()
