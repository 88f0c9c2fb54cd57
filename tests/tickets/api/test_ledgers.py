"""Ratings and the record of changes by the API: in their order, to the keys that may, and only read."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.factories import make_admin, make_team, make_ticket
from tests.tickets.api.conftest import TICKETS, Caller, MakeCaller
from tickets import actions
from tickets.actors import Actor
from tickets.models import AuditLink, Rating, Scope, Ticket, Turn

pytestmark = pytest.mark.django_db
RATINGS, AUDIT = "/api/v1/ratings/", "/api/v1/audit/"


def rate(days_ago: int, comment: str = "") -> Ticket:
    ticket = make_ticket(turn=Turn.CLOSED)
    at = timezone.now() - timedelta(days=days_ago)
    Rating.objects.create(ticket=ticket, satisfaction=5, effort=2, comment=comment, created_at=at)
    return ticket


def renamed(times: int) -> None:
    """So many changes by an admin, each with its link in the record."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        team, admin = make_team(), make_admin("Ada")
        for number in range(times):
            team.name = f"{team.slug} {number}"
            actions.change_setting(actor=Actor.agent(admin), instance=team)
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def test_ratings_are_told_by_time_and_of_a_ticket(caller: MakeCaller) -> None:
    key = caller(Scope.RATINGS_READ)
    old, new = rate(9, "Thank you."), rate(1)
    rows = key.get(RATINGS).json()["results"]
    assert [one["ticket"] for one in rows] == [old.reference, new.reference]
    assert (rows[0]["satisfaction"], rows[0]["effort"], rows[0]["comment"]) == (5, 2, "Thank you.")
    since = (timezone.now() - timedelta(days=3)).isoformat()
    after = key.get(RATINGS, {"created_after": since}).json()["results"]
    before = key.get(RATINGS, {"created_before": since}).json()["results"]
    assert [one["ticket"] for one in after + before] == [new.reference, old.reference]
    assert key.get(f"{TICKETS}{old.reference}/rating/").json() == rows[0]
    unrated = make_ticket(turn=Turn.CLOSED)
    assert key.get(f"{TICKETS}{unrated.reference}/rating/").status_code == 404
    assert key.get(RATINGS, {"created_after": "yesterday"}).status_code == 400


def test_ratings_page_by_time_and_those_in_quarantine_are_left_out(caller: MakeCaller) -> None:
    key = caller(Scope.RATINGS_READ)
    wanted = [rate(9 - number).reference for number in range(5)]
    Ticket.objects.filter(reference=wanted.pop(2)).update(turn=Turn.SPAM, resolution="spam")
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = key.get(RATINGS, {"page_size": 2, "cursor": cursor}).json()
        seen += [one["ticket"] for one in page["results"]]
        cursor = page["next_cursor"]
    assert seen == wanted


def test_the_record_of_changes_is_read_in_its_order_by_keys_that_may(caller: MakeCaller) -> None:
    key = caller(Scope.AUDIT_READ)
    renamed(3)
    rows = key.get(AUDIT, {"page_size": 100}).json()["results"]
    numbers = [one["number"] for one in rows]
    assert numbers == sorted(AuditLink.objects.values_list("number", flat=True))
    last = rows[-1]
    assert (last["type"], last["by"]) == ("setting.changed", {"kind": "agent", "name": "Ada"})
    assert last["hash"] == AuditLink.objects.get(number=last["number"]).hash
    assert "team-" in str(last["details"])
    after = key.get(AUDIT, {"after": numbers[-2]}).json()["results"]
    assert [one["number"] for one in after] == [numbers[-1]]
    others = [scope for scope in Scope if scope != Scope.AUDIT_READ]
    refused = caller(*others).get(AUDIT)
    assert refused.status_code == 403
    assert "audit:read" in refused.json()["error"]["message"]


def test_the_secret_of_a_key_is_not_in_the_record(caller: MakeCaller, shop: Caller) -> None:
    key = caller(Scope.AUDIT_READ)
    renamed(1)
    text = key.get(AUDIT).text
    assert "API key" in text or "tickets.ApiKey" in text or "apikey" in text
    assert shop.secret is not None
    assert shop.secret not in text


def test_ten_rows_cost_what_one_costs(caller: MakeCaller) -> None:
    key = caller(Scope.RATINGS_READ, Scope.AUDIT_READ)

    def statements(path: str) -> int:
        with CaptureQueriesContext(connection) as caught:
            assert key.get(path).status_code == 200
        return len(caught)

    rate(1)
    renamed(1)
    key.get(RATINGS)  # notes that the key was used
    ones = [statements(path) for path in (RATINGS, AUDIT)]
    for number in range(9):
        rate(number)
    renamed(9)
    assert [statements(path) for path in (RATINGS, AUDIT)] == ones == [2, 2]
