"""What changes a service level: priority, tags, teams, policies, hours, merging and splitting."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import make_agent, make_customer, make_team, make_ticket
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
    review,
    sweep,
    write,
)
from tickets import actions, clock
from tickets.actors import Actor
from tickets.models import Priority, Team, Ticket, Turn, User
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


# --- changes


def test_another_priority_has_another_target_and_what_is_gone_is_gone(
    team: Team, dana: User
) -> None:
    make_policy(by_priority={Priority.URGENT: {"first": 60}})
    ticket = asked_at(MONDAY, team)
    with clock.at(MONDAY + HOUR / 2):
        actions.change_ticket(
            actor=Actor.agent(dana), ticket=ticket, name=actions.Property.PRIORITY, value="4"
        )
    assert due(ticket) == (MONDAY + HOUR, "first")


def test_a_priority_that_is_raised_too_late_breaks_the_promise_at_once(
    team: Team, dana: User
) -> None:
    make_policy(by_priority={Priority.URGENT: {"first": 60}})
    ticket = asked_at(MONDAY, team)
    with clock.at(MONDAY + 2 * HOUR):
        actions.change_ticket(
            actor=Actor.agent(dana), ticket=ticket, name=actions.Property.PRIORITY, value="4"
        )
    assert promises_told(ticket) == [("sla.breached", "first")]
    assert clock_of(ticket).breached_at == MONDAY + HOUR
    with clock.at(MONDAY + 2.5 * HOUR):
        actions.change_ticket(
            actor=Actor.agent(dana), ticket=ticket, name=actions.Property.PRIORITY, value="1"
        )
    # More time is promised again, and it may still be kept.
    assert (clock_of(ticket).breached_at, due(ticket)) == (None, (MONDAY + 4 * HOUR, "first"))


def test_another_teams_hours_count_from_the_transfer_on(team: Team, dana: User) -> None:
    make_policy()
    around_the_clock = make_team()
    ticket = asked_at(FRIDAY, team)
    saturday = FRIDAY + timedelta(days=1)
    with clock.at(saturday):
        actions.transfer(actor=Actor.agent(dana), ticket=ticket, team=around_the_clock)
    one = clock_of(ticket)
    assert one.spent_open == timedelta(minutes=50)  # of Friday, by the hours of the first team
    assert due(ticket) == (saturday + timedelta(hours=3, minutes=10), "first")


def test_a_tag_can_bring_a_better_policy_which_counts_from_the_hand_over(
    team: Team, dana: User
) -> None:
    condition = {"field": "tags", "op": "any_of", "value": ["vip"]}
    make_policy("VIP", minutes={"first": 60}, conditions=[condition], position=1)
    ticket = asked_at(MONDAY, team)
    assert metrics(ticket) == []
    with clock.at(MONDAY + HOUR / 2):
        actions.change_tags(actor=Actor.agent(dana), ticket=ticket, add=["vip"])
    assert due(ticket) == (MONDAY + HOUR, "first")
    with clock.at(MONDAY + 0.6 * HOUR):
        actions.change_tags(actor=Actor.agent(dana), ticket=ticket, remove=["vip"])
    assert (due(ticket), metrics(ticket)) == ((None, ""), [])


def test_of_policies_that_overlap_the_first_in_order_applies(team: Team) -> None:
    asked = {"field": "team", "op": "any_of", "value": [str(team.pk)]}
    make_policy("Everybody", position=30)
    make_policy("Second", conditions=[asked], position=20, minutes={"first": 60})
    first = make_policy("First", conditions=[asked], position=10, minutes={"first": 30})
    ticket = asked_at(MONDAY, team)
    assert (ticket.sla, due(ticket)) == (first, (MONDAY + HOUR / 2, "first"))
    elsewhere = asked_at(MONDAY, make_team())
    assert elsewhere.sla is not None
    assert elsewhere.sla.name == "Everybody"


def test_a_policy_over_a_field_that_is_gone_or_known_at_a_turn_only_never_applies(
    team: Team,
) -> None:
    for place, field in enumerate(("custom.gone", "confidence", "no_such_field", "text")):
        condition = {"field": field, "op": "is", "value": "x"}
        make_policy(field, conditions=[condition], position=place)
    rest = make_policy("The rest", position=50)
    assert asked_at(MONDAY, team).sla == rest


def test_a_policy_that_was_switched_off_promises_nothing_any_more(team: Team, dana: User) -> None:
    policy = make_policy()
    ticket = asked_at(MONDAY, team)
    policy.active = False
    policy.save()
    assert review(MONDAY + HOUR) == 1
    assert (due(ticket), metrics(ticket)) == ((None, ""), [])


def test_a_new_policy_counts_from_now_on_for_what_is_open_already(team: Team, dana: User) -> None:
    waiting = asked_at(MONDAY, team)
    answered = asked_at(MONDAY, team)
    answer(dana, answered, MONDAY + HOUR)
    owed = asked_at(MONDAY, team)
    answer(dana, owed, MONDAY + HOUR)
    write(owed, MONDAY + 2 * HOUR)
    with clock.at(MONDAY):
        closed = make_ticket(team=team, agent=dana, turn=Turn.CLOSED)
    make_policy()
    assert review(MONDAY + 3 * HOUR) == 3
    assert due(waiting) == (MONDAY + 7 * HOUR, "first")
    assert (due(answered), metrics(answered)) == ((None, ""), ["resolution"])
    assert due(owed) == (MONDAY + 5 * HOUR, "next")
    assert metrics(closed) == []
    write(answered, MONDAY + 4 * HOUR)
    assert due(answered) == (MONDAY + 6 * HOUR, "next")


def test_hours_that_change_move_what_is_due(team: Team) -> None:
    make_policy()
    ticket = asked_at(FRIDAY, team)
    assert team.hours is not None
    team.hours.holidays.create(day=MONDAY.date())
    assert review(FRIDAY + HOUR / 2) == 1
    assert due(ticket) == (MONDAY + timedelta(days=1, hours=3, minutes=10), "first")


def test_hours_that_never_open_are_never_due(team: Team) -> None:
    assert team.hours is not None
    team.hours.spans.all().delete()
    make_policy()
    ticket = asked_at(MONDAY, team)
    assert (due(ticket), clock_of(ticket).target) == ((None, ""), 4 * HOUR)
    assert sweep(MONDAY + timedelta(days=400)) == 0


def test_a_deadline_across_a_change_of_the_clocks_is_by_the_clock_on_the_wall() -> None:
    """Four hours from 16:00 before the night in which summer time begins: until 12:00 by its clock."""
    make_policy()
    friday = FRIDAY.replace(day=27, hour=16, minute=0)
    ticket = asked_at(friday, make_team(hours=office("Europe/London")))
    assert due(ticket) == (friday.replace(day=30, hour=11), "first")  # 12:00 in summer time


# --- merging and splitting


def test_what_waits_in_a_merged_one_waits_in_the_other_since_then(team: Team, dana: User) -> None:
    make_policy()
    customer = make_customer()
    target = asked_at(MONDAY, team, customer=customer)
    answer(dana, target, MONDAY + HOUR / 2)
    source = asked_at(MONDAY + HOUR, team, customer=customer, body="And where is my stove?")
    with clock.at(MONDAY + 1.5 * HOUR):
        actions.merge(actor=Actor.agent(dana), ticket=source, into=target)
    assert due(source) == (None, "")
    assert clock_of(source).ended_at is None
    assert due(target) == (MONDAY + 3 * HOUR, "next")  # two hours since they asked
    with clock.at(MONDAY + 2 * HOUR):
        actions.unmerge(actor=Actor.agent(dana), ticket=source)
    assert due(source) == (MONDAY + 5.5 * HOUR, "first")  # half an hour was none of its own


def test_what_is_split_off_has_clocks_of_its_own(team: Team, dana: User) -> None:
    make_policy()
    ticket = asked_at(MONDAY, team)
    answer(dana, ticket, MONDAY + HOUR)
    write(ticket, MONDAY + 2 * HOUR, "Something else: my invoice is wrong.")
    with clock.at(MONDAY + 3 * HOUR):
        position = ticket.messages.latest("position").position
        part = actions.split(actor=Actor.agent(dana), ticket=ticket, position=position)
    assert due(part) == (MONDAY + 7 * HOUR, "first")
    assert due(ticket) == (MONDAY + 4 * HOUR, "next")


def test_a_clock_that_is_put_back_by_an_hour_takes_no_time_away(team: Team, dana: User) -> None:
    make_policy()
    ticket = asked_at(MONDAY + HOUR, team)
    answer(dana, ticket, MONDAY)  # as the machine has it
    one = clock_of(ticket)
    assert (one.spent, one.spent_open) == (NOTHING, NOTHING)
    write(ticket, MONDAY + HOUR / 2)
    assert due(ticket) == (MONDAY + 2.5 * HOUR, "next")


# --- what it costs


def of_promises(asked: CaptureQueriesContext) -> list[str]:
    """The statements that a service level takes: on its tables, and for the hours of teams."""
    wanted = ("tickets_sla", "tickets_openingspan", '"due_warns_at" = ')
    return [
        one["sql"]
        for one in asked
        if any(name in one["sql"].replace('"tickets_ticket"."sla_id"', "") for name in wanted)
        and not one["sql"].startswith(('UPDATE "tickets_ticket" SET "external_id"', "SAVEPOINT"))
    ]


def test_what_has_no_meaning_for_the_clocks_takes_no_statement_and_the_rest_few(
    team: Team, dana: User
) -> None:
    with_none = asked_at(MONDAY, team)
    agent = Actor.agent(dana)
    with clock.at(MONDAY):
        with CaptureQueriesContext(connection) as asked:
            actions.write_note(actor=agent, ticket=with_none, body="Nothing of it.")
            actions.accept(actor=agent, ticket=with_none)
        assert of_promises(asked) == []
        with CaptureQueriesContext(connection) as asked:
            actions.change_tags(actor=agent, ticket=with_none, add=["vip"])
        assert len(of_promises(asked)) == 1  # whether there is any policy
        make_policy()
        ticket = asked_at(MONDAY, team)
        with CaptureQueriesContext(connection) as asked:
            actions.write_note(actor=agent, ticket=ticket, body="Nothing of it.")
        assert of_promises(asked) == []
        with CaptureQueriesContext(connection) as asked:
            actions.accept(actor=agent, ticket=ticket)
        assert len(of_promises(asked)) <= 3  # nothing of the clocks has changed by that
        with CaptureQueriesContext(connection) as asked:
            answer(dana, ticket, MONDAY + HOUR)
        assert len(of_promises(asked)) <= 4
