"""The form of a segment: rows of a field, a comparison and a value, and groups of such rows.

Of all of them, or of those of a group, all hold or any of them. A group within a group has no controls: it
is said in words, and kept as it is or taken out.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from tickets.conditions import Field, customer_fields
from tickets.conditions.clean import MOST_CONDITIONS
from tickets.conditions.exact_text import storable
from tickets.conditions.groups import is_group
from tickets.conditions.operators import texts_of
from tickets.conditions.sentences import ValueNames, group_in_words
from tickets.models import Match, Segment

EMPTY_ROWS = 2
MOST_ROWS = 2 * MOST_CONDITIONS  # with those that are empty
MORE_GROUP = "group"  # the button that adds one; the others name where they add rows
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
    """One condition as it was chosen, all texts; or a group within a group, which is `kept`."""

    number: int
    field: str = ""
    op: str = ""
    value: str = ""
    problem: str = ""
    kept: Any = None

    @property
    def in_words(self) -> str:
        return group_in_words(self.kept, ValueNames(), depth=3)

    @property
    def as_sent(self) -> str:
        return json.dumps(self.kept)

    @property
    def is_chosen(self) -> bool:
        return bool(self.field) or self.kept is not None

    @property
    def is_gone(self) -> bool:
        """Whether the field that it looks at is no longer there."""
        return bool(self.field) and self.field not in {one.name for one in customer_fields()}

    def condition(self, fields: Mapping[str, Field]) -> Any:
        if self.kept is not None:
            return self.kept
        value = _value(fields.get(self.field), self)
        return {"field": self.field, "op": self.op, "value": value}


@dataclass(slots=True)
class Part:
    """A row by itself, or with a number the rows of a group and how they are put together."""

    rows: list[Row]
    number: int | None = None
    match: str = Match.ANY
    problem: str = ""

    @property
    def is_group(self) -> bool:
        return self.number is not None

    @property
    def chosen(self) -> list[Row]:
        return [row for row in self.rows if row.is_chosen]


@dataclass(slots=True)
class SegmentForm:
    """What was typed, or what is saved, with what is wrong with it."""

    name: str
    match: str
    parts: list[Part]
    problems: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, posted: Mapping[str, Any] | None, segment: Segment | None) -> SegmentForm:
        if posted is None:
            return cls._saved(segment)
        form = cls(
            name=str(posted.get("name", ""))[:200],
            match=str(posted.get("match", "")),
            parts=_sent(posted),
        )
        form._add(str(posted.get("more", "")))
        return form

    @classmethod
    def _saved(cls, segment: Segment | None) -> SegmentForm:
        conditions = (segment.conditions if segment else {}) or {}
        there = conditions.get("conditions", [])
        form = cls(segment.name if segment else "", conditions.get("match", Match.ALL), [])
        for one in there:
            if not is_group(one):
                form.parts.append(Part([_stored(form._next(), one)]))
                continue
            part = Part([], form._next_group(), one.get("match", Match.ALL))
            form.parts.append(part)
            for inner in one["conditions"]:
                part.rows.append(_stored(form._next(), inner))
            part.rows.append(Row(form._next()))
        for _empty in range(EMPTY_ROWS if not there else 1):
            form.parts.append(Part([Row(form._next())]))
        return form

    def conditions(self) -> dict[str, Any]:
        """The group, of the rows in which a field was chosen."""
        fields = {one.name: one for one in customer_fields()}
        found: list[Any] = []
        for part in self._chosen():
            inside = [row.condition(fields) for row in part.chosen]
            found += [{"match": part.match, "conditions": inside}] if part.is_group else inside
        return {"match": self.match or Match.ALL, "conditions": found}

    def refuse(self, error: ValidationError) -> None:
        """Say what is wrong, at the row where it is."""
        for place, texts in getattr(error, "message_dict", {"error": error.messages}).items():
            found = self._at(place)
            if found is not None:
                found.problem = " ".join(texts)
            self.problems += texts

    def _at(self, place: str) -> Row | Part | None:
        """What stands at a place like `conditions.1.0`, of those that were sent."""
        name, *numbers = place.split(".")
        if name != "conditions" or not numbers or not all(one.isdecimal() for one in numbers):
            return None
        part = dict(enumerate(self._chosen())).get(int(numbers[0]))
        if part is None or not part.is_group:
            return part.rows[0] if part else None
        inside = dict(enumerate(part.chosen))
        return inside.get(int(numbers[1])) if len(numbers) > 1 else part

    def _chosen(self) -> list[Part]:
        return [part for part in self.parts if part.chosen]

    def _rows(self) -> Iterator[Row]:
        return (row for part in self.parts for row in part.rows)

    def _next(self) -> int:
        return max((row.number for row in self._rows()), default=-1) + 1

    def _next_group(self) -> int:
        return max((part.number for part in self.parts if part.number is not None), default=0) + 1

    def _add(self, where: str) -> None:
        """What a button asked for: a group, rows in one, or rows by themselves."""
        if not where or self._next() + EMPTY_ROWS > MOST_ROWS:
            return
        groups = {str(part.number): part for part in self.parts if part.is_group}
        if where == MORE_GROUP:
            groups[where] = Part([], self._next_group())
            self.parts.append(groups[where])
        for _empty in range(EMPTY_ROWS):
            row = Row(self._next())
            if where in groups:
                groups[where].rows.append(row)
            else:
                self.parts.append(Part([row]))

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


_PARTS = ("field", "op", "value")


def _sent(posted: Mapping[str, Any]) -> list[Part]:
    """Rows in their order; a group stands where its first row does."""
    parts: list[Part] = []
    groups: dict[str, Part] = {}
    for number in range(MOST_ROWS):
        row = _row_sent(number, posted)
        if row is None:
            continue
        group = str(posted.get(f"group_{number}", ""))
        if not (group.isascii() and group.isdecimal() and 0 < int(group[:4]) <= MOST_ROWS):
            parts.append(Part([row]))
            continue
        if group not in groups:
            match = str(posted.get(f"match_{group}", ""))
            groups[group] = Part([], int(group[:4]), match)
            parts.append(groups[group])
        groups[group].rows.append(row)
    return parts


def _row_sent(number: int, posted: Mapping[str, Any]) -> Row | None:
    if f"kept_{number}" in posted:
        is_out = f"out_{number}" in posted
        return None if is_out else Row(number, kept=_kept(str(posted[f"kept_{number}"])))
    if f"field_{number}" not in posted:
        return None
    return Row(number, *(str(posted.get(f"{name}_{number}", ""))[:500] for name in _PARTS))


def _kept(sent: str) -> Any:
    """What was shown in words; {} for what no page of ours sent, which saving then refuses."""
    try:
        found = json.loads(sent)
        readable = is_group(found) and storable(json.dumps(found, ensure_ascii=False))
    except (ValueError, RecursionError):
        return {}
    return found if readable and "\\u0000" not in sent else {}


def _stored(number: int, condition: Any) -> Row:
    if is_group(condition):
        return Row(number, kept=condition)
    return Row(number, condition["field"], condition["op"], _typed(condition["value"]))


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
