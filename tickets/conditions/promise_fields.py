"""The fields of service levels: what is promised for a ticket, when it is due, what was broken."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import BigIntegerField, DateTimeField, Exists, F, Func, OuterRef, Value
from django.db.models.expressions import Combinable
from django.utils.translation import gettext_lazy as _

from tickets.conditions import values
from tickets.conditions.fields import SERVICE, Choices, Field, register
from tickets.conditions.ticket_row import TicketRow
from tickets.models import SlaClock, SlaPolicy

NAMES = ("sla", "due", "due_minutes", "breached")


def _policies() -> Choices:
    return list(SlaPolicy.objects.values_list("pk", "name"))


def _minutes(row: TicketRow) -> int | None:
    return None if row["due"] is None else (row["due"] - row.now) // timedelta(minutes=1)


def _asked_minutes(now: datetime) -> Combinable:
    return Func(
        F("due_at"),
        Value(now, DateTimeField()),
        arg_joiner=" - ",
        template="floor(extract(epoch FROM %(expressions)s) / 60)::bigint",
        output_field=BigIntegerField(),
    )


def _asked_breached(now: datetime) -> Combinable:
    return Exists(SlaClock.objects.filter(ticket=OuterRef("pk"), breached_at__isnull=False))


for _field in (
    Field(
        "sla",
        _("service level"),
        "choice",
        _policies,
        help=_("The one that applies. Unknown where none does."),
        group=SERVICE,
        read=lambda row: values.Value(row["sla"]),
        query=lambda now: F("sla"),
        key=int,
    ),
    Field(
        "due",
        _("day on which it is due"),
        "moment",
        help=_("The promise that is due next. Unknown while none runs."),
        group=SERVICE,
        read=lambda row: values.Value(row["due"]),
        query=lambda now: F("due_at"),
        kept=False,
    ),
    Field(
        "due_minutes",
        _("minutes until it is due"),
        "number",
        help=_("Less than nothing once it is overdue. Unknown while no promise runs."),
        group=SERVICE,
        read=lambda row: values.Value(_minutes(row)),
        query=_asked_minutes,
    ),
    Field(
        "breached",
        _("a promise was broken"),
        "bool",
        says=(_("a promise was broken"), _("no promise was broken")),
        group=SERVICE,
        read=lambda row: values.Value(row["breached"]),
        query=_asked_breached,
    ),
):
    register(_field)
