"""Rules that time sets off: found among what is open, once for each turn, and passing nobody over."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import (
    make_admin,
    make_agent,
    make_message,
    make_reply,
    make_team,
    make_ticket,
)
from tests.tickets.ruled import firings, rule
from tickets import automating, clock
from tickets.actors import Actor
from tickets.models import (
    Ticket,
    Turn,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> Actor:
    return Actor.agent(make_admin("Odhrán MacAllister"))


# --- time -----------------------------------------------------------------------------------------

LONG = {"field": "waiting_minutes", "op": "at_least", "value": 120}


def test_time_sets_a_rule_off_for_open_conversations_for_which_it_holds(admin: Actor) -> None:
    rule(admin, trigger="time", conditions=[LONG])
    ticket, closed = make_ticket(turn=Turn.QUEUE), make_ticket(turn=Turn.CLOSED)
    assert automating.look_at_time() == 0
    with clock.at(clock.now() + timedelta(hours=3)):
        late = make_ticket(turn=Turn.QUEUE)
        assert automating.look_at_time() == 1
        assert automating.look_at_time() == 0, "once"
    assert [firings(one) for one in (ticket, closed, late)] == [[("Fast lane", "")], [], []]


def test_where_one_rule_of_time_says_stop_none_after_it_acts_while_it_holds(admin: Actor) -> None:
    seen = {"field": "tags", "op": "none_of", "value": ["let through"]}
    rule(admin, "First", trigger="time", conditions=[LONG, seen], last=True)
    rule(admin, "Second", trigger="time", conditions=[LONG], actions={"tags": ["second"]})
    ticket = make_ticket(turn=Turn.QUEUE)
    with clock.at(clock.now() + timedelta(hours=3)):
        assert [automating.look_at_time() for _ in range(3)] == [1, 0, 0]
        Ticket.objects.filter(pk=ticket.pk).update(tags=["let through"])
        assert automating.look_at_time() == 1
    assert firings(ticket) == [("First", ""), ("Second", "")]


def test_each_time_is_once_for_each_turn(admin: Actor) -> None:
    rule(admin, trigger="time", conditions=[LONG], once=False)
    dana = make_agent(teams=[team := make_team()])
    ticket = make_ticket(team=team, turn=Turn.AGENT, agent=dana)
    start = clock.now()
    with clock.at(start + timedelta(hours=3)):
        assert [automating.look_at_time() for _ in range(3)] == [1, 0, 0]
    with clock.at(start + timedelta(hours=4)):
        make_reply(ticket, dana)
        make_message(ticket)
    with clock.at(start + timedelta(hours=7)):
        assert [automating.look_at_time() for _ in range(2)] == [1, 0]


def test_business_time_is_counted_within_the_hours_of_the_team(admin: Actor) -> None:
    from tests.factories import make_hours

    hours = make_hours(*((day, "09:00", "17:00") for day in range(5)))
    rule(
        admin,
        trigger="time",
        conditions=[{"field": "waiting_business_minutes", "op": "at_least", "value": 120}],
    )
    friday = clock.now().replace(year=2026, month=11, day=27, hour=16, minute=0)
    with clock.at(friday):
        ticket = make_ticket(team=make_team(hours=hours), turn=Turn.QUEUE)
    for later, looked in (
        (timedelta(hours=3), 0),
        (timedelta(days=2), 0),
        (timedelta(days=2, hours=17, minutes=59), 0),
        (timedelta(days=2, hours=18, minutes=1), 1),
    ):
        with clock.at(friday + later):
            assert automating.look_at_time() == looked, later
    assert firings(ticket) == [("Fast lane", "")]


def test_silence_of_the_customer_is_counted_in_hours(admin: Actor) -> None:
    silent = {"field": "silent_hours", "op": "at_least", "value": 72}
    rule(admin, trigger="time", conditions=[silent], actions={"message": "Are you there?"})
    dana = make_agent(teams=[team := make_team()])
    ticket = make_ticket(team=team, turn=Turn.AGENT, agent=dana)
    make_reply(ticket, dana)
    with clock.at(clock.now() + timedelta(hours=71)):
        assert automating.look_at_time() == 0
    with clock.at(clock.now() + timedelta(hours=73)):
        assert automating.look_at_time() == 1
    ticket.refresh_from_db()
    assert ticket.turn == Turn.CUSTOMER
    assert ticket.messages.latest("position").by_rule == "Fast lane"


def test_a_rule_that_fits_all_is_worked_off_in_slices_and_passes_nobody_over(
    admin: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(automating, "AT_ONCE", 3)
    monkeypatch.setattr(automating, "RULE_SECONDS", 0.0)
    exact = {"field": "waiting_business_minutes", "op": "at_least", "value": 1}
    rule(admin, trigger="time", conditions=[exact])
    tickets = [make_ticket(turn=Turn.QUEUE) for _ in range(8)]
    with clock.at(clock.now() + timedelta(hours=1)):
        for _ in range(6):
            automating.look_at_time()
    assert all(firings(ticket) == [("Fast lane", "")] for ticket in tickets)


def test_a_look_asks_the_same_for_one_open_conversation_and_for_ten(admin: Actor) -> None:
    rule(admin, trigger="time", conditions=[LONG])
    make_ticket(turn=Turn.QUEUE)

    def asked() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            automating.look_at_time()
        return len(captured)

    few = asked()
    for _ in range(9):
        make_ticket(turn=Turn.QUEUE)
    assert asked() == few
