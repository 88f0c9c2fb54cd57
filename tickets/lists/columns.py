"""What rows show beside what they always show: as quiet marks, which somebody chose for a list."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tickets.conditions import Field, all_fields
from tickets.conditions.custom_fields import PREFIX
from tickets.models import Ticket
from tickets.models.custom_fields import as_sent
from tickets.service import dates

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

MOST = 6  # a row has two lines
_CUSTOM = re.compile(rf"{re.escape(PREFIX)}[a-z][a-z0-9_]{{0,39}}")


@dataclass(frozen=True, slots=True)
class Mark:
    """What a row shows of one column: its name is said, and read to who does not see where it stands."""

    label: StrOrPromise
    value: str


@dataclass(frozen=True, slots=True)
class Column:
    """What it is called, and how it is read from a row."""

    label: StrOrPromise
    read: Callable[[Ticket], Any]


_COLUMNS = {
    "team": Column(gettext_lazy("Team"), lambda ticket: ticket.team),
    "assignee": Column(gettext_lazy("Assignee"), lambda ticket: ticket.assignee),
    "priority": Column(gettext_lazy("Priority"), lambda ticket: ticket.get_priority_display()),
    "type": Column(gettext_lazy("Type"), lambda ticket: ticket.type),
    "tags": Column(gettext_lazy("Tags"), lambda ticket: ", ".join(ticket.tags)),
    "due": Column(gettext_lazy("Due"), lambda t: dates.near_moment(t.due_at) if t.due_at else ""),
    "sla": Column(gettext_lazy("Service level"), lambda ticket: ticket.sla),
    "opened": Column(gettext_lazy("Opened"), lambda ticket: dates.day(ticket.created_at)),
    "since": Column(gettext_lazy("In this state since"), lambda t: dates.day(t.turn_since)),
}


def offered() -> list[tuple[str, StrOrPromise]]:
    """The columns that there are, those of custom fields at the end."""
    custom = [field for field in all_fields() if field.name.startswith(PREFIX)]
    return [
        *((name, column.label) for name, column in _COLUMNS.items()),
        *((field.name, capfirst(str(field.label))) for field in custom),
    ]


def read(names: Iterable[str]) -> tuple[str, ...]:
    """The columns that these names mean, each once; what is none is passed over."""
    known = [name for name in names if name in _COLUMNS or _CUSTOM.fullmatch(name)]
    return tuple(dict.fromkeys(known))[:MOST]


def chosen(names: Sequence[str]) -> list[Column]:
    """The columns of a list, those of custom fields looked up once; without what is gone."""
    custom: dict[str, Field] = {}
    if any(name not in _COLUMNS for name in names):
        custom = {field.name: field for field in all_fields() if field.name.startswith(PREFIX)}
    return [
        _COLUMNS[name] if name in _COLUMNS else _of_field(custom[name])
        for name in names
        if name in _COLUMNS or name in custom
    ]


def marks(ticket: Ticket, columns: Iterable[Column]) -> list[Mark]:
    """What a row shows of them; nothing of what is empty."""
    found = [(column.label, column.read(ticket)) for column in columns]
    return [Mark(label, str(value)) for label, value in found if value]


def _of_field(field: Field) -> Column:
    key = field.name.removeprefix(PREFIX)
    return Column(capfirst(str(field.label)), lambda ticket: _custom(ticket, key))


def _custom(ticket: Ticket, key: str) -> str:
    """A custom field's value in words: of the ticket, its customer or their organisation."""
    customer = ticket.customer
    organization = customer.organization
    places = (ticket.custom, customer.custom, organization.custom if organization else {})
    value = next((place[key] for place in places if key in place), None)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return ", ".join(as_sent(value))
