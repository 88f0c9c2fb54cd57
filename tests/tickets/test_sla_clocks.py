"""The clocks of a service level: when they begin, run, pause and end, and by when something is due."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.factories import make_agent, make_team, make_ticket
from tests.tickets.promised import (
    FRIDAY,
    HOUR,
    answer,
    asked_at,
    clock_of,
    make_policy,
    metrics,
    office,
    promises_told,
    sweep,
    write,
)
from tickets import actions, clock
from tickets.actors import Actor
from tickets.models import Metric, Priority, Reason, SlaClock, Team, Ticket, Turn, User
from tickets.models.sla import NOTHING

pytestmark = pytest.mark.django_db
MONDAY = FRIDAY.replace(day=9, hour=9, minute=0)


@pytest.fixture
def team() -> Team:
    return make_team(hours=office())


@pytest.fixture
def dana(team: Team) -> User:
    return make_agent("Dana Osei", teams=[team])


def due(ticket: Ticket) -> tuple[object, str]:
    ticket.refresh_from_db()
    return ticket.due_at, ticket.due_metric


# --- the first response


def test_the_first_response_is_due_in_business_time_from_the_hand_over(team: Team) -> None:
    """Four hours from Friday 16:10: fifty minutes on Friday, the rest from Monday 9:00 on."""
    policy = make_policy()
    ticket = asked_at(FRIDAY, team)
    assert due(ticket) == (MONDAY + timedelta(hours=3, minutes=10), "first")
    assert ticket.sla == policy
    one = clock_of(ticket)
    assert (one.started_at, one.opens_at, one.target) == (FRIDAY, MONDAY, 4 * HOUR)
    assert metrics(ticket) == ["resolution", "first"]


def test_before_a_person_is_asked_for_nothing_is_promised_and_the_assistant_answers_nothing(
    team: Team,
) -> None:
    make_policy()
    with clock.at(FRIDAY):
        ticket = make_ticket(team=team, turn=Turn.CUSTOMER)  # answered by the assistant
    assert metrics(ticket) == []
    with clock.at(MONDAY):
        actions.hand_over(actor=Actor.system(), ticket=ticket, reason=Reason.ASKED)
    assert due(ticket) == (MONDAY + 4 * HOUR, "first")
    with clock.at(MONDAY + HOUR):
        actions.follow_up(actor=Actor.assistant(), ticket=ticket, body="A person is coming.")
    assert clock_of(ticket).ended_at is None


def test_a_policy_by_the_clock_counts_nights_too(team: Team) -> None:
    make_policy(business=False)
    ticket = asked_at(FRIDAY, team)
    assert due(ticket) == (FRIDAY + 4 * HOUR, "first")
    assert clock_of(ticket).opens_at is None
    late = FRIDAY + 6 * HOUR  # and is due after midnight, at which nothing opens
    ticket = asked_at(late, team)
    assert due(ticket) == (late + 4 * HOUR, "first")
    assert (late + 4 * HOUR).date() > late.date()
    assert clock_of(ticket).opens_at is None


def test_an_agents_reply_is_the_first_response_and_a_note_is_none(team: Team, dana: User) -> None:
    make_policy()
    ticket = asked_at(FRIDAY, team)
    with clock.at(MONDAY):
        actions.write_note(actor=Actor.agent(dana), ticket=ticket, body="Asked the warehouse.")
    assert clock_of(ticket).ended_at is None
    answer(dana, ticket, MONDAY + HOUR)
    one = clock_of(ticket)
    assert (one.ended_at, one.breached_at, one.spent_open) == (
        MONDAY + HOUR,
        None,
        timedelta(hours=1, minutes=50),
    )
    assert one.due_at == MONDAY + timedelta(hours=3, minutes=10)  # it says when it would have been
    assert promises_told(ticket) == []


def test_without_policies_nothing_is_measured(team: Team, dana: User) -> None:
    make_policy(active=False)
    ticket = asked_at(FRIDAY, team)
    answer(dana, ticket, MONDAY)
    assert (metrics(ticket), due(ticket), ticket.sla) == ([], (None, ""), None)


def test_what_a_policy_promises_nothing_of_is_measured_and_never_due(
    team: Team, dana: User
) -> None:
    make_policy(minutes={"resolution": 60})
    ticket = asked_at(MONDAY, team)
    assert due(ticket) == (MONDAY + HOUR, "resolution")
    answer(dana, ticket, MONDAY + HOUR / 2)
    one = clock_of(ticket)
    assert (one.target, one.spent_open, one.ended_at) == (None, HOUR / 2, MONDAY + HOUR / 2)


# --- the next ones


def test_the_next_response_is_due_from_the_customers_words_on(team: Team, dana: User) -> None:
    make_policy()
    ticket = asked_at(MONDAY, team)
    answer(dana, ticket, MONDAY + HOUR)
    assert due(ticket) == (None, "")  # it is for the customer to act
    write(ticket, MONDAY + 2 * HOUR)
    write(ticket, MONDAY + 3 * HOUR, "Are you there?")  # the first of them counts
    assert due(ticket) == (MONDAY + 4 * HOUR, "next")
    answer(dana, ticket, MONDAY + 3.5 * HOUR)
    write(ticket, MONDAY + 5 * HOUR)
    assert due(ticket) == (MONDAY + 7 * HOUR, "next")
    found = SlaClock.objects.filter(ticket=ticket, metric=Metric.NEXT).order_by("pk")
    assert [one.ended_at for one in found] == [MONDAY + 3.5 * HOUR, None]
    assert [one.spent for one in found] == [1.5 * HOUR, NOTHING]


def test_what_the_customer_adds_before_the_first_response_is_part_of_it(team: Team) -> None:
    make_policy()
    ticket = asked_at(MONDAY, team)
    write(ticket, MONDAY + HOUR)
    assert metrics(ticket) == ["resolution", "first"]
    assert due(ticket) == (MONDAY + 4 * HOUR, "first")


# --- pauses


def test_waiting_for_the_customer_pauses_the_resolution(team: Team, dana: User) -> None:
    """Sixteen hours of business time, of which one is gone when the customer has to answer."""
    make_policy()
    ticket = asked_at(MONDAY, team)
    answer(dana, ticket, MONDAY + HOUR)
    paused = clock_of(ticket, Metric.RESOLUTION)
    assert (paused.runs, paused.paused_at, paused.spent_open) == (False, MONDAY + HOUR, HOUR)
    assert (paused.due_at, paused.check_at) == (None, None)
    write(ticket, MONDAY + 3 * HOUR)
    one = clock_of(ticket, Metric.RESOLUTION)
    # Ten hours were open since Monday nine to Tuesday eleven; two of them were the customer's.
    assert (one.paused_open, one.due_at) == (2 * HOUR, MONDAY + timedelta(days=2, hours=2))


def test_what_is_put_aside_is_paused_until_it_is_back(team: Team, dana: User) -> None:
    make_policy()
    ticket = asked_at(MONDAY, team)
    with clock.at(MONDAY + HOUR):
        until = MONDAY + 6 * HOUR
        actions.snooze(actor=Actor.agent(dana), ticket=ticket, until=until)
    assert due(ticket) == (None, "")
    with clock.at(until):
        actions.unsnooze(actor=Actor.system(), ticket=ticket, due=until)
    one = clock_of(ticket)
    assert (one.paused_open, one.due_at) == (5 * HOUR, MONDAY + timedelta(days=1, hours=1))


def test_what_is_handed_back_to_the_assistant_is_paused_until_a_person_is_asked_for_again(
    team: Team, dana: User
) -> None:
    make_policy()
    ticket = asked_at(MONDAY, team)
    with clock.at(MONDAY + HOUR):
        actions.hand_back(actor=Actor.agent(dana), ticket=ticket)
    assert not clock_of(ticket).runs
    with clock.at(MONDAY + 2 * HOUR):
        actions.hand_over(actor=Actor.system(), ticket=ticket, reason=Reason.ASKED)
    assert due(ticket) == (MONDAY + 5 * HOUR, "first")


def test_whoever_asks_for_a_person_after_an_answer_is_promised_the_next_response(
    team: Team, dana: User
) -> None:
    make_policy()
    ticket = asked_at(MONDAY, team)
    answer(dana, ticket, MONDAY + HOUR)
    with clock.at(MONDAY + 2 * HOUR):
        actions.hand_back(actor=Actor.agent(dana), ticket=ticket)
    with clock.at(MONDAY + 3 * HOUR):
        actions.hand_over(actor=Actor.system(), ticket=ticket, reason=Reason.ASKED)
    assert due(ticket) == (MONDAY + 5 * HOUR, "next")


# --- the end, and after it


def test_a_resolved_one_has_kept_its_promise_and_a_reopened_one_goes_on(
    team: Team, dana: User
) -> None:
    make_policy()
    ticket = asked_at(MONDAY, team)
    answer(dana, ticket, MONDAY + HOUR)
    with clock.at(MONDAY + 2 * HOUR):
        actions.resolve(actor=Actor.agent(dana), ticket=ticket)
    one = clock_of(ticket, Metric.RESOLUTION)
    assert (one.ended_at, one.spent_open) == (MONDAY + 2 * HOUR, HOUR)
    write(ticket, MONDAY + 4 * HOUR)
    one = clock_of(ticket, Metric.RESOLUTION)
    assert (one.ended_at, one.running_since) == (None, MONDAY + 4 * HOUR)
    assert one.due_at == MONDAY + timedelta(days=2, hours=3)  # fifteen hours are left
    assert due(ticket) == (MONDAY + 6 * HOUR, "next")


def test_an_answer_that_was_owed_when_it_was_closed_is_owed_again_when_it_is_reopened(
    team: Team, dana: User
) -> None:
    make_policy()
    ticket = asked_at(MONDAY, team)
    with clock.at(MONDAY + HOUR):
        actions.close(actor=Actor.agent(dana), ticket=ticket)
    assert due(ticket) == (None, "")
    assert clock_of(ticket).ended_at is None  # nobody answered
    with clock.at(MONDAY + 2 * HOUR):
        actions.reopen(actor=Actor.agent(dana), ticket=ticket)
    assert due(ticket) == (MONDAY + 5 * HOUR, "first")


def test_spam_pauses_and_whatever_is_no_spam_goes_on(team: Team, dana: User) -> None:
    make_policy()
    ticket = asked_at(MONDAY, team)
    with clock.at(MONDAY + HOUR):
        actions.mark_spam(actor=Actor.agent(dana), ticket=ticket)
    assert clock_of(ticket, Metric.RESOLUTION).paused_at == MONDAY + HOUR
    assert sweep(MONDAY + timedelta(days=30)) == 0
    with clock.at(MONDAY + 2 * HOUR):
        actions.not_spam(actor=Actor.agent(dana), ticket=ticket)
    assert due(ticket) == (MONDAY + 5 * HOUR, "first")


def test_what_was_undone_is_due_as_before(team: Team, dana: User) -> None:
    make_policy(by_priority={Priority.URGENT: {"first": 30}})
    ticket = asked_at(MONDAY, team)
    with clock.at(MONDAY + HOUR / 4):
        actions.change_ticket(
            actor=Actor.agent(dana),
            ticket=ticket,
            name=actions.Property.PRIORITY,
            value=str(Priority.URGENT.value),
        )
        assert due(ticket) == (MONDAY + HOUR / 2, "first")
        actions.undo(actor=Actor.agent(dana), step=ticket.undo_steps.get())
    assert due(ticket) == (MONDAY + 4 * HOUR, "first")
