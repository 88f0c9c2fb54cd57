"""Segments as fields: whether the customer is in one. Known as long as the segment is there.

Nothing is asked for unless a condition names one, and then once a second at most. What was deleted is a
field that nobody registered: a condition on it never holds, and its form says so. Should two segments
refer to each other all the same, the inner one holds for nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any

from django.db.models import BooleanField, Case, Exists, OuterRef, Q, Value, When
from django.db.models.expressions import Combinable
from django.utils.translation import gettext as _

from knowledgebase.lately import Lately
from tickets.conditions import values
from tickets.conditions.fields import CUSTOMER, Field, register_source
from tickets.conditions.groups import Group, as_query, fields_of
from tickets.models import Customer, Segment
from tickets.models.customers import CustomerQuerySet

PREFIX = "segment."
_within: ContextVar[tuple[str, ...]] = ContextVar("within", default=())


def members(
    customers: CustomerQuerySet, group: Group, now: datetime | None = None
) -> CustomerQuerySet:
    """Those of the customers for whom a group holds."""
    return customers.filter(as_query(group, now=now, of_customer=True))


def refers_to(group: Any) -> set[str]:
    """The keys of the segments that a group names."""
    return {name.removeprefix(PREFIX) for name in fields_of(group) if name.startswith(PREFIX)}


def of_customer(customer: int, now: datetime) -> dict[str, values.Value]:
    """In which segments a customer is. One statement; none where there are no segments."""
    segments = _rows()
    if not segments:
        return {}
    found = (
        Customer.objects.filter(pk=customer)
        .values(**{f"in_{one.pk}": _holds(one, now) for one in segments})
        .first()
    )
    return {
        PREFIX + one.key: values.Value(bool(found and found[f"in_{one.pk}"])) for one in segments
    }


def _fields() -> list[Field]:
    return [field_of(segment) for segment in _rows()]


def field_of(segment: Segment) -> Field:
    """Whether the customer is in this one."""
    return Field(
        PREFIX + segment.key,
        _("in the segment “%(name)s”") % {"name": segment.name},
        "bool",
        says=(
            _("the customer is in the segment “%(name)s”") % {"name": segment.name},
            _("the customer is not in the segment “%(name)s”") % {"name": segment.name},
        ),
        group=CUSTOMER,
        query=_of_ticket(segment),
        of_customer=lambda now: _holds(segment, now),
    )


def _of_ticket(segment: Segment) -> Callable[[datetime], Combinable]:
    def query(now: datetime) -> Combinable:
        with _inside(segment.key) as is_new:
            there = (
                as_query(segment.conditions, now=now, of_customer=True) if is_new else Q(pk__in=[])
            )
        return Exists(Customer.objects.filter(there, pk=OuterRef("customer")))

    return query


def _holds(segment: Segment, now: datetime) -> Combinable:
    with _inside(segment.key) as is_new:
        there = as_query(segment.conditions, now=now, of_customer=True) if is_new else Q(pk__in=[])
    return Case(When(there, then=Value(True)), default=Value(False), output_field=BooleanField())


@contextmanager
def _inside(key: str) -> Iterator[bool]:
    """Whether a segment is looked into for the first time on this way."""
    before = _within.get()
    token = _within.set((*before, key))
    try:
        yield key not in before
    finally:
        _within.reset(token)


_rows: Lately[list[Segment]] = Lately(lambda: list(Segment.objects.order_by("name", "pk")))
register_source(PREFIX, Lately(_fields))
