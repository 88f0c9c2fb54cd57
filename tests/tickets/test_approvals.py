"""What an agent may not decide alone: asked for, decided by a lead, on record, and told."""

from __future__ import annotations

from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from tests.factories import make_admin, make_agent, make_lead, make_team, make_ticket
from tests.tickets.parallel import real_transactions, together
from tests.tickets.telling import told, untell
from tickets import actions
from tickets.actions import ActionError, NotAllowed
from tickets.actors import Actor
from tickets.intake.text import TextError
from tickets.models import (
    Approval,
    ApprovalKind,
    ApprovalState,
    EventKind,
    Note,
    NoteKind,
    NotificationKind,
    Team,
    Ticket,
    Turn,
    User,
)

pytestmark = pytest.mark.django_db

State = ApprovalState


@pytest.fixture
def team() -> Team:
    return make_team()


@pytest.fixture
def lena(team: Team) -> User:
    return make_lead("Lena Aune", teams=[team])


@pytest.fixture
def dana(team: Team) -> User:
    return make_agent("Dana Osei", teams=[team])


@pytest.fixture
def refund() -> ApprovalKind:
    return ApprovalKind.objects.create(name="Refund", limit=Decimal(100), unit="GBP")


@pytest.fixture
def ticket(team: Team, dana: User) -> Ticket:
    return make_ticket(turn=Turn.AGENT, team=team, agent=dana)


def ask(who: User, ticket: Ticket, kind: ApprovalKind, **more: object) -> Approval:
    values = {"amount": Decimal("120"), "why": "The second pole broke, too.", **more}
    return actions.ask_for_approval(actor=Actor.agent(who), ticket=ticket, kind=kind, **values)  # type: ignore[arg-type]


def decide(who: User, approval: Approval, approves: bool = True, words: str = "") -> Approval:
    return actions.decide_approval(
        actor=Actor.agent(who), approval=approval, approves=approves, words=words
    )


def test_what_is_asked_for_stands_in_the_conversation_and_the_leads_are_told_alone(
    team: Team, lena: User, dana: User, refund: ApprovalKind, ticket: Ticket
) -> None:
    colleague, elsewhere = make_agent(teams=[team]), make_lead(teams=[make_team()])
    untell()
    said = ticket.messages.count()
    approval = ask(dana, ticket, refund)
    assert (approval.state, approval.what) == (State.WAITING, "Refund, 120.00 GBP")
    note = ticket.notes.get(kind=NoteKind.APPROVAL)
    assert (note.position, note.author) == (approval.position, dana)
    assert "The second pole broke, too." in note.body
    event = ticket.events.get(kind=EventKind.NOTE_WRITTEN)
    assert event.data["approval"] == approval.pk
    assert "pole" not in str(event.data)
    assert told(lena) == [NotificationKind.APPROVAL]
    assert told(dana) == told(colleague) == told(elsewhere) == []
    assert ticket.messages.count() == said  # the customer is told nothing unless that is wanted
    ticket.refresh_from_db()
    assert (ticket.turn, ticket.assignee) == (Turn.AGENT, dana)


def test_a_team_without_a_lead_asks_the_admins(
    dana: User, refund: ApprovalKind, ticket: Ticket
) -> None:
    admin = make_admin()
    untell()
    ask(dana, ticket, refund)
    assert told(admin) == [NotificationKind.APPROVAL]


@pytest.mark.parametrize("approves", [True, False])
def test_a_decision_tells_whoever_asked_and_the_customer_without_the_reasons(
    approves: bool, lena: User, dana: User, refund: ApprovalKind, ticket: Ticket
) -> None:
    approval = ask(dana, ticket, refund, for_customer="the refund of your tent")
    untell()
    decided = decide(lena, approval, approves, "Only this once.")
    assert decided.state == (State.APPROVED if approves else State.DECLINED)
    assert (decided.decided_by, decided.words) == (lena, "Only this once.")
    assert told(dana) == [NotificationKind.DECIDED]
    assert told(lena) == []
    lines = [one.body for one in ticket.messages.filter(author_kind="system")]
    assert (
        lines[-2]
        == "We have asked for approval of: the refund of your tent. You hear from us here."
    )
    ending = "Approved: " if approves else "Not approved: "
    assert lines[-1].startswith(f"{ending}the refund of your tent.")
    assert not [line for line in lines if "once" in line or "pole" in line or "120" in line]


def test_without_words_for_the_customer_they_are_told_nothing(
    lena: User, dana: User, refund: ApprovalKind, ticket: Ticket
) -> None:
    said = ticket.messages.count()
    decide(lena, ask(dana, ticket, refund))
    assert ticket.messages.count() == said


