"""Keeps the searchable texts up to date: after what happened, and for what was there before.

Every event that changes what is found owes a reaction, so a killed worker loses nothing. What came
without an event (before there was a search, by an import, in a replay) is found by `fill`.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

from django.db.models import Q, QuerySet

from tickets import events
from tickets.models import AuthorKind, Event, EventKind, Ticket, TicketText
from tickets.search.documents import texts_of

BATCH = 100
_CHANGES = (
    *(EventKind.MESSAGE_POSTED, EventKind.NOTE_WRITTEN, EventKind.TAGS_CHANGED),
    *(EventKind.TICKET_ACCEPTED, EventKind.TICKET_HANDED_BACK, EventKind.TICKET_RETURNED),
    *(EventKind.TICKET_TRANSFERRED, EventKind.TICKET_REOPENED, EventKind.PERSON_ASKED),
    *(EventKind.EMAIL_LEFT, EventKind.EMAIL_REFUSED, EventKind.EMAIL_CONFIRMED),
    *(EventKind.CUSTOMER_JOINED, EventKind.TICKET_CHANGED, EventKind.TICKET_ASSIGNED),
    EventKind.TICKET_UNDONE,
)
_RENAMES = (
    *(EventKind.SETTING_CHANGED, EventKind.CUSTOMER_CHANGED, EventKind.ORGANIZATION_JOINED),
    *(EventKind.CUSTOMER_MERGED, EventKind.CUSTOMER_PARTED),
)
_PEOPLE = {"tickets.customer": "customer", "tickets.organization": "customer__organization"}


def subscribe() -> None:
    events.subscribe(*_CHANGES, name="search.index", when=_changes, work=read, settle=keep)
    events.subscribe(*_RENAMES, name="search.people", when=_of_people, settle=forget)


def read(event: Event) -> list[TicketText]:
    """The row of the event's ticket as it is now; none if a later event has seen to it."""
    if event.ticket_id is None:
        return []
    known = TicketText.objects.filter(ticket=event.ticket_id, reach__gte=event.position or 0)
    if known.exists():
        return []
    return texts_of(Ticket.objects.filter(pk=event.ticket_id))


def keep(event: Event, rows: list[TicketText]) -> None:
    if rows:
        TicketText.objects.keep(rows)


def forget(event: Event, result: None) -> None:
    """What a customer or an organisation is called has changed: their tickets are indexed anew."""
    whose = Q((_PEOPLE[event.subject], int(event.subject_id)))
    TicketText.objects.forget(whose)


def again(*, seconds: float) -> None:
    """Index what asks for it, for so long."""
    until = time.monotonic() + seconds
    to_do = TicketText.objects.filter(reach=0).values_list("pk", flat=True)
    while (batch := list(to_do[:BATCH])) and time.monotonic() < until:
        index(batch)


def fill(*, seconds: float, before: int | None = None) -> int | None:
    """Index the tickets that have no row, the newest first, for so long.

    Returns the ticket `before` which to go on; None if nothing is left.
    """
    until = time.monotonic() + seconds
    for batch in batches(Ticket.objects.filter(text=None), before=before):
        index(batch)
        if time.monotonic() > until:
            return batch[-1]
    return None


def index(tickets: list[int]) -> None:
    """Write the rows of these tickets as they are now."""
    rows = texts_of(Ticket.objects.filter(pk__in=tickets))
    if rows:
        TicketText.objects.keep(rows)


def batches(rows: QuerySet[Ticket], *, before: int | None = None) -> Iterator[list[int]]:
    """The keys of tickets, the highest first, some at a time; each batch is asked for by itself."""
    while True:
        below = rows if before is None else rows.filter(pk__lt=before)
        batch = list(below.order_by("-pk").values_list("pk", flat=True)[:BATCH])
        if not batch:
            return
        yield batch
        before = batch[-1]


def _changes(event: Event) -> bool:
    """Lines of the system are not indexed."""
    return bool(event.data.get("author") != AuthorKind.SYSTEM)


def _of_people(event: Event) -> bool:
    return event.subject in _PEOPLE
