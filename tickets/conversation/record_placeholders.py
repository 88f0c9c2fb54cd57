"""Placeholders of records: `{order.reference}`, `{order.status}`, of the one record that is meant.

Only what customers may read of a record of their own can stand in a text for them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from tickets.conversation.custom_fields import in_words
from tickets.models import RecordField, RecordType, Ticket, TicketRecord

REFERENCE = "reference"


class NotOne(Exception):
    """A text names a record, and not exactly one of its customer's is linked; with a sentence."""


def names() -> dict[str, str]:
    """All that can be written, with what it stands for. Two statements."""
    found = {}
    for record_type in RecordType.objects.filter(active=True).prefetch_related("fields"):
        name = record_type.name
        found[f"{record_type.key}.{REFERENCE}"] = _("%(type)s: reference") % {"type": name}
        for field in record_type.fields.all():
            if field.shown_to_customer:
                found[f"{record_type.key}.{field.key}"] = f"{name}: {field.name}"
    return found


def values(ticket: Ticket, written: Iterable[str]) -> dict[str, str]:
    """The values of those that are written. No statement without any, else three at most.

    Raises:
        NotOne: the conversation is about no record of the type, or about several, or about one that is
            not its customer's.
    """
    pairs = [tuple(name.split(".", 1)) for name in written if name.count(".") == 1]
    keys = {pair[0] for pair in pairs}
    types = (
        {one.key: one for one in RecordType.objects.filter(key__in=keys, active=True)}
        if keys
        else {}
    )
    if not types:
        return {}
    fields = _fields(types.values())
    records = {key: _one(ticket, found) for key, found in _linked(ticket, types).items()}
    found = {}
    for key, name in pairs:
        if key not in types or not (name == REFERENCE or (key, name) in fields):
            continue
        record = records[key]
        field = fields.get((key, name))
        value = in_words(field.kind, record.values.get(name)) if field else record.reference
        found[f"{key}.{name}"] = value or _("not known")
    return found


def _fields(types: Iterable[RecordType]) -> dict[tuple[str, str], RecordField]:
    rows = RecordField.objects.filter(type__in=types, shown_to_customer=True)
    return {(row.type.key, row.key): row for row in rows.select_related("type")}


def _linked(
    ticket: Ticket, types: dict[str, RecordType]
) -> dict[str, tuple[RecordType, list[Any]]]:
    links = TicketRecord.objects.linked().filter(ticket=ticket, record__type__in=types.values())
    found: dict[str, tuple[RecordType, list[Any]]] = {key: (one, []) for key, one in types.items()}
    for link in links.select_related("record__type", "record__customer"):
        found[link.record.type.key][1].append(link.record)
    return found


def _one(ticket: Ticket, found: tuple[RecordType, list[Any]]) -> Any:
    record_type, records = found
    words = {"type": record_type.name}
    if not records:
        raise NotOne(
            _("The text names a record (%(type)s), and none is linked with this conversation.")
            % words
        )
    if len(records) > 1:
        raise NotOne(
            _(
                "The text names one record (%(type)s), and several are linked with this conversation."
            )
            % words
        )
    owner = records[0].customer
    if owner is not None and owner.person != ticket.customer.person:
        raise NotOne(_("The linked record (%(type)s) belongs to another customer.") % words)
    return records[0]
