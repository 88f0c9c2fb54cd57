"""Records from outside, as they go in and out of the API."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from tickets.actions import NewRecord, Stored
from tickets.api.fields import ANY_TEXT, Address, Line, Moment, Short, Strict
from tickets.api.paging import PageOut
from tickets.api.queries import CursorQuery
from tickets.api.serializers import CustomerOut
from tickets.models import Record
from tickets.models.records import LONGEST_ID, LONGEST_REFERENCE

MOST_ROWS = 1000
OUTCOMES = ("created", "changed", "same", "refused")


# What a field may have; a text has no NUL, and a number no more digits than anybody counts.
_VALUE: dict[str, Any] = {
    "anyOf": [
        {"type": "string", "pattern": ANY_TEXT, "nullable": True},
        {"type": "number", "minimum": -(10**15), "maximum": 10**15},
        {"type": "boolean"},
        {"type": "array", "items": {"type": "string", "pattern": ANY_TEXT}},
    ]
}
_VALUES: dict[str, Any] = {"type": "object", "additionalProperties": _VALUE}
_ROW: dict[str, Any] = {
    "type": "object",
    "additionalProperties": {"anyOf": [*_VALUE["anyOf"], _VALUES]},
}


@extend_schema_field(_VALUES)
class Values(serializers.DictField):
    """Values by the keys of the type's fields."""


class RecordOwner(Strict):
    """Whose it is, by your number of them, by their address, or by both: the number goes first."""

    number = Line(
        max_length=LONGEST_ID,
        required=False,
        default="",
        help_text="The customer's number in the system that the type names.",
    )
    email = Address(
        required=False,
        default="",
        help_text="It counts for the customer who has proved this address, now or later.",
    )


_EXAMPLE = {
    "reference": "KM-48213",
    "customer": {"number": "20417", "email": "ines@walkers.example"},
    "values": {"status": "packed", "total": 189},
    "changed_at": "2026-10-01T09:30:00Z",
}


@extend_schema_serializer(examples=[OpenApiExample("An order", _EXAMPLE)])
class RecordIn(Strict):
    """A record as it is in your system now: whole, so that what is not named is empty."""

    reference = Line(
        max_length=LONGEST_REFERENCE,
        required=False,
        default="",
        help_text="What customers call it; without it, its external id.",
    )
    customer = RecordOwner(required=False, default=dict)
    values = Values(required=False, default=dict, help_text="By the keys of the type's fields.")
    changed_at = Moment(
        required=False,
        default=None,
        allow_null=True,
        help_text="When it changed in your system. Older news than what is known is passed over; "
        "without it, it changed now.",
    )


class RecordRow(RecordIn):
    """One of many."""

    external_id = Line(max_length=LONGEST_ID, help_text="Its key in your system.")


@extend_schema_field({"type": "array", "items": _ROW, "maxItems": MOST_ROWS})
class Rows(serializers.ListField):
    """Rows that are read one by one, so that a broken one stops none of the others."""


@extend_schema_serializer(
    examples=[OpenApiExample("Two orders", {"records": [{"external_id": "48213", **_EXAMPLE}]})]
)
class RecordsIn(Strict):
    records = Rows(
        max_length=MOST_ROWS,
        child=serializers.JSONField(),
        help_text=f"At most {MOST_ROWS}, each as in “Tell of a record”, with its `external_id`.",
    )


@extend_schema_serializer(component_name="StoredRecord")
class StoredOut(serializers.Serializer[Any]):
    """What became of a record."""

    external_id = serializers.CharField(max_length=LONGEST_ID)
    outcome = serializers.ChoiceField(choices=OUTCOMES)
    code = serializers.CharField(
        help_text="Why it was refused; or `older` of what is the same, since newer is known. "
        "Else empty."
    )
    message = serializers.CharField(help_text="The same for people.")


@extend_schema_serializer(component_name="StoredRecords")
class StoredListOut(serializers.Serializer[Any]):
    results = StoredOut(many=True, help_text="In the order of the rows.")


@extend_schema_serializer(component_name="Record")
class RecordOut(serializers.Serializer[Any]):
    type = serializers.CharField(source="type.key")
    external_id = serializers.CharField()
    reference = serializers.CharField()
    customer = CustomerOut(allow_null=True, help_text="Null while it is nobody's who is known.")
    values = Values()
    changed_at = Moment()
    updated_at = Moment(help_text="When it was last written here.")


class RecordPage(PageOut):
    results = RecordOut(many=True)


class RecordQuery(CursorQuery):
    customer = Address(required=False, help_text="Only those of the customer with this address.")
    reference = Short(
        required=False,
        max_length=LONGEST_REFERENCE,
        help_text="Only the one with this reference, however it is written.",
    )


class TicketRecordIn(Strict):
    """A record that a ticket is about."""

    type = Line(max_length=20, help_text="The key of its type.")
    external_id = Line(max_length=LONGEST_ID, help_text="Its key in your system.")


@extend_schema_serializer(component_name="TicketRecord")
class TicketRecordOut(serializers.Serializer[Any]):
    type = serializers.CharField()
    external_id = serializers.CharField()


class TicketRecords(serializers.Serializer[Any]):
    results = RecordOut(many=True)


def as_new(external_id: str, sent: dict[str, Any]) -> NewRecord:
    """What was sent, as the action takes it."""
    owner = sent["customer"]
    return NewRecord(
        external_id=external_id,
        reference=sent["reference"],
        customer_number=owner.get("number", ""),
        customer_email=owner.get("email", ""),
        values=sent["values"],
        changed_at=sent["changed_at"],
    )


def read_rows(rows: list[Any]) -> list[NewRecord | Stored]:
    """Each row as the action takes it; or refused, with what is wrong in it."""
    reader = RecordRow()
    found: list[NewRecord | Stored] = []
    for row in rows:
        try:
            sent = reader.run_validation(row)
            found.append(as_new(sent["external_id"], sent))
        except serializers.ValidationError as error:
            name = row.get("external_id") if isinstance(row, dict) else None
            shown = name[:LONGEST_ID] if isinstance(name, str) else ""
            found.append(Stored(shown, "refused", "invalid", _first_words(error.detail)))
    return found


def _first_words(detail: Any) -> str:
    """The first thing that is wrong, with the name of its field."""
    path: list[str] = []
    while isinstance(detail, dict | list) and detail:
        if isinstance(detail, dict):
            name, detail = next(iter(detail.items()))
            path.append("" if name == "non_field_errors" else str(name))
        else:
            detail = detail[0]
    return ": ".join(filter(None, [".".join(filter(None, path)), str(detail)]))


def records_shown(records: list[Record]) -> Any:
    return RecordOut(records, many=True).data
