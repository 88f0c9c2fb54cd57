"""Types of records and records, as a shop would tell of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tickets import actions, events
from tickets.actions import NewRecord
from tickets.actors import Actor
from tickets.models import Reaction, Record, RecordField, RecordType
from tickets.models.custom_fields import FieldKind

SYSTEM = Actor.system()
STATES = ["ordered", "packed", "sent", "delivered"]
_FIELDS: tuple[tuple[str, FieldKind, dict[str, Any]], ...] = (
    ("status", FieldKind.CHOICE, {"options": STATES, "is_status": True}),
    ("total", FieldKind.NUMBER, {}),
    ("due", FieldKind.DATE, {}),
    ("items", FieldKind.CHOICES, {"options": ["tent", "stove", "mat"]}),
    ("margin", FieldKind.TEXT, {"shown_to_customer": False}),
    ("gift", FieldKind.CHECKBOX, {}),
)


def make_type(key: str = "order", **more: Any) -> RecordType:
    """Orders with a status, a total, a day, items, a note for agents and a yes or no."""
    known = {"name": key.title(), "plural": f"{key.title()}s", "look": "KM-#####", **more}
    made = RecordType.objects.create(key=key, **known)
    for position, (name, kind, fields) in enumerate(_FIELDS):
        RecordField.objects.create(
            type=made,
            key=name,
            name=name.title(),
            kind=kind,
            position=position,
            **{"shown_to_customer": True, **fields},
        )
    return made


def row(number: int | str = 48213, **values: Any) -> NewRecord:
    """An order KM-…, whose other values stand by their names."""
    known = {"customer_number", "customer_email", "changed_at", "reference"}
    more: dict[str, Any] = {name: values.pop(name) for name in known & values.keys()}
    return NewRecord(
        external_id=str(number), **{"reference": f"KM-{number}", **more}, values=values
    )


def make_record(record_type: RecordType, number: int | str = 48213, **values: Any) -> Record:
    """One that is kept, by the action."""
    stored = actions.upsert_record(actor=SYSTEM, record_type=record_type, row=row(number, **values))
    assert stored.outcome != "refused", stored
    return Record.objects.get(type=record_type, external_id=str(number))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def follow() -> None:
    """What is owed for records by what happened, until nothing is; nothing is understood meanwhile."""
    while due := Reaction.objects.overdue().filter(name__startswith="records.").order_by("pk"):
        for reaction in list(due):
            assert events.run(reaction.pk), reaction
