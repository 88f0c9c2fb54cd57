"""Undo: every act of an agent's is put back exactly, or whoever went on since is named."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories import make_agent, make_message, make_reply, make_team, make_ticket
from tests.tickets.ledger import bodies, kinds, last_event, since
from tests.tickets.parallel import real_transactions, together
from tests.tickets.workspace.conftest import BY_SCRIPT
from tickets import actions, clock
from tickets.actions import ActionError, NotAllowed, Property
from tickets.actions.undoing import COLUMNS
from tickets.actors import Actor
from tickets.models import (
    Block,
    Event,
    EventKind,
    HandOver,
    Message,
    Status,
    StatusCategory,
    Team,
    Ticket,
    Turn,
    UndoStep,
    User,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def team() -> Team:
    return make_team("Gear care")


@pytest.fixture
def dana(team: Team) -> User:
    return make_agent("Dana Osei", teams=[team])


def state_of(ticket: Ticket) -> tuple[Any, list[Any]]:
    """All that an act may change, as the database has it; the hand-over that is open."""
    open_ones = HandOver.objects.filter(ticket=ticket, ended_at=None)
    return (
        Ticket.objects.values(*COLUMNS).get(pk=ticket.pk),
        list(open_ones.values("pk", "accepted_at", "accepted_by")),
    )


def do(name: str, /, **options: Any) -> Callable[[Actor, Ticket], object]:
    action = getattr(actions, name)
    return lambda actor, ticket: action(actor=actor, ticket=ticket, **options)


def undo(agent: User, step: UndoStep | None = None) -> Ticket:
    step = step or UndoStep.objects.latest("pk")
    return actions.undo(actor=Actor.agent(agent), step=step)


def status(category: StatusCategory) -> Status:
    found, _new = Status.objects.get_or_create(name=f"A {category}", category=category)
    return found


ACTS: dict[str, tuple[Turn, Callable[[Actor, Ticket], object], bool]] = {
    # The turn in which it is done, the act, and whether the customer reads of it.
    "accept": (Turn.QUEUE, do("accept"), True),
    "take over": (Turn.ASSISTANT, do("accept"), True),
    "hand back": (Turn.AGENT, do("hand_back"), True),
    "transfer": (
        Turn.AGENT,
        lambda actor, ticket: actions.transfer(
            actor=actor, ticket=ticket, team=make_team("Orders"), detail="A bill"
        ),
        True,
    ),
    "to the queue": (Turn.AGENT, do("assign", agent=None), True),
    "to a colleague": (
        Turn.AGENT,
        lambda actor, ticket: actions.assign(
            actor=actor, ticket=ticket, agent=make_agent("Robin", teams=[ticket.team])
        ),
        True,
    ),
    "snooze": (Turn.AGENT, do("snooze", until=None, note="the poles"), False),
    "snooze what nobody has": (Turn.QUEUE, do("snooze", until=None), True),
    "priority": (Turn.AGENT, do("change_ticket", name=Property.PRIORITY, value="4"), False),
    "subject": (Turn.AGENT, do("change_ticket", name=Property.SUBJECT, value="Poles"), False),
    "tags": (Turn.AGENT, do("change_tags", add=["tent"]), False),
    "resolve": (Turn.AGENT, do("resolve"), True),
    "resolve what nobody has": (Turn.QUEUE, do("resolve"), True),
    "close": (Turn.AGENT, do("close"), True),
    "reopen": (Turn.CLOSED, do("reopen"), True),
    "spam": (Turn.QUEUE, do("mark_spam"), False),
    "not spam": (Turn.SPAM, do("not_spam"), False),
    "a label": (
        Turn.AGENT,
        lambda actor, ticket: actions.set_status(
            actor=actor, ticket=ticket, status=status(StatusCategory.OPEN)
        ),
        False,
    ),
    "a status that resolves": (
        Turn.AGENT,
        lambda actor, ticket: actions.set_status(
            actor=actor, ticket=ticket, status=status(StatusCategory.RESOLVED)
        ),
        True,
    ),
}


@pytest.mark.parametrize("name", ACTS)
def test_undo_puts_everything_back_as_it_was_and_says_so(name: str, team: Team, dana: User) -> None:
    turn, act, told = ACTS[name]
    agent = dana if turn in (Turn.AGENT, Turn.CLOSED) else None
    ticket = make_ticket(team=team, turn=turn, agent=agent, ago=timedelta(hours=2))
    bystander = make_ticket(team=team)
    UndoStep.objects.all().delete()
    was, others = state_of(ticket), state_of(bystander)
    act(Actor.agent(dana), ticket)
    assert state_of(ticket) != was
    before = len(kinds(ticket))
    step = UndoStep.objects.get(ticket=ticket)
    undo(dana, step)
    assert state_of(ticket) == was
    assert state_of(bystander) == others
    undone = ["ticket.undone", "message.posted"] if told else ["ticket.undone"]
    assert since(ticket, before) == undone
    event = ticket.events.get(kind=EventKind.TICKET_UNDONE)
    assert (event.actor_user, event.data["undone"]) == (dana, step.event.kind)
    assert ("Dana took that back" in " ".join(bodies(ticket, "system"))) is told
    assert not UndoStep.objects.exists()


def test_a_snooze_that_was_ended_begins_again_with_its_note(team: Team, dana: User) -> None:
    ticket = make_ticket(team=team, turn=Turn.AGENT, agent=dana)
    until = clock.now() + timedelta(days=1)
    actions.snooze(actor=Actor.agent(dana), ticket=ticket, until=until, note="the poles")
    was = state_of(ticket)
    actions.unsnooze(actor=Actor.agent(dana), ticket=ticket)
    undo(dana)
    assert state_of(ticket) == was


def test_a_block_with_spam_is_one_act(team: Team, dana: User) -> None:
    ticket = make_ticket(team=team)
    was = state_of(ticket)
    actions.block(
        actor=Actor.agent(dana), customer=ticket.customer, reason="Pills", ticket=ticket, spam=True
    )
    undo(dana)
    assert state_of(ticket) == was
    assert make_message(ticket)
    found = Block.objects.get()
    assert found.lifted_by == dana
    block = actions.block(
        actor=Actor.agent(dana), customer=ticket.customer, reason="Pills", ticket=ticket
    )
    actions.unblock(actor=Actor.agent(dana), block=block, ticket=ticket)
    undo(dana)
    again = Block.objects.in_force(clock.now()).get()
    assert (again.customer, again.reason, again.by) == (ticket.customer, "Pills", dana)


def test_what_somebody_changed_since_is_not_put_back_and_they_are_named(
    team: Team, dana: User
) -> None:
    robin = make_agent("Robin Vale", teams=[team])
    ticket = make_ticket(team=team, turn=Turn.AGENT, agent=dana)
    actions.change_tags(actor=Actor.agent(dana), ticket=ticket, add=["tent"])
    step = UndoStep.objects.latest("pk")
    actions.change_tags(actor=Actor.agent(robin), ticket=ticket, add=["pole"])
    number = Event.objects.count()
    with pytest.raises(ActionError, match="Robin Vale went on"):
        undo(dana, step)
    actions.resolve(actor=Actor.agent(dana), ticket=ticket)
    step = UndoStep.objects.get(user=dana)
    message = make_message(ticket, "Not at all")
    with pytest.raises(ActionError, match=str(message.author_customer)):
        undo(dana, step)
    ticket.refresh_from_db()
    assert (ticket.tags, ticket.turn) == (["tent", "pole"], Turn.AGENT)
    assert not Event.objects.filter(kind=EventKind.TICKET_UNDONE).exists()
    assert Event.objects.count() > number


def test_what_was_said_or_changed_elsewhere_meanwhile_stays(team: Team, dana: User) -> None:
    ticket = make_ticket(team=team)
    actions.accept(actor=Actor.agent(dana), ticket=ticket)
    step = UndoStep.objects.latest("pk")
    make_message(ticket, "Are you there?")
    robin = make_agent("Robin Vale", teams=[team])
    actions.change_tags(actor=Actor.agent(robin), ticket=ticket, add=["tent"])
    undo(dana, step)
    ticket.refresh_from_db()
    assert (ticket.turn, ticket.tags) == (Turn.QUEUE, ["tent"])
    assert bodies(ticket, "customer")[-1] == "Are you there?"


def test_one_undoes_only_ones_own_last_act_and_not_for_ever(team: Team, dana: User) -> None:
    robin = make_agent("Robin Vale", teams=[team])
    ticket = make_ticket(team=team, turn=Turn.AGENT, agent=dana)
    actions.change_tags(actor=Actor.agent(dana), ticket=ticket, add=["tent"])
    step = UndoStep.objects.latest("pk")
    for other in (Actor.agent(robin), Actor.of_customer(ticket.customer), Actor.assistant()):
        with pytest.raises(NotAllowed):
            actions.undo(actor=other, step=step)
    with clock.at(timezone.now() + timedelta(minutes=11)), pytest.raises(ActionError) as late:
        undo(dana, step)
    assert late.value.code == "too_late"
    undo(dana, step)
    with pytest.raises(ActionError) as twice:
        undo(dana, step)
    assert twice.value.code == "undone"


def test_an_act_of_nobody_s_leaves_nothing_to_undo(team: Team, dana: User) -> None:
    ticket = make_ticket(team=team, turn=Turn.ASSISTANT)
    make_ticket(team=team, turn=Turn.CLOSED)
    make_message(ticket)
    assert not UndoStep.objects.exists()


def test_old_steps_go(team: Team, dana: User) -> None:
    with clock.at(timezone.now() - timedelta(hours=2)):
        make_ticket(team=team, turn=Turn.AGENT, agent=dana)
    make_ticket(team=team, turn=Turn.AGENT, agent=dana)
    assert UndoStep.objects.count() == 1


@real_transactions
def test_two_clicks_at_once_undo_once() -> None:
    team = make_team()
    dana = make_agent("Dana Osei", teams=[team])
    ticket = make_ticket(team=team)
    actions.accept(actor=Actor.agent(dana), ticket=ticket)
    step = UndoStep.objects.get()
    done = together(2, lambda _index: undo(dana, step))
    assert sorted(type(one) is ActionError for one in done) == [False, True]
    assert ticket.events.filter(kind=EventKind.TICKET_UNDONE).count() == 1


# --- on the screen --------------------------------------------------------------------------------


@pytest.fixture
def danas(client: Client, dana: User) -> Client:
    client.force_login(dana, backend="tickets.web.logins.LogIns")
    return client


def test_an_act_comes_with_a_notice_that_undoes_it(danas: Client, team: Team, dana: User) -> None:
    ticket = make_ticket(team=team)
    address = f"/workspace/{ticket.reference}/"
    for headers in ({}, {"X-Live": "yes"}):
        answer = danas.post(f"{address}spam/", headers={**BY_SCRIPT, **headers}).json()
        step = UndoStep.objects.get()
        assert f'name="step" value="{step.pk}"' in answer["undo"]
        assert "Marked as spam" in answer["undo"]
        done = danas.post("/workspace/undo/", {"step": step.pk}, follow=True)
        assert "Undone: Marked as spam" in done.text
        ticket.refresh_from_db()
        assert ticket.turn == Turn.QUEUE
    page = danas.post(f"{address}accept/", follow=True)  # without script
    assert "/workspace/undo/" in page.text
    danas.post("/workspace/undo/")  # one's last act
    ticket.refresh_from_db()
    assert ticket.turn == Turn.QUEUE
    assert "nothing to undo" in danas.post("/workspace/undo/", follow=True).text
    refused = danas.post(f"{address}change/", {"save": "priority", "priority": "9"})
    assert refused.status_code == 422


def test_a_conversation_given_away_comes_back_though_it_is_not_seen_any_more(
    danas: Client, team: Team, dana: User
) -> None:
    ticket = make_ticket(team=team, turn=Turn.AGENT, agent=dana)
    orders = make_team("Orders")
    address = f"/workspace/{ticket.reference}/"
    page = danas.post(f"{address}transfer/", {"team": orders.pk, "detail": "A bill"}, follow=True)
    assert "/workspace/undo/" in page.text
    assert danas.get(address).status_code == 404
    done = danas.post("/workspace/undo/", {"step": UndoStep.objects.get().pk}, follow=True)
    assert "Undone" in done.text
    ticket.refresh_from_db()
    assert (ticket.team, ticket.assignee) == (team, dana)
    assert "took an act back" in danas.get(f"{address}history/", headers=BY_SCRIPT).text


def test_of_what_changed_since_the_screen_says_who(danas: Client, team: Team, dana: User) -> None:
    ticket = make_ticket(team=team, turn=Turn.CUSTOMER, agent=dana)
    actions.change_tags(actor=Actor.agent(dana), ticket=ticket, add=["tent"])
    step = UndoStep.objects.get(user=dana)
    robin = make_agent("Robin Vale", teams=[team])
    actions.change_tags(actor=Actor.agent(robin), ticket=ticket, remove=["tent"])
    made = make_reply(ticket, robin)
    page = danas.post("/workspace/undo/", {"step": step.pk}, follow=True)
    assert "Robin Vale went on since" in page.text
    assert Message.objects.latest("pk") == made
    assert last_event(ticket).kind == "message.posted"
    forged = danas.post("/workspace/undo/", {"step": "9" * 30}, follow=True)
    assert "nothing to undo" in forged.text
