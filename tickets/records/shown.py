"""Records as people read them: agents beside a conversation and on pages, customers beside theirs.

Whoever loads the rows has asked `access.records` for them. What stands in a field is somebody else's
text, and is shown as nothing but text.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import JSONObject

from tickets.conversation.custom_fields import in_words
from tickets.models import Customer, Record, RecordField, Ticket, TicketRecord
from tickets.models.records import About, FoundBy, RecordQuerySet

OTHERS = 5  # of the customer's, beside those that a conversation is about


@dataclass(frozen=True, slots=True)
class Shown:
    """One record with its fields in words; the status stands apart."""

    key: int
    type: str
    reference: str
    status: str
    fields: list[tuple[str, str]]
    changed_at: datetime
    customer: Customer | None
    found_by: str = ""
    is_anothers: bool = False  # it is not this conversation's customer's


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands beside a conversation."""

    linked: list[Shown]
    named: list[Shown]  # somebody else's, or whose is not known: only their references are shown
    others: list[Shown]
    more: bool  # whether the customer has others than these

    def __bool__(self) -> bool:
        return bool(self.linked or self.named or self.others)


def beside(ticket: Ticket, records: RecordQuerySet) -> Beside:
    """The records that a conversation is about, and the latest others of its customer. One statement.

    `records` are those that who looks may see: of the others only they come. What the conversation
    itself is about or names is seen with it.
    """
    links = TicketRecord.objects.filter(ticket=ticket).exclude(about=About.REMOVED)
    latest = (
        records.filter(customer__in=Customer.objects.of_person(ticket.customer.person).values("pk"))
        .exclude(pk__in=links.values("record"))
        .order_by("-changed_at", "-pk")
    )
    found = Record.objects.filter(
        Q(pk__in=links.values("record")) | Q(pk__in=latest.values("pk")[: OTHERS + 1]),
        type__active=True,
    ).annotate(
        about=Subquery(links.filter(record=OuterRef("pk")).values("about")[:1]),
        found_by=Subquery(links.filter(record=OuterRef("pk")).values("found_by")[:1]),
    )
    rows = list(_with_fields(found, in_panel=True).order_by("-changed_at", "-pk"))
    person = ticket.customer.person
    by_about: dict[str | None, list[Shown]] = {}
    for row in rows:
        by_about.setdefault(_about(row), []).append(_shown(row, person))
    others = by_about.get(None, [])
    return Beside(
        linked=by_about.get(About.LINKED, []),
        named=by_about.get(About.ANOTHERS, []),
        others=others[:OTHERS],
        more=len(others) > OTHERS,
    )


def for_customer(ticket: Ticket) -> list[Shown]:
    """What a conversation's customer reads of the records it is about: their own, and of these the
    fields that an admin shows to customers. One statement.

    Their own by the record itself, whoever linked it: what became another customer's is gone for them.
    """
    links = TicketRecord.objects.linked().filter(ticket=ticket).values("record")
    theirs = Record.objects.filter(pk__in=links, customer=ticket.customer_id, type__active=True)
    rows = _with_fields(theirs, shown_to_customer=True).order_by("-changed_at", "-pk")
    return [_shown(row, None) for row in rows]


def whole(records: RecordQuerySet) -> RecordQuerySet:
    """Records with all of their fields, to be shown in a list or on a page."""
    return _with_fields(records)


def of(rows: Iterable[Record]) -> list[Shown]:
    """Rows that were loaded `whole`."""
    return [_shown(row, None) for row in rows]


def _with_fields(records: RecordQuerySet, **only: bool) -> RecordQuerySet:
    names = ("key", "name", "kind", "is_status")
    fields = RecordField.objects.filter(type=OuterRef("type"), **only).order_by("position", "pk")
    row = JSONObject(**{name: name for name in names})
    return records.select_related("type", "customer").annotate(
        fields_here=ArraySubquery(fields.values(row=row))
    )


def _about(row: Record) -> str | None:
    found: str | None = getattr(row, "about", None)
    return found


def _shown(row: Record, person: int | None) -> Shown:
    status, fields = "", []
    known: Sequence[dict[str, Any]] = getattr(row, "fields_here", ())
    for field in known:
        words = in_words(field["kind"], row.values.get(field["key"]))
        if field["is_status"]:
            status = words
        elif words:
            fields.append((field["name"], words))
    found_by = getattr(row, "found_by", None)
    return Shown(
        key=row.pk,
        type=row.type.name,
        reference=row.reference,
        status=status,
        fields=fields,
        changed_at=row.changed_at,
        customer=row.customer,
        found_by=str(FoundBy(found_by).label) if found_by else "",
        is_anothers=person is not None
        and row.customer is not None
        and row.customer.person != person,
    )
