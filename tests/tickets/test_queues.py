"""The queue: the place in it, how long it took lately, and that nothing is promised without ground."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.factories import make_agent, make_hours, make_team, make_ticket
from tickets import queues
from tickets.models import HandOver, Priority, Reason, Team, Ticket, Turn

pytestmark = pytest.mark.django_db
Count = Callable[..., Any]


def waited(team: Team, minutes: float, reason: Reason = Reason.ASKED) -> None:
    """Somebody waited so long for this team and was accepted."""
    ticket = make_ticket(turn=Turn.AGENT, team=team, reason=reason)
    handover = ticket.handovers.get()
    assert handover.accepted_at is not None
    HandOver.objects.filter(pk=handover.pk).update(
        asked_at=handover.accepted_at - timedelta(minutes=minutes)
    )


def test_the_place_counts_priority_then_time() -> None:
    team = make_team()
    later = make_ticket(team=team, ago=timedelta(minutes=1))
    earlier = make_ticket(team=team, ago=timedelta(minutes=9))
    urgent = make_ticket(team=team, priority=Priority.URGENT)
    make_ticket(ago=timedelta(hours=1))  # another team's
    make_ticket(team=team, turn=Turn.AGENT)
    make_ticket(team=team, turn=Turn.ASSISTANT)
    places = {ticket: queues.outlook(ticket).place for ticket in (urgent, earlier, later)}
    assert places == {urgent: 1, earlier: 2, later: 3}
    assert list(Ticket.objects.filter(team=team).waiting()) == [urgent, earlier, later]


def test_of_two_that_came_at_the_same_instant_each_has_a_place_of_its_own() -> None:
    team = make_team()
    first, second = (make_ticket(team=team) for _ in range(2))
    Ticket.objects.update(turn_since=timezone.now())
    for ticket in (first, second):
        ticket.refresh_from_db()
    assert {queues.outlook(first).place, queues.outlook(second).place} == {1, 2}


def test_the_usual_wait_is_the_median_of_the_last_waits() -> None:
    team = make_team()
    for minutes in (1, 2, 3, 60, 4):
        waited(team, minutes)
    wait = queues.usual_wait(team)
    assert wait is not None
    assert round(wait.total_seconds() / 60) == 3


def test_with_fewer_than_five_waits_nothing_is_promised() -> None:
    team = make_team()
    for _ in range(4):
        waited(team, 2)
    assert queues.usual_wait(team) is None
    assert queues.outlook(make_ticket(team=team)).minutes is None


def test_nights_and_what_nobody_waited_for_are_no_ground_for_a_promise() -> None:
    team = make_team()
    for _ in range(5):
        waited(team, 12 * 60)  # asked in the evening, accepted in the morning
        waited(team, 0, reason=Reason.TAKEN_OVER)
        waited(team, 0, reason=Reason.CHANNEL)
    assert queues.usual_wait(team) is None


def test_a_wait_of_seconds_is_about_a_minute() -> None:
    team = make_team()
    for _ in range(5):
        waited(team, 0.1)
    assert queues.outlook(make_ticket(team=team)).minutes == 1


def test_outside_hours_there_is_no_wait_but_a_time() -> None:
    team = make_team(hours=make_hours())
    for _ in range(5):
        waited(team, 2)
    outlook = queues.outlook(make_ticket(team=team))
    assert (outlook.open_now, outlook.wait, outlook.opens_at) == (False, None, None)


def test_the_outlook_costs_the_same_for_one_and_for_ten(django_assert_num_queries: Count) -> None:
    team = make_team()
    make_agent(teams=[team])
    ticket = make_ticket(team=team)
    fresh = Ticket.objects.select_related("team__hours")
    with django_assert_num_queries(3):
        queues.outlook(fresh.get(pk=ticket.pk))
    for _ in range(9):
        make_ticket(team=team)
    with django_assert_num_queries(3):
        queues.outlook(fresh.get(pk=ticket.pk))
