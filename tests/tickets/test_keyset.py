"""Pages that seek: every row once, in order, and found by an index however far down."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from tests.factories import make_customer, make_team
from tickets.lists.keyset import BadCursor, Order, Page
from tickets.lists.orders import CHANGES, LATEST, QUEUE
from tickets.models import Priority, Ticket, Turn

pytestmark = pytest.mark.django_db


@pytest.fixture
def tickets() -> list[Ticket]:
    """Thirty that wait, of which many share a time or a priority."""
    customer, team, now = make_customer(), make_team(), timezone.now()
    return Ticket.objects.bulk_create(
        Ticket(
            customer=customer,
            team=team,
            channel="portal",
            turn=Turn.QUEUE,
            turn_since=now,
            person_asked_at=now - timedelta(minutes=number % 4),
            last_message_at=now - timedelta(minutes=number % 3),
            priority=(Priority.HIGH, Priority.NORMAL, Priority.LOW)[number % 5 % 3],
        )
        for number in range(30)
    )


def pages(order: Order, size: int) -> list[Page[Ticket]]:
    found = [order.page(Ticket.objects.all(), "", size=size)]
    while found[-1].next:
        found.append(order.page(Ticket.objects.all(), found[-1].next, size=size))
    return found


@pytest.mark.parametrize("order", [LATEST, CHANGES, QUEUE], ids=lambda order: order.name)
@pytest.mark.parametrize("size", [1, 7, 30])
def test_every_row_is_on_one_page_and_in_order(
    tickets: list[Ticket], order: Order, size: int
) -> None:
    told = [row for page in pages(order, size) for row in page.rows]
    assert told == list(Ticket.objects.order_by(*order.fields))
    assert len(told) == 30
    assert all(len(page.rows) == size for page in pages(order, size)[:-1])


@pytest.mark.parametrize("order", [LATEST, CHANGES, QUEUE], ids=lambda order: order.name)
def test_a_row_that_comes_in_between_moves_no_other(tickets: list[Ticket], order: Order) -> None:
    first = order.page(Ticket.objects.all(), "", size=10)
    rest = list(Ticket.objects.order_by(*order.fields))[10:]
    Ticket.objects.filter(pk=first.rows[0].pk).delete()
    assert first.next
    assert order.page(Ticket.objects.all(), first.next, size=30).rows == rest


@pytest.mark.parametrize(
    ("order", "sought"),
    [
        (LATEST, "Index Cond: (ROW(last_message_at, id) < ROW("),
        (CHANGES, "Index Cond: (ROW(updated_at, id) > ROW("),
    ],
    ids=["tickets", "changes"],
)
def test_where_a_page_ended_is_looked_up_in_an_index(
    tickets: list[Ticket], order: Order, sought: str
) -> None:
    cursor = order.page(Ticket.objects.all(), "", size=10).next
    assert cursor
    with connection.cursor() as database:
        database.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
    plan = _plan(order, cursor)
    assert sought in plan, plan


def _plan(order: Order, cursor: str) -> str:
    """The plan of the page after `cursor`."""
    plans: list[str] = []

    def explained(execute: Any, sql: str, parameters: Any, *rest: Any) -> Any:
        with connection.cursor() as database:
            database.cursor.execute(f"EXPLAIN {sql}", parameters)
            plans.append("\n".join(line for (line,) in database.cursor.fetchall()))
        return execute(sql, parameters, *rest)

    with connection.execute_wrapper(explained):
        order.page(Ticket.objects.all(), cursor, size=10)
    return plans[0]


def forged(*parts: object) -> str:
    return urlsafe_b64encode(json.dumps(parts).encode()).decode()


NOW = datetime(2026, 5, 4, 12, tzinfo=UTC).isoformat()


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "é",
        "[]",
        forged(),
        forged("tickets"),
        forged("queue", NOW, 1),
        forged("tickets", NOW, 1, 2),
        forged("tickets", "2026-05-04T12:00:00", 1),
        forged("tickets", "2026-05-04T12:00:00+02:00", 1),
        forged("tickets", 1, 1),
        forged("tickets", NOW, -1),
        forged("tickets", NOW, 2**63),
        forged("tickets", NOW, True),
        forged("tickets", NOW, "1"),
        forged("tickets", NOW, float("nan")),
        forged("tickets", NOW, [1]),
        forged("tickets", NOW + " " * 300, 1),
        "W" * 10_000,
    ],
)
def test_a_cursor_that_is_not_ours_is_refused_before_anything_is_asked(
    cursor: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0), pytest.raises(BadCursor):
        LATEST.page(Ticket.objects.all(), cursor, size=10)
