"""What segments look at: fields of a customer. Most are those of their tickets, asked of the customer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db.models import (
    CharField,
    Count,
    DateTimeField,
    F,
    IntegerField,
    Max,
    OuterRef,
    Subquery,
    TextField,
    Value,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, Concat, NullIf
from django.utils.translation import gettext_lazy as _

from tickets.conditions import identity
from tickets.conditions.fields import CUSTOMER, Field, field_named, register
from tickets.conditions.ticket_fields import whole
from tickets.conditions.ticket_row import LATELY
from tickets.models import Rating, Ticket, Tier, Turn

DAY = 24 * 60 * 60


def _column(path: str) -> Callable[[datetime], Combinable]:
    return lambda now: F(path)


def _text(path: str) -> Combinable:
    return Coalesce(F(path), Value(""), output_field=CharField())


def _tier(now: datetime) -> Combinable:
    own = NullIf(F("tier"), Value("", CharField()))
    of_theirs = NullIf(F("organization__tier"), Value("", CharField()))
    return Coalesce(own, of_theirs, Value(str(Tier.STANDARD), CharField()))


def _names(now: datetime) -> Combinable:
    parts = (F("name"), Value(" "), _text("email"), Value(" "), F("claimed_email"))
    return Concat(*parts, output_field=TextField())


def _tickets(**only: Any) -> Combinable:
    """How many conversations of theirs there are."""
    rows = Ticket.objects.filter(customer=OuterRef("pk"), **only).exclude(turn=Turn.SPAM)
    number = rows.order_by().values("customer").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(number, output_field=IntegerField()), 0)


def _last_contact(now: datetime) -> Combinable:
    rows = Ticket.objects.filter(customer=OuterRef("pk")).order_by().values("customer")
    newest = rows.annotate(newest=Max("last_message_at")).values("newest")
    return Subquery(newest, output_field=DateTimeField())


def _last_rating(name: str) -> Callable[[datetime], Combinable]:
    rows = Rating.objects.filter(ticket__customer=OuterRef("pk")).order_by("-created_at", "-pk")
    return lambda now: Subquery(rows.values(name)[:1], output_field=IntegerField())


def _shared(name: str, of_customer: Callable[[datetime], Combinable]) -> None:
    """A field that a ticket has, asked of its customer."""
    field = field_named(name)
    assert field is not None
    register(replace(field, of_customer=of_customer))


_shared("customer", _names)
_shared("organization", lambda now: _text("organization__name"))
_shared("tier", _tier)
_shared("segment", _column("segment"))
_shared("value", _column("value"))
_shared("tenure_days", lambda now: whole(F("created_at"), now, seconds=DAY))
_shared("prefers_person", _column("prefers_person"))
_shared("identity", identity.level_of_customer)

for _field in (
    Field("customer_tags", _("customer's tag"), "list", of_customer=_column("tags")),
    Field("customer_language", _("customer's language"), "text", of_customer=_column("language")),
    Field(
        "organization_role",
        _("role in the organisation"),
        "text",
        of_customer=_column("organization_role"),
    ),
    Field(
        "conversations",
        _("number of conversations"),
        "number",
        low=0,
        of_customer=lambda now: _tickets(),
    ),
    Field(
        "conversations_lately",
        _("number of conversations in 30 days"),
        "number",
        low=0,
        of_customer=lambda now: _tickets(created_at__range=(now - LATELY, now)),
    ),
    Field(
        "open_conversations",
        _("number of open conversations"),
        "number",
        low=0,
        of_customer=lambda now: _tickets(closed_at=None),
    ),
    Field(
        "last_contact",
        _("day of the last message"),
        "moment",
        of_customer=_last_contact,
        kept=False,
    ),
    Field(
        "last_satisfaction",
        _("last satisfaction"),
        "number",
        low=1,
        high=5,
        help=_("What they said last, from 1 to 5. Unknown never counts."),
        of_customer=_last_rating("satisfaction"),
    ),
    Field(
        "last_effort",
        _("last ease"),
        "number",
        low=1,
        high=5,
        help=_("How easy it was, they said last, from 1 to 5. Unknown never counts."),
        of_customer=_last_rating("effort"),
    ),
):
    register(replace(_field, group=CUSTOMER, only_of_customer=True))
