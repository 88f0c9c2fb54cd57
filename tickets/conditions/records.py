"""The fields of records that a conversation is about, as conditions look at them.

`record.order` is the references of the linked orders, `record.order.status` what stands in that field.
Texts and choices are those of all linked records of the type: the condition holds if any of them has it.
A number, and a yes or no, is that of the record that was linked last.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.contrib.postgres.fields import ArrayField
from django.db.models import BooleanField, CharField, F, FloatField, Func, OuterRef, Subquery
from django.db.models.expressions import Combinable

from knowledgebase.lately import Lately
from tickets.conditions import values
from tickets.conditions.fields import CONVERSATION, Field, KindName, register_source
from tickets.conditions.ticket_row import TicketRow
from tickets.models import RecordType, TicketRecord
from tickets.models.custom_fields import FieldKind

PREFIX = "record."
_KINDS: dict[str, KindName] = {FieldKind.NUMBER: "number", FieldKind.CHECKBOX: "bool"}
_TYPES: dict[str, tuple[type, ...]] = {FieldKind.NUMBER: (int, float), FieldKind.CHECKBOX: (bool,)}
# Only what is of the field's kind counts, whatever else was written there.
_FLOAT = "CASE WHEN jsonb_typeof({0}) = 'number' THEN ({0})::float END"
_BOOL = "CASE WHEN jsonb_typeof({0}) = 'boolean' THEN ({0})::boolean END"
_TEXTS = (
    "CASE jsonb_typeof({0}) WHEN 'string' THEN jsonb_build_array({0}) WHEN 'array' THEN {0} END"
)


def _fields() -> list[Field]:
    types = RecordType.objects.filter(active=True).prefetch_related("fields")
    return [field for record_type in types for field in _of_type(record_type)]


def _of_type(record_type: RecordType) -> list[Field]:
    noun = record_type.name[:1].lower() + record_type.name[1:]
    name = PREFIX + record_type.key
    found = [
        Field(
            name,
            noun,
            "list",
            group=CONVERSATION,
            read=lambda row: _references(row, record_type.pk),
            query=lambda now: _asks_references(record_type.pk),
        )
    ]
    for each in record_type.fields.all():
        label = f"{noun}: {each.name[:1].lower()}{each.name[1:]}"
        kind = _KINDS.get(each.kind, "list")
        found.append(
            Field(
                f"{name}.{each.key}",
                label,
                kind,
                tuple((option, option) for option in each.options),
                says=(label, f"not: {label}") if kind == "bool" else None,
                group=CONVERSATION,
                read=_reads(record_type.pk, each.key, each.kind),
                query=_asks(record_type.pk, each.key, kind),
            )
        )
    return found


def of_row(row: TicketRow) -> dict[str, values.Value]:
    """The values of all records of a ticket, from the statement that read the rest of it."""
    found: dict[str, values.Value] = {}
    for pk, type_key, fields in row["record_types"] or ():
        found[PREFIX + type_key] = _references(row, pk)
        for key, kind in fields or ():
            found[f"{PREFIX}{type_key}.{key}"] = _value(row, pk, key, kind)
    return found


def _references(row: TicketRow, pk: int) -> values.Value:
    return values.Value(
        [reference for of, reference, _values in row["records"] or () if of == pk] or None
    )


def _reads(pk: int, key: str, kind: str) -> Callable[[TicketRow], values.Value]:
    return lambda row: _value(row, pk, key, kind)


def _value(row: TicketRow, pk: int, key: str, kind: str) -> values.Value:
    there = [kept.get(key) for of, _reference, kept in row["records"] or () if of == pk]
    if kind in _TYPES:
        last = there[-1] if there else None
        return values.Value(last if type(last) in _TYPES[kind] else None)
    texts = [
        one
        for each in there
        for one in (each if isinstance(each, list) else [each])
        if isinstance(one, str)
    ]
    return values.Value(texts or None)


def _linked(pk: int) -> Any:
    links = TicketRecord.objects.linked().filter(ticket=OuterRef("pk"), record__type=pk)
    return links.order_by()


def _asks_references(pk: int) -> Combinable:
    texts = (
        _linked(pk).values("ticket").annotate(found=ArrayAgg("record__reference", order_by="pk"))
    )
    return Subquery(texts.values("found"), output_field=ArrayField(CharField()))


def _asks(pk: int, key: str, kind: KindName) -> Callable[[datetime], Combinable]:
    # The key is of small letters, digits and _: the database refuses any other.
    place = f"(%(expressions)s -> '{key}')"
    if kind == "list":
        return lambda now: _Texts(pk, place)
    template, output = (_FLOAT, FloatField()) if kind == "number" else (_BOOL, BooleanField())

    def last(now: datetime) -> Combinable:
        value = Func(F("record__values"), template=template.format(place), output_field=output)
        found = _linked(pk).order_by("-pk").annotate(found=value).values("found")[:1]
        return Subquery(found, output_field=output)

    return last


class _Texts(Subquery):
    """All texts of a field of the linked records as one array; NULL without any."""

    template = (
        "(SELECT array_agg(one ORDER BY link, place) FROM (%(subquery)s) AS there(link, found), "
        "jsonb_array_elements(found) WITH ORDINALITY AS each(element, place), "
        "LATERAL (SELECT element #>> '{}' AS one) AS text WHERE jsonb_typeof(element) = 'string')"
    )

    def __init__(self, pk: int, place: str) -> None:
        texts = Func(
            F("record__values"),
            template=_TEXTS.format(place),
            output_field=ArrayField(CharField()),
        )
        rows = _linked(pk).annotate(found=texts).values_list("pk", "found")
        super().__init__(rows, output_field=ArrayField(CharField()))


register_source(PREFIX, Lately(_fields))
