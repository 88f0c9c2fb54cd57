"""The fields that an admin added, as conditions look at them: known as long as their rows are there.

Nothing is asked for unless a condition names one, and then once a second at most. What an admin
deleted is a field that nobody registered: a condition on it never holds, and its form says so.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import BooleanField, CharField, F, FloatField, Func
from django.db.models.expressions import Combinable

from knowledgebase.lately import Lately
from tickets.conditions import values
from tickets.conditions.fields import CONVERSATION, CUSTOMER, Field, KindName, register_source
from tickets.conditions.ticket_row import TicketRow
from tickets.models import CustomField
from tickets.models.custom_fields import About, FieldKind

PREFIX = "custom."
_KINDS: dict[str, KindName] = {
    FieldKind.NUMBER: "number",
    FieldKind.CHOICE: "choice",
    FieldKind.CHOICES: "list",
    FieldKind.CHECKBOX: "bool",
}
_TYPES: dict[str, tuple[type, ...]] = {
    FieldKind.NUMBER: (int, float),
    FieldKind.CHOICES: (list,),
    FieldKind.CHECKBOX: (bool,),
}
_OF_CUSTOMERS = {About.CUSTOMER: "custom", About.ORGANIZATION: "organization__custom"}
_COLUMNS = {
    About.TICKET: "custom",
    About.CUSTOMER: "customer__custom",
    About.ORGANIZATION: "customer__organization__custom",
}
# Only what is of the field's kind counts, whatever else was written there.
_FLOAT = "CASE WHEN jsonb_typeof({0}) = 'number' THEN ({0})::float END"
_BOOL = "CASE WHEN jsonb_typeof({0}) = 'boolean' THEN ({0})::boolean END"
_TEXT = "CASE WHEN jsonb_typeof({0}) = 'string' THEN ({0}) #>> '{{}}' END"
_LIST = (
    "CASE WHEN jsonb_typeof({0}) = 'array' THEN ARRAY(SELECT jsonb_array_elements_text({0})) END"
)


def _fields() -> list[Field]:
    return [_field(custom) for custom in CustomField.objects.all()]


def _field(custom: CustomField) -> Field:
    kind = _KINDS.get(custom.kind, "text")
    name = custom.name[:1].lower() + custom.name[1:]
    return Field(
        PREFIX + custom.key,
        name,
        kind,
        tuple((option, option) for option in custom.options),
        says=(f"{name}", f"not: {name}") if kind == "bool" else None,
        group=CONVERSATION if custom.about == About.TICKET else CUSTOMER,
        read=_reads(custom),
        query=_asks(_COLUMNS[About(custom.about)], custom.key, kind),
        of_customer=_asks(_OF_CUSTOMERS[About(custom.about)], custom.key, kind)
        if custom.about != About.TICKET
        else None,
    )


def _reads(custom: CustomField) -> Callable[[TicketRow], values.Value]:
    return lambda row: _value(row, custom.about, custom.key, custom.kind)


def of_row(row: TicketRow) -> dict[str, values.Value]:
    """The values of a ticket's custom fields, from the statement that read the rest of it."""
    rows = row["custom_fields"] or ()
    return {PREFIX + key: _value(row, about, key, kind) for about, key, kind in rows}


def _value(row: TicketRow, about: str, key: str, kind: str) -> values.Value:
    found = (row[f"{about}_custom"] or {}).get(key)
    fits = type(found) in _TYPES.get(kind, (str,))
    return values.Value(found if fits else None)


def _asks(column: str, key: str, kind: KindName) -> Callable[[datetime], Combinable]:
    # The key is of small letters, digits and _: the database refuses any other.
    place = f"(%(expressions)s -> '{key}')"
    template, output = _SQL.get(kind, (_TEXT, CharField()))
    return lambda now: Func(F(column), template=template.format(place), output_field=output)


_SQL: dict[str, tuple[str, Any]] = {
    "number": (_FLOAT, FloatField()),
    "bool": (_BOOL, BooleanField()),
    "list": (_LIST, ArrayField(CharField())),
}

register_source(PREFIX, Lately(_fields))
