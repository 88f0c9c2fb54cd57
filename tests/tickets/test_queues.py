"""The queue: the place in it, and that nothing is said of the wait without ground."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.factories import make_agent, make_hours, make_team, make_ticket
from tickets import actions
from tickets.actors import Actor
from tickets.live import presence
from tickets.models import HandOver, Priority, Reason, Team, Ticket, Turn, User
from tickets.service import notices, queues
from tickets.service.waits import Pace, Wait

pytestmark = pytest.mark.django_db
Count = Callable[..., Any]


@pytest.fixture
def dana() -> User:
    """At work in a team that is always open."""
    return at_work(make_agent("Dana Osei", teams=[make_team()]))


@pytest.fixture
def team(dana: User) -> Team:
    return dana.teams.get()


def at_work(agent: User) -> User:
    presence.mark_agent_here(agent)
    presence.mark_agent_active(agent)
    return agent


def accepted(team: Team, agent: User, *, ago: float, waited: float) -> HandOver:
    """This agent took somebody so many minutes ago who had waited for so many."""
    ticket = make_ticket(turn=Turn.CLOSED, team=team, agent=agent)
    handover = ticket.handovers.get()
    taken = timezone.now() - timedelta(minutes=ago)
    HandOver.objects.filter(pk=handover.pk).update(
        accepted_at=taken, asked_at=taken - timedelta(minutes=waited)
    )
    return handover


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
    Ticket.objects.update(person_asked_at=timezone.now())
    for ticket in (first, second):
        ticket.refresh_from_db()
    assert {queues.outlook(first).place, queues.outlook(second).place} == {1, 2}


def test_a_transfer_keeps_its_place_by_when_a_person_was_asked_for() -> None:
    here, there = make_team(), make_team()
    hers = make_ticket(team=here, turn=Turn.AGENT)
    Ticket.objects.filter(pk=hers.pk).update(
        person_asked_at=timezone.now() - timedelta(minutes=30), turn_since=timezone.now()
    )
    recent = make_ticket(team=there, ago=timedelta(minutes=20))
    oldest = make_ticket(team=there, ago=timedelta(minutes=40))
    actions.transfer(actor=Actor.agent(make_agent()), ticket=hers, team=there)
    hers.refresh_from_db()
    places = {ticket: queues.outlook(ticket).place for ticket in (oldest, hers, recent)}
    assert places == {oldest: 1, hers: 2, recent: 3}
    assert list(Ticket.objects.filter(team=there).waiting()) == [oldest, hers, recent]
    assert "as number 2." in hers.messages.latest("position").body


def test_far_back_the_place_is_no_number(monkeypatch: pytest.MonkeyPatch, team: Team) -> None:
    monkeypatch.setattr("tickets.service.queues.COUNTED", 2)
    tickets = [make_ticket(team=team, ago=timedelta(minutes=9 - n)) for n in range(4)]
    outlooks = [queues.outlook(ticket) for ticket in tickets]
    assert [one.counted for one in outlooks] == [True, True, False, False]
    assert outlooks[3].wait is None


# --- the wait -------------------------------------------------------------------------------------


def test_whoever_comes_while_an_agent_is_free_waits_a_minute_or_two(dana: User, team: Team) -> None:
    for number in range(9):
        accepted(team, dana, ago=90 - 10 * number, waited=0.2)
    ticket = make_ticket(team=team)
    assert queues.outlook(ticket).wait == Wait(0, 2)
    make_ticket(team=team, turn=Turn.AGENT, agent=dana)  # now she has somebody
    busy = queues.outlook(ticket).wait
    assert busy is not None
    assert busy.at_most is not None
    assert busy.at_most > 10


def test_what_an_agent_owes_since_yesterday_keeps_nobody_from_the_next(
    dana: User, team: Team
) -> None:
    owed = make_ticket(team=team, turn=Turn.AGENT, agent=dana)
    ticket = make_ticket(team=team)
    before = queues.outlook(ticket).wait
    Ticket.objects.filter(pk=owed.pk).update(turn_since=timezone.now() - timedelta(days=1))
    assert queues.outlook(ticket).wait != before


def test_the_pace_is_that_of_this_team_and_of_those_who_waited(dana: User, team: Team) -> None:
    accepted(team, dana, ago=60, waited=5)
    accepted(team, dana, ago=40, waited=30)  # waited already when she took the first
    accepted(team, dana, ago=20, waited=3)
    elsewhere = make_team()
    accepted(elsewhere, dana, ago=30, waited=1)
    nobody_waited = make_ticket(team=team, turn=Turn.CUSTOMER)
    actions.accept(actor=Actor.agent(dana), ticket=nobody_waited)
    assert nobody_waited.handovers.get().reason == Reason.TAKEN_OVER
    found = queues.pace_of(team)
    assert [round(seconds / 60) for seconds in found.intervals] == [20]
    assert [round(seconds / 60) for seconds in found.reactions] == [3]
    assert queues.pace_of(make_team()) == Pace([], [])


def test_with_nobody_at_work_nobody_can_say(dana: User, team: Team) -> None:
    ticket = make_ticket(team=team)
    assert queues.outlook(ticket).wait is not None
    presence.set_state(dana, presence.State.AWAY)
    outlook = queues.outlook(ticket)
    assert (outlook.open_now, outlook.place, outlook.wait) == (True, 1, None)
    assert notices.how_long(outlook) == "We cannot say right now how long it takes."


def test_a_forgotten_browser_tab_is_no_open_desk() -> None:
    team = make_team()
    forgetful = make_agent(teams=[team])
    ticket = make_ticket(team=team)
    presence.mark_agent_here(forgetful)  # their socket beats, and nobody touches the screen
    assert queues.outlook(ticket).wait is None
    presence.mark_agent_active(forgetful)
    assert queues.outlook(ticket).wait is not None


# --- outside the hours ----------------------------------------------------------------------------


def test_outside_hours_there_are_no_minutes_but_a_time() -> None:
    team = make_team(hours=make_hours())
    outlook = queues.outlook(make_ticket(team=team))
    assert (outlook.open_now, outlook.wait, outlook.opens_at) == (False, None, None)
    assert not outlook.somebody_here


def test_an_agent_at_work_outside_the_hours_changes_the_words_not_the_hours() -> None:
    day = (timezone.now() + timedelta(days=2)).weekday()
    team = make_team(hours=make_hours((day, "09:00", "17:00")))
    dana = at_work(make_agent("Dana Osei", teams=[team]))
    for number in range(9):
        accepted(team, dana, ago=90 - 10 * number, waited=0.2)
    ticket = make_ticket(team=team)
    outlook = queues.outlook(ticket)
    assert (outlook.open_now, outlook.somebody_here, outlook.wait) == (False, True, None)
    for words in (notices.how_long(outlook), ticket.messages.latest("position").body):
        assert "Somebody may be here and answer sooner. Our hours begin on" in words
        assert "09:00" in words
        assert "minute" not in words
        assert "Nobody is here" not in words


def test_passed_on_outside_the_hours_it_is_said_when_and_how() -> None:
    ticket = make_ticket(turn=Turn.AGENT)
    closed = make_team(hours=make_hours())
    actions.transfer(actor=Actor.agent(make_agent()), ticket=ticket, team=closed)
    said = ticket.messages.latest("position").body
    assert "We will answer as soon as we are back." in said
    assert f"The answer comes here and to {ticket.customer.email}." in said


# --- words and cost -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wait", "words"),
    [
        (Wait(0, 2), "a minute or two"),
        (Wait(0, 10), "less than 10 minutes"),
        (Wait(10, 20), "about 10 to 20 minutes"),
        (Wait(30, None), "more than half an hour"),
        (Wait(45, None), "more than 45 minutes"),
        (Wait(60, None), "more than an hour"),
        (Wait(120, None), "more than two hours"),
    ],
)
def test_a_range_is_said_in_words(wait: Wait, words: str) -> None:
    assert notices.span(wait) == words


def test_the_outlook_costs_the_same_for_one_and_for_ten(
    django_assert_num_queries: Count, dana: User, team: Team
) -> None:
    ticket = make_ticket(team=team)
    fresh = Ticket.objects.select_related("team__hours")
    with django_assert_num_queries(5):  # the ticket, the place, who is here, who is busy, the pace
        queues.outlook(fresh.get(pk=ticket.pk))
    for number in range(9):
        make_ticket(team=team)
        accepted(team, at_work(make_agent(teams=[team])), ago=number, waited=1)
    with django_assert_num_queries(5):
        queues.outlook(fresh.get(pk=ticket.pk))
