"""The custom fields of a conversation that was loaded with them, each with its value in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from tickets.models import Ticket
from tickets.models.custom_fields import About, FieldKind, as_sent


@dataclass(frozen=True, slots=True)
class Shown:
    """One field: what it is called, what it may be, what it is, as a form sends it and in words."""

    key: str
    name: str
    about: str
    kind: str
    options: list[str]
    required: bool
    sent: list[str]
    words: str


def of(ticket: Ticket) -> Iterator[Shown]:
    """Those that came with the ticket (`access.ticket_for`); of an organisation only where one is."""
    customer = ticket.customer
    owners: dict[str, Any] = {
        About.TICKET: ticket,
        About.CUSTOMER: customer,
        About.ORGANIZATION: customer.organization,
    }
    for field in getattr(ticket, "custom_fields", ()):
        owner = owners[field["about"]]
        if owner is None:
            continue
        value = owner.custom.get(field["key"])
        sent = as_sent(value)
        yield Shown(
            key=field["key"],
            name=field["name"],
            about=field["about"],
            kind=field["kind"],
            options=list(dict.fromkeys([*field["options"], *sent])),
            required=field["required"],
            sent=sent,
            words=in_words(field["kind"], value),
        )


def in_words(kind: str, value: Any) -> str:
    """A value as people read it; "" for none."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if kind == FieldKind.DATE and isinstance(value, str):
        try:
            return date_format(date.fromisoformat(value), "SHORT_DATE_FORMAT")
        except ValueError:
            return value
    return ", ".join(as_sent(value))
