"""Warnings and breaches: each said once, at its moment, whoever finds it and whatever dies meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.db.transaction import atomic
from django.test.utils import CaptureQueriesContext

from tests.factories import make_admin, make_agent, make_lead, make_team
from tests.tickets.parallel import real_transactions, together
from tests.tickets.promised import (
    FRIDAY,
    HOUR,
    answer,
    asked_at,
    clock_of,
    make_policy,
    office,
    promises_told,
    sweep,
)
from tickets import actions, clock, due, events, telling
from tickets.actions import promises
from tickets.actors import Actor
from tickets.models import (
    Event,
    EventKind,
    Notification,
    NotificationKind,
    SlaClock,
    SlaReview,
    Team,
    Ticket,
    User,
)

pytestmark = pytest.mark.django_db
MONDAY = FRIDAY.replace(day=9, hour=9, minute=0)


@pytest.fixture
def team() -> Team:
    return make_team(hours=office())


@pytest.fixture
def dana(team: Team) -> User:
    return make_agent("Dana Osei", teams=[team])


def test_a_promise_is_warned_of_and_broken_once_each_at_its_moment(team: Team) -> None:
    policy = make_policy()
    ticket = asked_at(MONDAY, team)
    assert sweep(MONDAY + 3 * HOUR - timedelta(seconds=1)) == 0
    assert sweep(MONDAY + 3 * HOUR) == 1
    assert promises_told(ticket) == [("sla.warned", "first")]
    assert sweep(MONDAY + 4 * HOUR - timedelta(seconds=1)) == 0
    late = MONDAY + 4 * HOUR + timedelta(seconds=7)
    assert sweep(late) == 1
    assert sweep(late + HOUR) == 0
    assert promises_told(ticket) == [("sla.warned", "first"), ("sla.breached", "first")]
    event = Event.objects.get(ticket=ticket, kind=EventKind.SLA_BREACHED)
    # The moment is the one at which it was due, not the one at which somebody looked.
    assert event.data == {
        "metric": "first",
        "policy": policy.pk,
        "at": (MONDAY + 4 * HOUR).isoformat(),
        "due": (MONDAY + 4 * HOUR).isoformat(),
    }
    assert event.actor_kind == "system"
    one = clock_of(ticket)
    assert (one.warned_at, one.breached_at) == (MONDAY + 3 * HOUR, MONDAY + 4 * HOUR)
    ticket.refresh_from_db()
    assert ticket.due_at == MONDAY + 4 * HOUR  # it is still owed
    assert ticket.last_position == event.position


def test_a_policy_that_warns_of_nothing_still_says_what_is_broken(team: Team) -> None:
    make_policy(warn_percent=None)
    ticket = asked_at(MONDAY, team)
    assert sweep(MONDAY + 3.9 * HOUR) == 0
    assert sweep(MONDAY + 4 * HOUR) == 1
    assert promises_told(ticket) == [("sla.breached", "first")]


def test_a_breach_that_the_sweep_had_not_seen_is_found_by_whoever_answers_too_late(
    team: Team, dana: User
) -> None:
    make_policy()
    ticket = asked_at(MONDAY, team)
    answer(dana, ticket, MONDAY + 5 * HOUR)
    assert promises_told(ticket) == [("sla.breached", "first")]  # no warning after the fact
    one = clock_of(ticket)
    assert (one.breached_at, one.ended_at) == (MONDAY + 4 * HOUR, MONDAY + 5 * HOUR)
    assert sweep(MONDAY + 6 * HOUR) == 0


def test_an_answer_to_the_second_keeps_the_promise(team: Team, dana: User) -> None:
    make_policy()
    ticket = asked_at(MONDAY, team)
    assert sweep(MONDAY + 3 * HOUR) == 1
    answer(dana, ticket, MONDAY + 4 * HOUR - timedelta(seconds=1))
    assert promises_told(ticket) == [("sla.warned", "first")]
    assert sweep(MONDAY + 9 * HOUR) == 0


def test_what_is_paused_is_neither_warned_of_nor_broken(team: Team, dana: User) -> None:
    make_policy()
    ticket = asked_at(MONDAY, team)
    answer(dana, ticket, MONDAY + HOUR)
    assert sweep(MONDAY + timedelta(days=20)) == 0
    assert promises_told(ticket) == []


def test_a_warned_one_that_was_paused_is_not_warned_of_again(team: Team, dana: User) -> None:
    make_policy()
    ticket = asked_at(MONDAY, team)
    assert sweep(MONDAY + 3 * HOUR) == 1
    with clock.at(MONDAY + 3.5 * HOUR):
        actions.snooze(actor=Actor.agent(dana), ticket=ticket, until=None)
    with clock.at(MONDAY + 5 * HOUR):
        actions.unsnooze(actor=Actor.agent(dana), ticket=ticket)
    assert sweep(MONDAY + 5.4 * HOUR) == 0
    assert sweep(MONDAY + 5.5 * HOUR) == 1
    assert [kind for kind, _metric in promises_told(ticket)] == ["sla.warned", "sla.breached"]


def test_a_clock_that_jumps_forward_and_back_says_nothing_twice(team: Team) -> None:
    make_policy()
    ticket = asked_at(MONDAY, team)
    assert sweep(MONDAY + 4 * HOUR) == 1  # an hour early, as it turns out
    assert sweep(MONDAY + 3 * HOUR) == 0
    assert sweep(MONDAY + 4 * HOUR) == 0
    assert promises_told(ticket) == [("sla.breached", "first")]


def test_a_slice_costs_the_same_for_one_and_for_many_and_is_bounded(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_policy()
    counts = []
    for day, number in ((0, 1), (1, 12)):
        moment = MONDAY + timedelta(days=day)
        for _one in range(number):
            asked_at(moment, team)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert sweep(moment + 4 * HOUR) >= number
        counts.append(len(asked))
        SlaClock.objects.update(check_at=None)
    assert counts[0] == counts[1] <= 12
    monkeypatch.setattr(promises, "AT_ONCE", 2)
    for _one in range(3):
        asked_at(MONDAY, team)
    assert [sweep(MONDAY + 4 * HOUR) for _slice in range(3)] == [2, 1, 0]


def test_one_look_goes_through_all_that_is_due_and_says_when_there_is_more(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_policy()
    monkeypatch.setattr(promises, "AT_ONCE", 2)
    found = [asked_at(MONDAY, team) for _one in range(5)]
    with clock.at(MONDAY + 4 * HOUR):
        assert due.note_promises() is False
    assert all(promises_told(one) for one in found)
    monkeypatch.setattr(due, "SLICE_SECONDS", 0.0)
    assert due.note_promises() is True  # nothing was done: it is rung again


def test_the_database_refuses_clocks_that_are_in_no_state(team: Team) -> None:
    make_policy()
    ticket = asked_at(MONDAY, team)
    rows = SlaClock.objects.filter(pk=clock_of(ticket).pk)
    wrong: list[dict[str, Any]] = [
        {"ended_at": MONDAY},
        {"running_since": None},
        {"target": timedelta(0)},
        {"spent": -HOUR},
        {"target": None},
        {"check_at": MONDAY + 30 * HOUR},
        {"metric": "resolution"},
        {"metric": "joy"},
    ]
    for fields in wrong:
        with pytest.raises(IntegrityError), atomic():
            rows.update(**fields)
    with pytest.raises(IntegrityError), atomic():
        Ticket.objects.filter(pk=ticket.pk).update(due_metric="")
    with pytest.raises(IntegrityError), atomic():
        SlaReview.objects.create(pk=2)


# --- who is told


def test_who_has_it_and_the_leads_of_its_team_are_told_of_a_breach_and_the_first_of_a_warning(
    team: Team, dana: User
) -> None:
    make_policy()
    lead, elsewhere = make_lead(teams=[team]), make_lead(teams=[make_team()])
    colleague = make_agent(teams=[team])
    ticket = asked_at(MONDAY, team)
    with clock.at(MONDAY):
        actions.accept(actor=Actor.agent(dana), ticket=ticket)
    told = _told_after(MONDAY + 3 * HOUR)
    assert told == {(dana, NotificationKind.DUE_SOON)}
    told = _told_after(MONDAY + 4 * HOUR)
    assert told == {(dana, NotificationKind.OVERDUE), (lead, NotificationKind.OVERDUE)}
    assert not {colleague, elsewhere} & {user for user, _kind in told}


def test_of_what_nobody_has_the_leads_are_warned(team: Team, dana: User) -> None:
    make_policy()
    lead = make_lead(teams=[team])
    asked_at(MONDAY, team)
    assert _told_after(MONDAY + 3 * HOUR) == {(lead, NotificationKind.DUE_SOON)}


def _told_after(moment: Any) -> set[tuple[User, str]]:
    Notification.objects.all().delete()
    assert sweep(moment) == 1
    telling.tell(Event.objects.filter(kind__startswith="sla.").latest("pk"), None)
    kinds = (NotificationKind.DUE_SOON, NotificationKind.OVERDUE)
    found = Notification.objects.filter(kind__in=kinds).select_related("user")
    return {(one.user, one.kind) for one in found}


class Died(Exception):
    """A worker died before it committed."""


def _and_dies(work: Callable[[], int]) -> None:
    with atomic():
        assert work()
        raise Died


# --- looking again


def test_a_setting_that_decides_what_is_promised_lets_open_tickets_be_looked_at_again(
    team: Team,
) -> None:
    admin = Actor.agent(make_admin())
    policy = make_policy()
    assert team.hours is not None
    for setting in (policy, team.hours):
        SlaReview.objects.all().delete()
        setting.name += " (changed)"
        actions.change_setting(actor=admin, instance=setting)
        events.run_due()
        assert SlaReview.objects.get().upto == 0
    SlaReview.objects.all().delete()
    team.name = "Another name"
    actions.change_setting(actor=admin, instance=team)
    events.run_due()
    assert not SlaReview.objects.exists()


def test_a_review_goes_on_where_whoever_died_had_come_to(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [asked_at(MONDAY, team) for _one in range(5)]
    make_policy()
    monkeypatch.setattr(promises, "LOOKED_AT", 2)
    system = Actor.system()
    actions.ask_for_review(actor=system)
    with clock.at(MONDAY + HOUR):
        assert actions.review_promises(actor=system) == 2
        with pytest.raises(Died):
            _and_dies(lambda: actions.review_promises(actor=system))
        assert SlaReview.objects.get().upto == found[1].pk
        numbers = [actions.review_promises(actor=system) for _slice in range(3)]
    assert numbers == [2, 1, 0]
    assert SlaClock.objects.filter(metric="first", target__isnull=False).count() == 5
    assert not SlaReview.objects.exists()


# --- at once


@real_transactions
def test_two_workers_who_sweep_at_once_say_everything_once() -> None:
    team = make_team()
    make_policy(minutes={"first": 60, "resolution": 60})
    found = [asked_at(MONDAY, team) for _one in range(6)]

    def work(_index: int) -> int:
        return sum(sweep(MONDAY + HOUR) for _slice in range(3))

    numbers = together(3, work)
    assert sum(number for number in numbers if isinstance(number, int)) == 12
    assert [promises_told(one) for one in found] == [
        [("sla.breached", "resolution"), ("sla.breached", "first")]
    ] * 6 or all(len(promises_told(one)) == 2 for one in found)
    for one in found:
        positions = list(one.events.values_list("position", flat=True))
        assert len(positions) == len(set(positions))


@real_transactions
def test_a_worker_that_dies_in_the_middle_leaves_it_to_the_next() -> None:
    make_policy()
    ticket = asked_at(MONDAY, make_team())
    with pytest.raises(Died):
        _and_dies(lambda: sweep(MONDAY + 4 * HOUR))
    assert promises_told(ticket) == []
    assert sweep(MONDAY + 4 * HOUR) == 1
    assert promises_told(ticket) == [("sla.breached", "first")]


@real_transactions
def test_an_answer_and_the_sweep_at_the_same_moment_say_a_breach_once() -> None:
    team = make_team()
    dana = make_agent(teams=[team])
    make_policy()
    found = [asked_at(MONDAY, team) for _one in range(4)]
    late = MONDAY + 4 * HOUR

    def work(index: int) -> Any:
        if index == 0:
            return [sweep(late) for _slice in range(3)]
        return answer(dana, found[index - 1], late)

    for result in together(4, work):
        assert not isinstance(result, Exception), result
    sweep(late)
    assert [promises_told(one) for one in found] == [[("sla.breached", "first")]] * 4


@real_transactions
def test_a_review_waits_for_nobody_who_holds_a_ticket_and_comes_back_to_it() -> None:
    team = make_team()
    found = [asked_at(MONDAY, team) for _one in range(3)]
    make_policy()
    system = Actor.system()
    actions.ask_for_review(actor=system)
    with atomic():
        Ticket.objects.locked(found[1])

        def work(_index: int) -> int:
            with clock.at(MONDAY):
                return actions.review_promises(actor=system)

        assert together(1, work) == [1]  # the first one; then it stops, without waiting
        assert together(1, work) == [0]
    with clock.at(MONDAY):
        assert actions.review_promises(actor=system) == 2
        assert actions.review_promises(actor=system) == 0
    assert SlaClock.objects.filter(metric="first").count() == 3
