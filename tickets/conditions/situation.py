"""The situation of a ticket at one turn: the values of all fields that are known of it."""

from __future__ import annotations

from collections.abc import Container
from datetime import datetime
from typing import Any

from tickets.conditions import custom_fields, records, segments
from tickets.conditions.fields import fixed_fields
from tickets.conditions.ticket_row import TicketRow
from tickets.conditions.values import Situation, Value
from tickets.models import Reading, Ticket


def of_ticket(ticket: Ticket, *, text: str, now: datetime) -> dict[str, Value]:
    """What is known of the ticket when its customer says `text`.

    One query, one more outside the team's opening hours, and one where there are segments.
    """
    row = TicketRow.load(ticket, text=text, now=now)
    fixed = {field.name: field.read(row) for field in fixed_fields() if field.read is not None}
    known = fixed | custom_fields.of_row(row) | records.of_row(row)
    return known | segments.of_customer(row["customer_key"], now) if row["has_segments"] else known


def complete(situation: Situation) -> dict[str, Value]:
    """The situation with what follows from it: the derived fields that it does not have."""
    values = dict(situation)
    for each in fixed_fields():
        if each.derive is not None and each.name not in values:
            found = each.derive(situation)
            if found is not None:
                values[each.name] = found
    return values


def to_store(situation: Situation) -> dict[str, Any]:
    """A situation as a `Reading` keeps it: without the text, which its message has, and without what
    names a person.
    """
    left_out = {"text", *(field.name for field in fixed_fields() if not field.kept)}
    return {name: value.stored() for name, value in situation.items() if name not in left_out}


def of_reading(reading: Reading, *, text: str) -> dict[str, Value]:
    """The situation that was kept with a message, as agents corrected it since."""
    return of_values(reading.values, reading.corrected, text=text)


def of_values(
    values: Any, corrected: Any, *, text: str, only: Container[str] | None = None
) -> dict[str, Value]:
    """The same from the columns of a reading, whatever they hold; of all fields, or `only` some."""
    found = {
        name: Value.of(stored)
        for name, stored in (values.items() if isinstance(values, dict) else ())
        if isinstance(stored, dict) and (only is None or name in only)
    }
    for name, correction in corrected.items() if isinstance(corrected, dict) else ():
        if isinstance(correction, dict) and "to" in correction:
            found[name] = Value(correction["to"])
    found["text"] = Value(text)
    return found
