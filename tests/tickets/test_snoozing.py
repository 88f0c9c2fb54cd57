"""Conversations that are put aside: where they are meanwhile, and everything that brings them back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection
from django.db.transaction import atomic
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.factories import make_agent, make_message, make_note, make_reply, make_team, make_ticket
from tests.tickets.ledger import bodies, kinds, last_event
from tests.tickets.parallel import real_transactions, together
from tickets import actions, clock, due
from tickets.actions import ActionError, NotAllowed
from tickets.actors import Actor
from tickets.models import Team, Ticket, Turn, User
from tickets.workspace.inbox import Selection, View, page

pytestmark = pytest.mark.django_db
HOURS = timedelta(hours=3)


@pytest.fixture
def team() -> Team:
    return make_team()


@pytest.fixture
def dana(team: Team) -> User:
    return make_agent("Dana Osei", teams=[team])


def snooze(agent: User, ticket: Ticket, after: timedelta | None = HOURS, note: str = "") -> Ticket:
    until = clock.now() + after if after else None
    return actions.snooze(actor=Actor.agent(agent), ticket=ticket, until=until, note=note)


def listed(agent: User, view: View) -> list[Ticket]:
    return page(Actor.agent(agent), Selection(view)).rows


def is_snoozed(ticket: Ticket) -> bool:
    ticket.refresh_from_db()
    return ticket.snoozed_at is not None


def look_in(after: timedelta) -> int:
    with clock.at(timezone.now() + after):
        return due.bring_back()


# --- put aside ------------------------------------------------------------------------------------


def test_it_leaves_mine_for_snoozed_and_the_customer_is_told_nothing(
    team: Team, dana: User
) -> None:
    ticket = make_ticket(team=team, turn=Turn.AGENT, agent=dana)
    said = bodies(ticket, "system")
    snooze(dana, ticket, note="until the poles are here")
    assert listed(dana, View.MINE) == []
    assert listed(dana, View.SNOOZED) == listed(dana, View.OPEN) == [ticket]
    ticket.refresh_from_db()
    assert (ticket.turn, ticket.snooze_note) == (Turn.AGENT, "until the poles are here")
    event = last_event(ticket)
    assert (event.kind, event.actor_user) == ("ticket.snoozed", dana)
    assert "poles" not in str(event.data)
    assert bodies(ticket, "system") == said


def test_whoever_puts_aside_what_nobody_has_has_it(team: Team, dana: User) -> None:
    ticket = make_ticket(team=team, turn=Turn.QUEUE)
    snooze(dana, ticket)
    ticket.refresh_from_db()
    assert (ticket.assignee, ticket.turn) == (dana, Turn.AGENT)
    assert "ticket.accepted" in kinds(ticket)


@pytest.mark.parametrize("after", [timedelta(0), -HOURS, timedelta(days=400)])
def test_a_time_that_is_none_is_refused(team: Team, dana: User, after: timedelta) -> None:
    ticket = make_ticket(team=team, turn=Turn.AGENT, agent=dana)
    with pytest.raises(ValidationError):
        actions.snooze(actor=Actor.agent(dana), ticket=ticket, until=clock.now() + after)
    assert not is_snoozed(ticket)


def test_what_is_closed_is_not_put_aside_and_customers_put_nothing_aside(
    team: Team, dana: User
) -> None:
    ticket = make_ticket(team=team, turn=Turn.CLOSED, agent=dana)
    with pytest.raises(ActionError):
        snooze(dana, ticket)
    customer = Actor.of_customer(ticket.customer)
    with pytest.raises(NotAllowed):
        actions.snooze(actor=customer, ticket=ticket, until=None)
    with pytest.raises(NotAllowed):
        actions.unsnooze(actor=customer, ticket=ticket)


def test_the_database_keeps_none_aside_that_is_no_agents(team: Team) -> None:
    ticket = make_ticket(team=team, turn=Turn.QUEUE)
    rows = Ticket.objects.filter(pk=ticket.pk)
    for wrong in ({"snoozed_at": clock.now()}, {"snoozed_until": clock.now()}):
        with pytest.raises(IntegrityError), atomic():
            rows.update(**wrong)


# --- back -----------------------------------------------------------------------------------------


def test_when_its_time_is_over_it_is_back_on_top_and_marked(team: Team, dana: User) -> None:
    ticket = make_ticket(team=team, turn=Turn.AGENT, agent=dana)
    other = make_ticket(team=team, turn=Turn.AGENT, agent=dana)
    snooze(dana, ticket)
    assert look_in(HOURS - timedelta(minutes=1)) == 0
    assert is_snoozed(ticket)
    assert look_in(HOURS + timedelta(days=2)) == 1  # however late somebody looks
    assert not is_snoozed(ticket)
    assert ticket.is_back
    event = last_event(ticket)
    assert (event.kind, event.actor_kind, event.data) == (
        "ticket.unsnoozed",
        "system",
        {"why": "time"},
    )
    assert listed(dana, View.MINE) == [ticket, other]
    assert look_in(HOURS + timedelta(days=2)) == 0


@pytest.mark.parametrize("after", [HOURS, None])
def test_the_customers_words_bring_it_back_at_once(
    team: Team, dana: User, after: timedelta | None
) -> None:
    ticket = make_ticket(team=team, turn=Turn.CUSTOMER, agent=dana)
    snooze(dana, ticket, after)
    make_message(ticket)
    assert not is_snoozed(ticket)
    assert (ticket.turn, ticket.is_back) == (Turn.AGENT, True)
    assert ticket.events.get(kind="ticket.unsnoozed").data == {"why": "wrote"}


def test_without_a_time_no_clock_brings_it_back(team: Team, dana: User) -> None:
    ticket = make_ticket(team=team, turn=Turn.CUSTOMER, agent=dana)
    snooze(dana, ticket, None)
    assert look_in(timedelta(days=300)) == 0
    assert is_snoozed(ticket)


def test_its_agent_brings_it_back_without_a_mark(team: Team, dana: User) -> None:
    ticket = make_ticket(team=team, turn=Turn.AGENT, agent=dana)
    snooze(dana, ticket)
    actions.unsnooze(actor=Actor.agent(dana), ticket=ticket)
    assert not is_snoozed(ticket)
    assert not ticket.is_back


@pytest.mark.parametrize(
    "act", [make_reply, make_note, snooze, lambda dana, ticket: resolve(dana, ticket)]
)
def test_the_mark_goes_when_its_agent_acts(team: Team, dana: User, act: Callable[..., Any]) -> None:
    ticket = make_ticket(team=team, turn=Turn.AGENT, agent=dana)
    snooze(dana, ticket)
    look_in(HOURS * 2)
    first, second = (ticket, dana) if act in (make_reply, make_note) else (dana, ticket)
    act(first, second)
    ticket.refresh_from_db()
    assert not ticket.is_back


def resolve(agent: User, ticket: Ticket) -> Ticket:
    return actions.resolve(actor=Actor.agent(agent), ticket=ticket)


ENDS: dict[str, Callable[[Actor, Ticket], object]] = {
    "resolve": lambda actor, ticket: actions.resolve(actor=actor, ticket=ticket),
    "hand back": lambda actor, ticket: actions.hand_back(actor=actor, ticket=ticket),
    "transfer": lambda actor, ticket: actions.transfer(
        actor=actor, ticket=ticket, team=make_team()
    ),
    "queue": lambda actor, ticket: actions.assign(actor=actor, ticket=ticket, agent=None),
    "colleague": lambda actor, ticket: actions.assign(
        actor=actor, ticket=ticket, agent=make_agent(teams=[ticket.team])
    ),
    "solved": lambda actor, ticket: actions.confirm_solved(
        actor=Actor.of_customer(ticket.customer), ticket=ticket
    ),
}


@pytest.mark.parametrize("way", ENDS)
def test_whatever_takes_it_from_its_agent_ends_it(team: Team, dana: User, way: str) -> None:
    ticket = make_ticket(team=team, turn=Turn.AGENT, agent=dana)
    snooze(dana, ticket)
    ENDS[way](Actor.agent(dana), ticket)
    assert not is_snoozed(ticket)
    assert not ticket.is_back
    assert look_in(HOURS * 2) == 0


def test_what_is_answered_and_put_aside_can_be_handed_back(team: Team, dana: User) -> None:
    ticket = make_ticket(team=team, turn=Turn.AGENT, agent=dana)
    actions.reply(actor=Actor.agent(dana), ticket=ticket, body="It is on its way.")
    snooze(dana, ticket)
    actions.hand_back(actor=Actor.agent(dana), ticket=ticket)
    assert not is_snoozed(ticket)
    ticket.refresh_from_db()
    assert (ticket.turn, ticket.assignee) == (Turn.CUSTOMER, None)


@real_transactions
def test_the_clock_and_an_agent_at_the_same_moment_bring_it_back_once() -> None:
    team = make_team()
    dana = make_agent(teams=[team])
    ticket = make_ticket(team=team, turn=Turn.AGENT, agent=dana)
    snooze(dana, ticket)
    later = timezone.now() + HOURS * 2
    done = together(
        2,
        lambda n: actions.unsnooze(
            actor=Actor.system() if n else Actor.agent(dana),
            ticket=ticket,
            due=later if n else None,
        ),
    )
    assert all(isinstance(one, Ticket) for one in done)
    assert kinds(ticket).count("ticket.unsnoozed") == 1


def test_what_was_snoozed_again_is_not_brought_back_by_the_time_before(
    team: Team, dana: User
) -> None:
    ticket = make_ticket(team=team, turn=Turn.AGENT, agent=dana)
    snooze(dana, ticket)
    snooze(dana, ticket, HOURS * 5)
    actions.unsnooze(actor=Actor.system(), ticket=ticket, due=timezone.now() + HOURS * 2)
    assert is_snoozed(ticket)


def test_the_look_is_one_statement_by_its_index(team: Team, dana: User) -> None:
    ticket = make_ticket(team=team, turn=Turn.AGENT, agent=dana)
    snooze(dana, ticket)
    with CaptureQueriesContext(connection) as captured:
        assert due.bring_back() == 0
    assert len(captured) == 1
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
        cursor.execute(f"EXPLAIN {captured[0]['sql']}")
        assert "ticket_snoozed" in str(cursor.fetchall())


def test_pages_of_mine_seek_behind_what_came_back(
    team: Team, dana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tickets.workspace.inbox.PAGE", 2)
    tickets = [make_ticket(team=team, turn=Turn.AGENT, agent=dana) for _n in range(5)]
    for ticket in tickets[:3]:
        snooze(dana, ticket)
    look_in(HOURS * 2)
    seen: list[Ticket] = []
    cursor = ""
    while True:
        found = page(Actor.agent(dana), Selection(View.MINE, cursor=cursor))
        seen += found.rows
        if not (cursor := found.cursor):
            break
    assert seen == [*tickets[2::-1], *tickets[:2:-1]]
