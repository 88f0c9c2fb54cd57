"""The fields by which whoever works here looks for a ticket: its state, who has it, whose it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db.models import CharField, Exists, F, OuterRef, TextField, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, Concat
from django.utils.translation import gettext_lazy as _

from tickets.conditions import values
from tickets.conditions.fields import CUSTOMER, SERVICE, Choices, Field, register
from tickets.conditions.ticket_row import TicketRow
from tickets.models import Attachment, Turn, User
from tickets.models.users import STAFF_ROLES

NOBODY = 0  # the key of no assignee


def _staff() -> Choices:
    people = User.objects.filter(role__in=STAFF_ROLES).order_by("name")
    return [(NOBODY, _("nobody")), *((user.pk, user.name or user.email) for user in people)]


def _moment(name: str) -> Callable[[TicketRow], values.Value]:
    return lambda row: values.Value(row[name])


def _asked_assignee(now: datetime) -> Combinable:
    return Coalesce(F("assignee"), NOBODY)


def _customer(row: TicketRow) -> str:
    parts = (row["customer"], row["email"] or "", row["claimed_email"])
    return " ".join(parts)


def _asked_customer(now: datetime) -> Combinable:
    email = Coalesce(F("customer__email"), Value(""), output_field=CharField())
    return Concat(
        F("customer__name"),
        Value(" "),
        email,
        Value(" "),
        F("customer__claimed_email"),
        output_field=TextField(),
    )


def _asked_organization(now: datetime) -> Combinable:
    return Coalesce(F("customer__organization__name"), Value(""), output_field=CharField())


def _asked_files(now: datetime) -> Combinable:
    return Exists(Attachment.objects.filter(message__ticket=OuterRef("pk")))


for _field in (
    Field(
        "turn",
        _("state"),
        "choice",
        tuple(Turn.choices),
        read=lambda row: values.Value(row["turn"]),
        query=lambda now: F("turn"),
    ),
    Field(
        "opened",
        _("day it was opened"),
        "moment",
        read=_moment("opened"),
        query=lambda now: F("created_at"),
        kept=False,
    ),
    Field(
        "changed",
        _("day of the last change"),
        "moment",
        read=_moment("changed"),
        query=lambda now: F("updated_at"),
        kept=False,
    ),
    Field(
        "closed",
        _("day it was closed"),
        "moment",
        help=_("Unknown while it is open."),
        read=_moment("closed"),
        query=lambda now: F("closed_at"),
        kept=False,
    ),
    Field(
        "last_message",
        _("day of the last message"),
        "moment",
        read=_moment("last_message"),
        query=lambda now: F("last_message_at"),
        kept=False,
    ),
    Field(
        "satisfaction",
        _("satisfaction"),
        "number",
        low=1,
        high=5,
        help=_("What the customer said at the end, from 1 to 5. Unknown never counts."),
        group=CUSTOMER,
        read=lambda row: values.Value(row["satisfaction"]),
        query=lambda now: F("rating__satisfaction"),
    ),
    Field(
        "has_files",
        _("has files"),
        "bool",
        says=(_("a file came with it"), _("no file came with it")),
        read=lambda row: values.Value(row["has_files"]),
        query=_asked_files,
    ),
    Field(
        "customer",
        _("customer’s name or address"),
        "words",
        help=_("Whole words of the name or of an e-mail address."),
        group=CUSTOMER,
        read=lambda row: values.Value(_customer(row)),
        query=_asked_customer,
        kept=False,
    ),
    Field(
        "organization",
        _("organisation"),
        "words",
        help=_("Whole words of its name."),
        group=CUSTOMER,
        read=lambda row: values.Value(row["organization"] or ""),
        query=_asked_organization,
    ),
    Field(
        "assignee_is_there",
        _("whoever has it is at work"),
        "bool",
        says=(_("whoever has it is at work"), _("whoever has it is not at work")),
        help=_("Unknown while nobody has it."),
        group=SERVICE,
        read=lambda row: values.Value(row.assignee_is_there),
    ),
    Field(
        "assignee",
        _("assignee"),
        "choice",
        _staff,
        group=SERVICE,
        read=lambda row: values.Value(row["assignee"] or NOBODY),
        query=_asked_assignee,
        key=int,
    ),
):
    register(_field)
