"""Rows of conditions as they are edited: of a rule, or of whatever else applies when they hold.

Rows stand by themselves or in groups; a group within a group is shown in words, and kept as it is.
What a row shows depends on its field only, so that a page works without any script.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import TYPE_CHECKING, Any, ClassVar

from django.http import QueryDict
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tickets.conditions import Field, all_fields, field_named
from tickets.conditions.clean import MOST_CONDITIONS
from tickets.conditions.exact_text import storable
from tickets.conditions.groups import is_group
from tickets.conditions.sentences import ValueNames, group_in_words
from tickets.models import Match

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise as StrOrPromise

# The comparisons that are offered; others that are stored ("is" of one value) are the same as one
# of these, and shown as it.
COMPARISONS: dict[str, tuple[tuple[str, StrOrPromise], ...]] = {
    "bool": (("is", gettext_lazy("is")),),
    "choice": (("any_of", gettext_lazy("is")), ("none_of", gettext_lazy("is not"))),
    "level": (
        ("at_least", gettext_lazy("is at least")),
        ("less_than", gettext_lazy("is less than")),
        ("any_of", gettext_lazy("is")),
        ("none_of", gettext_lazy("is not")),
    ),
    "number": (
        ("at_least", gettext_lazy("is at least")),
        ("at_most", gettext_lazy("is at most")),
        ("is", gettext_lazy("is exactly")),
        ("is_not", gettext_lazy("is not")),
        ("more_than", gettext_lazy("is more than")),
        ("less_than", gettext_lazy("is less than")),
    ),
    "moment": (
        ("since", gettext_lazy("is on this day or later")),
        ("before", gettext_lazy("is before this day")),
    ),
    "words": (
        ("contains", gettext_lazy("contains one of")),
        ("none_of", gettext_lazy("contains none of")),
    ),
    "list": (
        ("any_of", gettext_lazy("includes one of")),
        ("none_of", gettext_lazy("includes none of")),
    ),
    "text": (
        ("any_of", gettext_lazy("is")),
        ("none_of", gettext_lazy("is not")),
        ("contains", gettext_lazy("contains one of")),
    ),
}
_SAME = {
    "choice": {"is": "any_of", "is_not": "none_of"},
    "level": {"is": "any_of", "is_not": "none_of"},
    "text": {"is": "any_of", "is_not": "none_of"},
    "list": {"contains": "any_of"},
}

Option = tuple[str, str, bool]  # value, label, chosen


@dataclass(slots=True)
class Row:
    """One condition as it is edited; or a group, which is shown in words and `kept` as it is."""

    index: int
    name: str = ""
    op: str = ""
    values: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    kept: Any = None
    before: bool = False  # whether it looks at what the value was before the event
    group: int = 0  # the number of the group it stands in; 0 for none

    @property
    def in_words(self) -> str:
        """What is kept, as people read it."""
        return group_in_words(self.kept, ValueNames(), depth=2)

    @property
    def as_sent(self) -> str:
        """What is kept, as the page sends it back."""
        return json.dumps(self.kept)

    @property
    def is_filled(self) -> bool:
        return bool(self.name) or self.kept is not None

    @property
    def known(self) -> Field | None:
        return field_named(self.name)

    @property
    def comparisons(self) -> list[Option]:
        offered = COMPARISONS[self.known.kind] if self.known else ()
        return [(op, str(label), op == self.op) for op, label in offered]

    @property
    def control(self) -> str:
        """How the value is entered: bool, choices, number or text; "" before a field is chosen."""
        if self.known is None:
            return ""
        if self.known.kind in ("bool", "number"):
            return self.known.kind
        return "choices" if self.known.has_choices else "text"

    @property
    def options(self) -> list[Option]:
        """The values to choose from; also one that is no longer there, so that it can be undone."""
        if self.known is None:
            return []
        if self.known.kind == "bool":
            no = self.values == ["no"]
            return [("yes", _("yes"), not no), ("no", _("no"), no)]
        there = self.known.all_choices()
        left = set(self.values) - {value for value, _label in there}
        gone = [(value, _("%(value)s (no longer there)") % {"value": value}) for value in left]
        return [(value, capfirst(label), value in self.values) for value, label in [*there, *gone]]

    @property
    def text(self) -> str:
        return ", ".join(self.values)

    @property
    def condition(self) -> Any:
        if self.kept is not None:
            return self.kept
        value: Any = self.values
        if self.control in ("bool", "number"):
            value = self.values[0] if self.values else ""
        condition = {"field": self.name, "op": self.op, "value": value}
        return {**condition, "was": True} if self.before else condition


@dataclass(frozen=True, slots=True)
class Part:
    """A row by itself; or with a number the rows of a group, and how they are put together."""

    rows: list[Row]
    number: int = 0
    match: str = Match.ANY.value

    @property
    def is_group(self) -> bool:
        return self.number > 0

    @property
    def matches(self) -> list[Option]:
        return options(Match.choices, self.match)

    @property
    def condition(self) -> Any:
        """What is saved of it."""
        conditions = [row.condition for row in self.rows]
        return {"match": self.match, "conditions": conditions} if self.is_group else conditions[0]

    def refuse(self, place: str, errors: dict[str, list[str]]) -> None:
        """Take what is wrong in it out of `errors`, and show it at its row; of a group at its first."""
        for number, row in enumerate(self.rows if self.is_group else ()):
            row.errors += _taken(f"{place}.{number}", errors)
        self.rows[0].errors += _taken(place, errors)


def _taken(place: str, errors: dict[str, list[str]]) -> list[str]:
    inside = [each for each in errors if f"{each}.".startswith(f"{place}.")]
    return [text for each in inside for text in errors.pop(each)]


@dataclass(slots=True, kw_only=True)
class ConditionsForm:
    """Conditions as they are edited. `errors` are by place, as `tickets.conditions.clean` has them."""

    match: str = Match.ALL.value
    rows: list[Row] = field(default_factory=list)  # those of a group stand together
    groups: dict[int, str] = field(default_factory=dict)  # how each group is put together
    errors: dict[str, list[str]] = field(default_factory=dict)

    may_look_back: ClassVar[bool] = False  # at what a value was before an event
    page_name: ClassVar[str] = ""  # by which the routes are called that show the rows anew
    # Where a problem is put right, for the list at the top of the page.
    controls: ClassVar[Mapping[str, str]] = {}

    @property
    def may_be_empty(self) -> bool:
        """Whether it makes sense without any condition."""
        return False

    @property
    def rows_url(self) -> str:
        return reverse(f"admin:{self.page_name}_rows")

    @property
    def words_url(self) -> str:
        return reverse(f"admin:{self.page_name}_words")

    @property
    def offered(self) -> list[Field]:
        """What may be looked at."""
        return all_fields()

    @property
    def parts(self) -> list[Part]:
        return self._parts(self.rows)

    @property
    def conditions(self) -> list[Any]:
        """What is saved."""
        return [part.condition for part in self._parts(self.filled)]

    def _parts(self, rows: list[Row]) -> list[Part]:
        found: list[Part] = []
        for row in rows:
            if row.group and found and found[-1].number == row.group:
                found[-1].rows.append(row)
            else:
                found.append(Part([row], row.group, self.groups.get(row.group, Match.ANY.value)))
        return found

    def show(self, conditions: Iterable[Any]) -> None:
        """The rows of what is stored."""
        for each in conditions:
            inside = each.get("conditions") if is_group(each) else None
            if not isinstance(inside, list) or not inside:
                self.rows.append(stored(len(self.rows), each))
                continue
            number = len(self.groups) + 1
            self.groups[number] = str(each.get("match", Match.ALL.value))
            for one in inside:
                self.rows.append(replace(stored(len(self.rows), one), group=number))

    def read_rows(self, data: QueryDict) -> None:
        """The rows as a browser sent them, with the one that was added or taken out."""
        self.match = data.get("match", "")
        number = int(rows) if (rows := data.get("rows", "")).isdecimal() and len(rows) < 4 else 0
        gone = data.get("remove", "")
        kept = [index for index in range(min(number, MOST_CONDITIONS + 5)) if str(index) != gone]
        self.rows = [row_sent(place, index, data) for place, index in enumerate(kept)]
        # Those of a group stand together, whoever sent it.
        first: dict[int, int] = {}
        for row in self.rows:
            first.setdefault(row.group, row.index)
        self.rows.sort(key=lambda row: first[row.group] if row.group else row.index)
        self.groups = {
            number: data.get(f"match-group-{number}", Match.ANY.value) for number in first if number
        }
        if "add_group" in data:
            number = max(self.groups, default=0) + 1
            self.groups[number] = Match.ANY.value
            self.rows += [Row(0, group=number), Row(0, group=number)]
        elif (number := _group_of(data.get("add_to", ""))) in self.groups:
            last = max(place for place, row in enumerate(self.rows) if row.group == number)
            self.rows.insert(last + 1, Row(0, group=number))
        elif "add" in data or not self.rows:
            self.rows.append(Row(0))
        for index, row in enumerate(self.rows):
            row.index = index

    def refuse(self, errors: Mapping[str, list[str]]) -> None:
        """Show what is wrong at its place. Rows without a field are not sent, and have no number."""
        self.errors = dict(errors)
        for number, part in enumerate(self._parts(self.filled)):
            part.refuse(f"conditions.{number}", self.errors)

    @property
    def filled(self) -> list[Row]:
        """The rows that are saved; one that must not be missing also if nothing is chosen in it."""
        alone = len(self.rows) == 1 and not self.may_be_empty
        return [row for row in self.rows if row.is_filled or alone]

    @property
    def all_errors(self) -> list[tuple[str, str]]:
        """Every problem with the control that it is about."""
        found = [
            (self.controls.get(place, "rule-conditions"), text)
            for place, texts in self.errors.items()
            for text in texts
        ]
        return found + [(f"field-{row.index}", text) for row in self.rows for text in row.errors]

    @property
    def fields(self) -> list[tuple[str, list[Field]]]:
        """The fields in their groups, both as they were registered."""
        offered = self.offered
        order = {str(each.group): None for each in offered}
        ordered = sorted(offered, key=lambda each: list(order).index(str(each.group)))
        return [
            (group, list(found)) for group, found in groupby(ordered, lambda each: str(each.group))
        ]

    @property
    def matches(self) -> list[Option]:
        return options(Match.choices, self.match)

    @property
    def may_add(self) -> bool:
        return len(self.rows) < MOST_CONDITIONS


def stored(index: int, condition: Any) -> Row:
    """The row of a stored condition, with the comparison that is offered for the same."""
    condition = condition if isinstance(condition, dict) else {}
    if is_group(condition):
        return Row(index, kept=condition)
    name, op, value = str(condition.get("field")), str(condition.get("op")), condition.get("value")
    known, before = field_named(name), condition.get("was") is True
    if known is None:
        return Row(index, name, op, _texts(value), before=before)
    if known.kind == "bool":
        yes = "yes" if bool(value) is (op == "is") else "no"
        return Row(index, name, "is", [yes], before=before)
    return Row(index, name, _SAME.get(known.kind, {}).get(op, op), _texts(value), before=before)


def row_sent(place: int, index: int, data: QueryDict) -> Row:
    """A row that was sent; where another field was chosen, with that field's first comparison."""
    group = _group_of(data.get(f"group-{index}", ""))
    if f"kept-{index}" in data:
        return Row(place, kept=_kept(data.get(f"kept-{index}", "")), group=group)
    name = data.get(f"field-{index}", "")
    op, values = data.get(f"op-{index}", ""), data.getlist(f"value-{index}")
    row = Row(place, name, op, values, before=f"before-{index}" in data, group=group)
    if data.get(f"was-{index}", name) != name:
        row.op, row.values = "", []
    offered = [value for value, _label, _chosen in row.comparisons]
    if offered and row.op not in offered:
        row.op = offered[0]
    if row.control == "text":
        row.values = [part for value in row.values for part in parts(value)]
    return row


def _group_of(sent: str) -> int:
    return int(sent) if sent.isascii() and sent.isdecimal() and len(sent) < 4 else 0


def _kept(sent: str) -> Any:
    """What was shown in words; {} for what no page of ours sent, which saving then refuses."""
    try:
        found = json.loads(sent)
        readable = isinstance(found, dict) and storable(json.dumps(found, ensure_ascii=False))
    except (ValueError, RecursionError):
        return {}
    return found if readable and "\\u0000" not in sent else {}


def options(choices: Iterable[tuple[Any, Any]], chosen: str) -> list[Option]:
    return [(str(value), str(label), str(value) == chosen) for value, label in choices]


def parts(text: str) -> list[str]:
    return [part.strip() for part in text.replace("\n", ",").split(",") if part.strip()]


def _texts(value: Any) -> list[str]:
    found = value if isinstance(value, list) else [value]
    return [str(each) for each in found if each is not None]