def test_nobody_decides_their_own_and_no_agent_decides(
    team: Team, lena: User, dana: User, refund: ApprovalKind, ticket: Ticket
) -> None:
    with pytest.raises(NotAllowed):
        decide(make_agent(teams=[team]), ask(dana, ticket, refund))
    actions.withdraw_approval(actor=Actor.agent(dana), approval=Approval.objects.get())
    own = ask(lena, ticket, refund)
    with pytest.raises(ActionError, match="somebody else has to decide"):
        decide(lena, own)
    own.refresh_from_db()
    assert own.state == State.WAITING
    with pytest.raises(IntegrityError), transaction.atomic():
        Approval.objects.filter(pk=own.pk).update(
            state=State.APPROVED, decided_by=lena, decided_at=own.asked_at
        )


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"amount": Decimal(100)}, "Up to 100.00 GBP you decide yourself"),
        ({"amount": None}, "which amount"),
        ({"amount": Decimal(-5)}, "above zero"),
        ({"amount": Decimal("1e11")}, "above zero"),
    ],
)
def test_what_need_not_be_asked_for_is_refused_in_words(
    dana: User, refund: ApprovalKind, ticket: Ticket, more: dict[str, object], words: str
) -> None:
    with pytest.raises(ActionError, match=words):
        ask(dana, ticket, refund, **more)
    assert not Approval.objects.exists()
    assert not ticket.notes.exists()


def test_a_reason_is_needed_to_ask_and_to_decline(
    lena: User, dana: User, refund: ApprovalKind, ticket: Ticket
) -> None:
    with pytest.raises(TextError):
        ask(dana, ticket, refund, why=" \n ")
    with pytest.raises(TextError):
        ask(dana, ticket, refund, why="👍" * 2001)
    approval = ask(dana, ticket, refund, why="👍" * 2000)
    with pytest.raises(TextError):
        decide(lena, approval, False, " ")
    decide(lena, approval, False, "Too late.")


def test_one_kind_waits_once_and_a_closed_conversation_asks_for_nothing(
    dana: User, refund: ApprovalKind, ticket: Ticket
) -> None:
    ask(dana, ticket, refund)
    with pytest.raises(ActionError, match="waits for a decision"):
        ask(dana, ticket, refund)
    refund.is_active = False
    refund.save()
    with pytest.raises(ActionError, match="not asked for any more"):
        ask(dana, ticket, refund)
    other = ApprovalKind.objects.create(name="Late return")
    actions.resolve(actor=Actor.agent(dana), ticket=ticket)
    with pytest.raises(ActionError):
        ask(dana, ticket, other, amount=None)


def test_a_decision_after_the_end_is_kept_and_says_nothing_to_the_customer(
    lena: User, dana: User, refund: ApprovalKind, ticket: Ticket
) -> None:
    approval = ask(dana, ticket, refund, for_customer="the refund")
    actions.resolve(actor=Actor.agent(dana), ticket=ticket)
    said = ticket.messages.count()
    assert decide(lena, approval).state == State.APPROVED
    assert ticket.messages.count() == said


def test_the_same_request_twice_is_one(dana: User, refund: ApprovalKind, ticket: Ticket) -> None:
    once = uuid4()
    first = ask(dana, ticket, refund, client_id=once)
    assert ask(dana, ticket, refund, client_id=once) == first
    other = uuid4()
    actions.write_note(actor=Actor.agent(dana), ticket=ticket, body="A note.", client_id=other)
    with pytest.raises(ActionError, match="another note"):
        ask(dana, ticket, refund, client_id=other)
    assert Note.objects.filter(kind=NoteKind.APPROVAL).count() == 1


def test_only_whoever_asked_withdraws_and_not_what_is_decided(
    lena: User, dana: User, refund: ApprovalKind, ticket: Ticket
) -> None:
    approval = ask(dana, ticket, refund)
    with pytest.raises(NotAllowed):
        actions.withdraw_approval(actor=Actor.agent(lena), approval=approval)
    gone = actions.withdraw_approval(actor=Actor.agent(dana), approval=approval)
    assert (gone.state, gone.decided_by) == (State.WITHDRAWN, dana)
    with pytest.raises(ActionError, match="has withdrawn it"):
        decide(lena, approval)


@real_transactions
def test_of_two_leads_who_decide_at_once_the_second_is_told_who_was_first() -> None:
    team = make_team()
    first, second = make_lead("Ann", teams=[team]), make_lead("Bea", teams=[team])
    dana = make_agent(teams=[team])
    ticket = make_ticket(turn=Turn.AGENT, team=team, agent=dana)
    kind = ApprovalKind.objects.create(name="Exception")
    approval = ask(dana, ticket, kind, amount=None)
    leads = ((first, True), (second, False))
    answers = together(2, lambda index: decide(leads[index][0], approval, leads[index][1], "So."))
    assert sorted(type(one).__name__ for one in answers) == ["ActionError", "Approval"]
    assert ticket.notes.filter(kind=NoteKind.DECISION).count() == 1
