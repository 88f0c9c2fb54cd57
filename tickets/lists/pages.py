"""Keyset pages of tickets, newest activity first: as fast at the end as at the beginning."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import Q

from tickets.models import Ticket
from tickets.models.tickets import TicketQuerySet


class BadCursor(ValueError):
    """The cursor is not one of ours."""


@dataclass(frozen=True, slots=True)
class Page:
    rows: list[Ticket]
    next: str | None  # the cursor of the page after this one


def page_of(tickets: TicketQuerySet, cursor: str, *, size: int) -> Page:
    """The page after `cursor` ("" for the first). A forged cursor raises BadCursor."""
    if cursor:
        at, pk = _decode(cursor)
        tickets = tickets.filter(Q(last_message_at__lt=at) | Q(last_message_at=at, pk__lt=pk))
    rows = list(tickets.order_by("-last_message_at", "-pk")[: size + 1])
    more = len(rows) > size
    rows = rows[:size]
    return Page(rows, _encode(rows[-1].last_message_at, rows[-1].pk) if more else None)


def changes_of(
    tickets: TicketQuerySet, cursor: str, *, since: datetime, until: datetime, size: int
) -> Page:
    """The page after `cursor` of those that changed after a moment, in the order of their changes.

    What changed at `until` or later is not told yet (`changes.settled_until`).
    """
    tickets = tickets.filter(updated_at__gt=since, updated_at__lt=until)
    if cursor:
        at, pk = _decode(cursor)
        tickets = tickets.filter(Q(updated_at__gt=at) | Q(updated_at=at, pk__gt=pk))
    rows = list(tickets.order_by("updated_at", "pk")[: size + 1])
    more = len(rows) > size
    rows = rows[:size]
    return Page(rows, _encode(rows[-1].updated_at, rows[-1].pk) if more else None)


def _encode(at: datetime, pk: int) -> str:
    return urlsafe_b64encode(f"{at.isoformat()} {pk}".encode()).decode().rstrip("=")


def _decode(cursor: str) -> tuple[datetime, int]:
    try:
        at, pk = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().split(" ")
        when = datetime.fromisoformat(at)
        if when.tzinfo != UTC or not 0 < int(pk) < 2**63:
            raise BadCursor
        return when, int(pk)
    except (ValueError, OverflowError) as error:
        raise BadCursor(str(error)) from error
