"""The feed of events: who is told what, page by page, while they wait, and after they were long away."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # it comes with drf-spectacular, untyped
import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from tests.factories import make_agent, make_message, make_note, make_reply, make_team, make_ticket
from tests.tickets.api.conftest import Caller, MakeCaller, new_ticket
from tests.tickets.api.test_description import strict
from tests.tickets.parallel import real_transactions
from tickets import actions
from tickets.actions.properties import Property
from tickets.actors import Actor
from tickets.api.events import NOW
from tickets.feed import kinds, reading, waiting
from tickets.models import (
    Event,
    EventKind,
    FeedMark,
    Priority,
    Reason,
    Scope,
    SiteSettings,
    Turn,
)
from tickets.models.feed import Edges

EVENTS = "/api/v1/events/"
# What is not told to programs at all: what belongs to no ticket, or would help nobody but who guesses.
NEVER = {
    *(EventKind.SETTING_ADDED, EventKind.SETTING_CHANGED, EventKind.SETTING_REMOVED),
    *(EventKind.BULK_STARTED, EventKind.BULK_ENDED),
    *(EventKind.SEEING_BEGAN, EventKind.SEEING_ENDED, EventKind.LOOKED_AT),
    *(EventKind.LOGGED_IN, EventKind.LOG_IN_ENDED),
    *(EventKind.FACTOR_ADDED, EventKind.FACTOR_REMOVED),
    *(EventKind.CODE_ASKED, EventKind.EMAIL_REFUSED, EventKind.EMAIL_CONFIRMED),
    *(EventKind.IDENTITY_WANTED, EventKind.IDENTITY_CODE_ASKED, EventKind.IDENTITY_MISTYPED),
    *(EventKind.MAIL_QUEUED, EventKind.MAIL_RECEIVED, EventKind.MAIL_UNREADABLE),
    *(EventKind.MAIL_REFUSED, EventKind.MAILBOX_FAILING, EventKind.MAILBOX_WORKS_AGAIN),
    *(EventKind.CUSTOMER_CHANGED, EventKind.CUSTOMER_MERGED, EventKind.CUSTOMER_PARTED),
    *(EventKind.CONTACT_ADDED, EventKind.CONTACT_CONFIRMED, EventKind.CONTACT_REMOVED),
    *(EventKind.ORGANIZATION_CHANGED, EventKind.ORGANIZATION_JOINED),
    *(EventKind.RECORDS_STORED, EventKind.RECORD_DELETED),
}


def ask(caller: Caller, **query: Any) -> dict[str, Any]:
    answer = caller.get(EVENTS, query)
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = answer.json()
    return found


def follow(caller: Caller, after: str = "", **query: Any) -> tuple[list[dict[str, Any]], str]:
    """Everything that is there now, page by page, and where it ends."""
    found: list[dict[str, Any]] = []
    while True:
        page = ask(caller, after=after, **query)
        found += page["results"]
        after = page["next"]
        if not page["more"]:
            return found, after


def types(found: list[dict[str, Any]]) -> list[str]:
    return [one["type"] for one in found]


def test_of_every_kind_it_is_decided_whether_it_is_told() -> None:
    assert kinds.TOLD.keys() | NEVER == set(EventKind)
    assert not kinds.TOLD.keys() & NEVER


@real_transactions
def test_what_happens_is_told_in_order_with_who_did_it_and_nobodys_words(
    caller: MakeCaller,
) -> None:
    reader, shop = caller(Scope.EVENTS_READ), caller(Scope.TICKETS_WRITE, name="Shop")
    agent = make_agent("Dana Whitfield")
    before = ask(reader, after=NOW)["next"]
    opened = shop.post("/api/v1/tickets/", new_ticket(subject="canary", body="canary")).json()
    ticket = Event.objects.latest("pk").ticket
    assert ticket is not None
    agent.teams.add(ticket.team)
    dana = Actor.agent(agent)
    actions.accept(actor=dana, ticket=ticket)
    make_reply(ticket, agent, "canary")
    make_note(ticket, agent, "canary")
    actions.change_ticket(
        actor=dana, ticket=ticket, name=Property.PRIORITY, value=str(Priority.HIGH)
    )
    actions.change_ticket(actor=dana, ticket=ticket, name=Property.SUBJECT, value="canary two")
    found, end = follow(reader, before)
    assert types(found)[:2] == ["ticket.opened", "message.posted"]
    assert {"ticket.accepted", "ticket.changed"} < set(types(found))
    assert "note.written" not in types(found)
    assert "canary" not in str(found)
    by = {one["type"]: one["by"] for one in found}
    assert by["ticket.opened"] == {"kind": "api", "name": "Shop"}
    assert by["ticket.accepted"] == {"kind": "agent", "name": "Dana Whitfield"}
    assert {one["ticket"]["reference"] for one in found} == {opened["reference"]}
    changes = [one["data"] for one in found if one["type"] == "ticket.changed"]
    assert changes[0] == {"field": "priority", "before": "normal", "after": "high"}
    assert changes[1] == {"field": "subject"}
    positions = [one["position"] for one in found]
    assert positions == sorted(positions)
    assert ask(reader, after=end) == {"results": [], "next": end, "more": False}


@real_transactions
def test_the_answer_is_as_its_description_says(caller: MakeCaller) -> None:
    openapi = Client().get("/api/schema/?format=json").json()
    agent = make_agent()
    ticket = make_ticket(turn=Turn.QUEUE, agent=None)
    agent.teams.add(ticket.team)
    actions.accept(actor=Actor.agent(agent), ticket=ticket)
    make_note(ticket, agent)
    page = ask(caller(Scope.EVENTS_READ, Scope.EVENTS_STAFF))
    assert len(page["results"]) > 3
    jsonschema.validate(page, strict(openapi, "EventPage"))


@real_transactions
def test_what_agents_do_among_themselves_needs_a_scope_of_its_own(caller: MakeCaller) -> None:
    ticket = make_ticket()
    make_note(ticket, make_agent(teams=[ticket.team]))
    found, _end = follow(caller(Scope.EVENTS_READ))
    assert not kinds.INTERNAL & set(types(found))
    found, _end = follow(caller(Scope.EVENTS_READ, Scope.EVENTS_STAFF))
    (note,) = [one for one in found if one["type"] == "note.written"]
    assert note["data"] == {}
    refused = caller(Scope.EVENTS_READ).get(EVENTS, {"types": "message.posted,note.written"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "missing_scope")


@real_transactions
def test_a_key_of_a_row_is_told_as_what_it_is_called(caller: MakeCaller) -> None:
    ticket = make_ticket(turn=Turn.QUEUE)
    agent = make_agent("Dana Whitfield", teams=[ticket.team])
    billing = make_team("Billing")
    actions.accept(actor=Actor.agent(agent), ticket=ticket)
    actions.transfer(actor=Actor.agent(agent), ticket=ticket, team=billing)
    found, _end = follow(caller(Scope.EVENTS_READ), types="ticket.transferred,person.asked")
    moved = found[-1]["data"] if found[-1]["type"] == "ticket.transferred" else found[-2]["data"]
    assert moved == {"team": billing.slug, "from_team": ticket.team.slug}


@real_transactions
def test_it_may_be_narrowed_to_a_ticket_and_to_types(caller: MakeCaller) -> None:
    one, other = make_ticket(), make_ticket()
    make_message(other)
    make_message(one)
    reader = caller(Scope.EVENTS_READ)
    found, _end = follow(reader, ticket=one.reference, page_size=1)
    assert {each["ticket"]["reference"] for each in found} == {one.reference}
    assert len(found) == Event.objects.filter(ticket=one, kind__in=kinds.PUBLIC).count()
    found, _end = follow(reader, types="message.posted")
    assert set(types(found)) == {"message.posted"}
    assert reader.get(EVENTS, {"ticket": "ZZZZZZZZ"}).status_code == 404


@real_transactions
def test_of_much_that_nobody_asks_for_so_much_is_looked_at_as_one_request_may_take(
    caller: MakeCaller,
) -> None:
    """The answer is empty then, says that there is more, and where to go on."""
    ticket = make_ticket()
    first = ticket.last_position + 1
    more = reading.WINDOW * reading.ROUNDS + 10
    Event.objects.bulk_create(
        Event(kind="fact.noted", ticket=ticket, position=first + number, actor_kind="system")
        for number in range(more)
    )
    ticket.last_position = first + more
    ticket.save()
    make_message(ticket)
    reader = caller(Scope.EVENTS_READ)
    page = ask(reader, types="ticket.rated")
    assert (page["results"], page["more"]) == ([], True)
    found, _end = follow(reader, types="message.posted")
    assert len(found) == Event.objects.filter(kind=EventKind.MESSAGE_POSTED).count()


@real_transactions
@pytest.mark.parametrize("number", [1, 10])
def test_a_page_takes_the_same_queries_for_one_event_and_for_ten(
    caller: MakeCaller, django_assert_num_queries: DjangoAssertNumQueries, number: int
) -> None:
    reader = caller(Scope.EVENTS_READ)
    ask(reader)
    before = ask(reader, after=NOW)["next"]
    for _ in range(number):
        ticket = make_ticket(turn=Turn.ASSISTANT)
        actions.hand_over(
            actor=Actor.of_customer(ticket.customer), ticket=ticket, reason=Reason.ASKED
        )
    with django_assert_num_queries(5):  # the key; edges, keys, events, teams
        assert len(ask(reader, after=before, types="person.asked")["results"]) == number


# --- waiting --------------------------------------------------------------------------------------


def in_threads(number: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(number)


def waiting_for(caller: Caller, after: str, seconds: int) -> tuple[dict[str, Any], float]:
    begun = time.monotonic()
    try:
        return ask(caller, after=after, wait=seconds), time.monotonic() - begun
    finally:
        connection.close()


def busy_connections() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND state <> 'idle' AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        found: int = cursor.fetchone()[0]
        return found


@real_transactions
def test_whoever_waits_hears_at_once_and_holds_no_connection_meanwhile(caller: MakeCaller) -> None:
    ticket, reader = make_ticket(), caller(Scope.EVENTS_READ)
    end = ask(reader, after=NOW)["next"]
    with in_threads(1) as pool:
        asked = pool.submit(waiting_for, reader, end, 20)
        time.sleep(1)
        assert not asked.done()
        assert busy_connections() == 0
        make_message(ticket)
        begun = time.monotonic()
        page, _took = asked.result(timeout=10)
        assert time.monotonic() - begun < 1.5
    assert "message.posted" in types(page["results"])


@real_transactions
def test_whoever_waits_in_vain_is_told_so_when_time_is_up(caller: MakeCaller) -> None:
    reader = caller(Scope.EVENTS_READ)
    with in_threads(1) as pool:
        page, took = pool.submit(waiting_for, reader, ask(reader, after=NOW)["next"], 1).result()
    assert page["results"] == []
    assert 0.9 < took < 3


@real_transactions
def test_so_many_wait_with_one_key_and_the_others_are_answered_at_once(caller: MakeCaller) -> None:
    reader = caller(Scope.EVENTS_READ)
    end = ask(reader, after=NOW)["next"]
    number = waiting.WITH_ONE_KEY + 3
    with in_threads(number) as pool:
        asked = [pool.submit(waiting_for, reader, end, 3) for _ in range(number)]
        took = sorted(one.result()[1] for one in asked)
    assert took[2] < 2.5
    assert took[3] > 2.5
    assert not waiting._waiting


@pytest.mark.django_db
@pytest.mark.parametrize("given", ["26", "-1", "x", "1.5", ""])
def test_a_wait_that_is_none_is_400(caller: MakeCaller, given: str) -> None:
    assert caller(Scope.EVENTS_READ).get(EVENTS, {"wait": given}).status_code == 400


# --- away for long, set back, and forged --------------------------------------------------------


def an_hour_ago(place: int, *, hours: float) -> None:
    FeedMark.objects.create(at=timezone.now() - timedelta(hours=hours), place=place)


@real_transactions
def test_what_is_older_than_the_admin_keeps_it_is_not_told_and_its_reader_hears_that(
    caller: MakeCaller,
) -> None:
    reader = caller(Scope.EVENTS_READ)
    begin = ask(reader, after=NOW)["next"]
    make_ticket()
    SiteSettings.objects.filter(pk=1).update(feed_days=2)
    an_hour_ago(Edges.now().horizon, hours=49)
    kept = make_ticket()
    found, _end = follow(reader)
    assert {one["ticket"]["reference"] for one in found} == {kept.reference}
    gone = reader.get(EVENTS, {"after": begin})
    assert (gone.status_code, gone.json()["error"]["code"]) == (410, "feed_forgotten")


@real_transactions
def test_who_was_away_while_nothing_happened_goes_on(caller: MakeCaller) -> None:
    reader = caller(Scope.EVENTS_READ)
    begin = ask(reader, after=NOW)["next"]
    an_hour_ago(Edges.now().horizon + 5, hours=24 * 91)
    assert follow(reader, begin)[0] == []


@real_transactions
def test_marks_are_set_once_an_hour_and_those_that_nobody_needs_are_forgotten() -> None:
    an_hour_ago(1, hours=24 * 200)
    an_hour_ago(2, hours=24 * 100)
    for _ in range(2):
        FeedMark.objects.set_mark()
    needed, newest = FeedMark.objects.order_by("at").values_list("place", flat=True)
    assert (needed, newest) == (2, sorted([3, newest, Edges.now().horizon])[1])


@real_transactions
def test_a_cursor_of_a_time_that_the_database_has_not_come_to_is_409(caller: MakeCaller) -> None:
    """It was set back to an earlier state: going on would miss what is written next."""
    reader = caller(Scope.EVENTS_READ)
    later = reading.FEED.cursor(Edges.now().horizon + 1000, 5)
    answer = reader.get(EVENTS, {"after": later})
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "feed_restored")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "NOW",
        "WyJldmVudHMiLDFd",
        reading.FEED.cursor(-1, 0),
        reading.FEED.cursor(2**63, 0),
        reading.FEED.cursor("1", 0),
        reading.FEED.cursor(True, 0),
        "😀" * 50,
    ],
)
def test_a_cursor_that_is_none_is_404(caller: MakeCaller, cursor: str) -> None:
    answer = caller(Scope.EVENTS_READ).get(EVENTS, {"after": cursor})
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "bad_cursor")
