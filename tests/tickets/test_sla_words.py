"""What a promise says of itself: by when it is due, and why then; on the page, in lists, for programs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.factories import make_agent, make_team
from tests.tickets.promised import FRIDAY, HOUR, answer, asked_at, make_policy, office, sweep, write
from tickets import access, actions, clock
from tickets.actors import Actor
from tickets.lists.arranging import Sort
from tickets.models import Metric, Priority, Team, Ticket, User
from tickets.search import finding, language
from tickets.sla import words
from tickets.workspace.inbox import Selection, View, page

pytestmark = pytest.mark.django_db
MONDAY = FRIDAY.replace(day=9, hour=9, minute=0)


@pytest.fixture(autouse=True)
def _in_utc() -> Iterator[None]:
    with timezone.override("UTC"):
        yield


@pytest.fixture
def team() -> Team:
    return make_team(hours=office())


@pytest.fixture
def dana(team: Team) -> User:
    return make_agent("Dana Osei", teams=[team], timezone="UTC")


def said(agent: User, ticket: Ticket, metric: Metric = Metric.FIRST) -> words.Promise:
    """As it is on the screen of an agent, who loads it with the ticket."""
    loaded = access.ticket_for(Actor.agent(agent), ticket.reference)
    return next(one for one in words.of(loaded) if one.metric == metric)


# --- the words


@pytest.fixture(autouse=True)
def _this_week(monkeypatch: pytest.MonkeyPatch) -> None:
    """Days are named as in that week."""
    monkeypatch.setattr(timezone, "localdate", lambda: MONDAY.date())


def test_a_deadline_explains_itself(team: Team, dana: User) -> None:
    """As the admin is told that it does: closed from Friday to Monday, and paused for 35 minutes."""
    make_policy()
    ticket = asked_at(FRIDAY, team)
    with clock.at(MONDAY):
        assert said(dana, ticket).explained == (
            "4 h of business time from Friday 16:10; opens Monday 09:00; due Monday 12:10"
        )
    with clock.at(MONDAY + HOUR):
        actions.snooze(actor=Actor.agent(dana), ticket=ticket, until=None)
        assert said(dana, ticket).explained == (
            "4 h of business time from Friday 16:10; "
            "paused since Monday 10:00 (put aside), 2 h 10 min left"
        )
    with clock.at(MONDAY + HOUR + timedelta(minutes=35)):
        actions.unsnooze(actor=Actor.agent(dana), ticket=ticket)
        one = said(dana, ticket)
        assert one.explained == (
            "4 h of business time from Friday 16:10; paused 35 min; due Monday 12:45"
        )
        assert (one.state, one.short) == ("running", "Due in 2 h")


def test_each_state_says_how_it_stands(team: Team, dana: User) -> None:
    make_policy(minutes={"first": 60, "next": 120, "resolution": 240}, business=False)
    ticket = asked_at(MONDAY, team)
    for after, state, short, ending in (
        (0.5, "running", "Due in 30 min", "due Monday 10:00"),
        (0.8, "near", "Due in 12 min", "due Monday 10:00"),
        (1.5, "overdue", "Overdue 30 min", "was due Monday 10:00"),
    ):
        with clock.at(MONDAY + after * HOUR):
            one = said(dana, ticket)
        assert (one.state, one.short) == (state, short)
        assert one.explained == f"1 h by the clock from Monday 09:00; {ending}"
    answer(dana, ticket, MONDAY + 2 * HOUR)
    one = said(dana, ticket)
    assert (one.state, one.short, one.tone) == ("broken", "Too late", "late")
    assert one.explained.endswith("; answered Monday 11:00")
    with clock.at(MONDAY + 3 * HOUR):
        one = said(dana, ticket, Metric.RESOLUTION)
    assert one.explained == (
        "4 h by the clock from Monday 09:00; "
        "paused since Monday 11:00 (waiting for the customer), 2 h left"
    )
    with clock.at(MONDAY + 3 * HOUR):
        actions.resolve(actor=Actor.agent(dana), ticket=ticket)
    assert said(dana, ticket, Metric.RESOLUTION).explained.endswith("; resolved Monday 12:00")


def test_what_never_opens_says_so(team: Team, dana: User) -> None:
    assert team.hours is not None
    team.hours.spans.all().delete()
    make_policy()
    ticket = asked_at(MONDAY, team)
    one = said(dana, ticket)
    assert one.explained.endswith("never due: its hours do not open within ten years")
    assert one.short == "Never due"


def test_what_only_is_measured_is_no_promise(team: Team, dana: User) -> None:
    make_policy(minutes={"resolution": 60})
    ticket = asked_at(MONDAY, team)
    loaded = access.ticket_for(Actor.agent(dana), ticket.reference)
    assert [one.metric for one in words.of(loaded)] == ["resolution"]


def test_many_answers_later_the_first_and_the_resolution_are_still_there(
    team: Team, dana: User
) -> None:
    make_policy()
    ticket = asked_at(MONDAY, team)
    for number in range(8):
        answer(dana, ticket, MONDAY + timedelta(minutes=10 * number + 1))
        write(ticket, MONDAY + timedelta(minutes=10 * number + 5))
    loaded = access.ticket_for(Actor.agent(dana), ticket.reference)
    assert [one.metric for one in words.of(loaded)] == ["first", "next", "resolution"]


# --- the screens


def test_the_page_of_a_conversation_shows_each_promise_and_asks_no_more_for_it(
    client: Client, team: Team, dana: User, settings: object
) -> None:
    settings.STAFF_NEED_SECOND_FACTOR = False  # type: ignore[attr-defined]
    client.force_login(dana)
    ticket = asked_at(MONDAY, team)
    url = f"/workspace/{ticket.reference}/"
    client.get(url)
    with CaptureQueriesContext(connection) as before:
        client.get(url)
    make_policy("Gold")
    with clock.at(MONDAY):
        actions.ask_for_review(actor=Actor.system())
        actions.review_promises(actor=Actor.system())
    with clock.at(MONDAY + 5 * HOUR), CaptureQueriesContext(connection) as after:
        shown = client.get(url).content.decode()
    assert len(after) == len(before)
    assert "Overdue 1 h" in shown  # in its head
    assert "1 h late" in shown  # on its row
    assert "4 h of business time from Monday 09:00; was due Monday 13:00" in shown
    assert "Gold" in shown


def test_the_list_can_be_put_in_order_by_what_is_due_next(team: Team, dana: User) -> None:
    make_policy(by_priority={Priority.URGENT: {"first": 30}, Priority.LOW: {"first": 300}})
    normal = asked_at(MONDAY, team)
    urgent = asked_at(MONDAY + HOUR, team, priority=Priority.URGENT)
    low = asked_at(MONDAY, team, priority=Priority.LOW)
    answered = asked_at(MONDAY, team)
    answer(dana, answered, MONDAY + HOUR)
    rows = page(Actor.agent(dana), Selection(View.OPEN, sort=Sort.DUE)).rows
    assert rows == [urgent, normal, low, answered]
    query = language.read("status:open", dana)
    found = finding.find(Actor.agent(dana), query, sort=Sort.DUE, cursor="", size=50)
    assert found.tickets == [one.pk for one in (urgent, normal, low, answered)]


def test_what_is_due_and_what_was_broken_can_be_asked_for(team: Team, dana: User) -> None:
    make_policy("Gold", minutes={"first": 60})
    soon = asked_at(MONDAY, team)
    later = asked_at(MONDAY + 5 * HOUR, team)
    assert sweep(MONDAY + HOUR) == 1

    def find(text: str) -> set[int]:
        with clock.at(MONDAY + 5.5 * HOUR):
            query = language.read(text, dana)
            found = finding.find(Actor.agent(dana), query, sort=Sort.NEWEST, cursor="", size=50)
            return set(found.tickets)

    assert find("breached:yes") == {soon.pk}
    assert find("breached:no") == {later.pk}
    assert find("sla:Gold") == {soon.pk, later.pk}


def test_the_history_says_which_promise_was_broken(
    client: Client, team: Team, dana: User, settings: object
) -> None:
    settings.STAFF_NEED_SECOND_FACTOR = False  # type: ignore[attr-defined]
    client.force_login(dana)
    make_policy()
    ticket = asked_at(MONDAY, team)
    sweep(MONDAY + 4 * HOUR)
    shown = client.get(f"/workspace/{ticket.reference}/history/").content.decode()
    assert "First response, due Monday, 9 March" in shown


def test_no_customer_reads_anything_of_it(client: Client, team: Team) -> None:
    make_policy("Gold promises")
    ticket = asked_at(MONDAY, team)
    sweep(MONDAY + 4 * HOUR)
    ticket.refresh_from_db()
    loaded = access.ticket_for(Actor.of_customer(ticket.customer), ticket.reference)
    assert words.of(loaded) == []
    assert not hasattr(loaded, "promises")
