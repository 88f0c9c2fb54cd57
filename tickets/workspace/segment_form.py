"""The form of a segment: rows of a field, a comparison and a value, all of which hold or any of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from tickets.conditions import Field, customer_fields
from tickets.conditions.groups import is_group
from tickets.conditions.operators import texts_of
from tickets.models import Match, Segment

EMPTY_ROWS = 2
MOST_ROWS = 20
OPERATORS = {
    "is": _("is"),
    "is_not": _("is not"),
    "any_of": _("is one of"),
    "none_of": _("is none of"),
    "contains": _("contains"),
    "at_least": _("is at least"),
    "at_most": _("is at most"),
    "more_than": _("is more than"),
    "less_than": _("is less than"),
    "since": _("is on or after"),
    "before": _("is before"),
}


@dataclass(slots=True)
class Row:
    """One condition as it was chosen; all texts."""

    number: int
    field: str = ""
    op: str = ""
    value: str = ""
    problem: str = ""


@dataclass(slots=True)
class SegmentForm:
    """What was typed, or what is saved, with what is wrong with it."""

    name: str
    match: str
    rows: list[Row]
    problems: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, posted: Mapping[str, Any] | None, segment: Segment | None) -> SegmentForm:
        if posted is not None:
            rows = [
                Row(number, *(str(posted.get(f"{name}_{number}", ""))[:500] for name in _PARTS))
                for number in range(MOST_ROWS)
                if f"field_{number}" in posted
            ]
            if "more" in posted:
                rows += [Row(len(rows)), Row(len(rows) + 1)]
            name, match = str(posted.get("name", ""))[:200], str(posted.get("match", ""))
            return cls(name, match, rows[:MOST_ROWS])
        conditions = (segment.conditions if segment else {}) or {}
        there = conditions.get("conditions", [])
        plain = [one for one in there if not is_group(one)]
        rows = [
            Row(number, one["field"], one["op"], _typed(one["value"]))
            for number, one in enumerate(plain)
        ]
        rows += [Row(len(rows) + extra) for extra in range(EMPTY_ROWS if not plain else 1)]
        name = segment.name if segment else ""
        return cls(name, conditions.get("match", Match.ALL), rows)

    def conditions(self) -> dict[str, Any]:
        """The group, of the rows in which a field was chosen."""
        fields = {one.name: one for one in customer_fields()}
        return {
            "match": self.match or Match.ALL,
            "conditions": [
                {"field": row.field, "op": row.op, "value": _value(fields.get(row.field), row)}
                for row in self._chosen()
            ],
        }

    def refuse(self, error: ValidationError) -> None:
        """Say what is wrong, at the row where it is."""
        chosen = self._chosen()
        for place, texts in getattr(error, "message_dict", {"": error.messages}).items():
            number = place.removeprefix("conditions.")
            if place.startswith("conditions.") and number.isdecimal() and int(number) < len(chosen):
                chosen[int(number)].problem = " ".join(texts)
            self.problems += texts

    @property
    def groups(self) -> list[tuple[Any, list[Field]]]:
        """The fields to choose from, by what they are about."""
        every = sorted(customer_fields(), key=lambda one: str(one.group))
        return [(group, list(there)) for group, there in groupby(every, key=lambda one: one.group)]

    @property
    def operators(self) -> list[tuple[str, Any]]:
        return list(OPERATORS.items())

    @property
    def values(self) -> list[tuple[Any, list[tuple[str, str]]]]:
        """What may stand in the value of a field that has choices, for whoever asks how to write it."""
        return [(one.label, one.all_choices()) for one in customer_fields() if one.has_choices]

    def _chosen(self) -> list[Row]:
        return [row for row in self.rows if row.field]


_PARTS = ("field", "op", "value")


def _typed(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(texts_of(value))


def _value(known: Field | None, row: Row) -> Any:
    """Several are divided by commas. A choice may be written by its name."""
    parts = [one.strip() for one in row.value.split(",") if one.strip()]
    if known is None or known.kind in ("number", "moment"):
        return row.value.strip()
    if known.kind == "bool":
        return row.value.strip().lower()
    if known.has_choices:
        keys = {label.casefold(): key for key, label in known.all_choices()}
        parts = [keys.get(one.casefold(), one) for one in parts]
    return parts
