"""What rows show beside what they always show: as quiet marks, which somebody chose for a list."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tickets.conditions import all_fields, field_named
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
class _Column:
    label: StrOrPromise
    read: Callable[[Ticket], Any]


_COLUMNS = {
    "team": _Column(gettext_lazy("Team"), lambda ticket: ticket.team),
    "assignee": _Column(gettext_lazy("Assignee"), lambda ticket: ticket.assignee),
    "priority": _Column(gettext_lazy("Priority"), lambda ticket: ticket.get_priority_display()),
    "type": _Column(gettext_lazy("Type"), lambda ticket: ticket.type),
    "tags": _Column(gettext_lazy("Tags"), lambda ticket: ", ".join(ticket.tags)),
    "opened": _Column(gettext_lazy("Opened"), lambda ticket: dates.day(ticket.created_at)),
    "since": _Column(gettext_lazy("In this state since"), lambda t: dates.day(t.turn_since)),
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


def marks(ticket: Ticket, names: Sequence[str]) -> list[Mark]:
    """What a row shows of them; nothing of what is empty, or of a field that is gone."""
    found = [_mark(ticket, name) for name in names]
    return [mark for mark in found if mark is not None and mark.value]


def _mark(ticket: Ticket, name: str) -> Mark | None:
    if (column := _COLUMNS.get(name)) is not None:
        value = column.read(ticket)
        return Mark(column.label, str(value) if value else "")
    field = field_named(name)
    if field is None:
        return None
    value = _custom(ticket, name.removeprefix(PREFIX))
    if isinstance(value, bool):
        value = _("yes") if value else _("no")
    return Mark(capfirst(str(field.label)), ", ".join(as_sent(value)))


def _custom(ticket: Ticket, key: str) -> Any:
    """A custom field's value: of the ticket, its customer or their organisation."""
    customer = ticket.customer
    organization = customer.organization
    places = (ticket.custom, customer.custom, organization.custom if organization else {})
    return next((place[key] for place in places if key in place), None)
