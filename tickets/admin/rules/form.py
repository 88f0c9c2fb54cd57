"""The form on which a rule is built: rows of field, comparison and value, and what then happens.

It is filled from a stored rule or from what a browser sent, and gives the values to be saved. What
it shows depends on the field of each row only, so that the page works without any script.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, Any

from django.http import QueryDict
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tickets.conditions import Field, all_fields, field_named
from tickets.conditions.clean import MOST_CONDITIONS
from tickets.conditions.exact_text import storable
from tickets.conditions.groups import is_group
from tickets.conditions.sentences import ValueNames, condition_in_words, group_in_words
from tickets.models import EscalationRule, Match, Priority, Reason, Team, User
from tickets.models.users import STAFF_ROLES
from tickets.rules import Content, Effects

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
    """One condition as it is edited; or one that is shown in words and kept as it is.

    `kept` is a group, or a condition on what a value was: there are no controls for these.
    """

    index: int
    name: str = ""
    op: str = ""
    values: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    kept: Any = None

    @property
    def in_words(self) -> str:
        """What is kept, as people read it."""
        if is_group(self.kept):
            return group_in_words(self.kept, ValueNames(), depth=2)
        return condition_in_words(self.kept, ValueNames())

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
        return {"field": self.name, "op": self.op, "value": value}


@dataclass(slots=True)
class RuleForm:
    """A rule as it is edited. `errors` are by place, as `tickets.rules.clean` has them."""

    name: str = ""
    sentence: str = ""
    match: str = Match.ALL.value
    rows: list[Row] = field(default_factory=list)
    reason: str = Reason.RULE.value
    hand_over: bool = False
    team: str = ""
    skill: str = ""
    priority: str = ""
    text: str = ""
    emergency: bool = False
    offer_person: bool = False
    flag: str = ""
    page: list[str] = field(default_factory=list)
    tags: str = ""
    facts: str = ""
    note: str = ""
    errors: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, content: Content) -> RuleForm:
        """The form of a stored rule."""
        effects = Effects.of(content.actions)
        form = cls(
            name=content.name,
            sentence=content.sentence,
            match=content.match,
            reason=content.reason,
            rows=[_stored(index, each) for index, each in enumerate(content.conditions)],
            hand_over=effects.hand_over is not None,
            offer_person=effects.offer_person,
            flag=effects.flag,
            page=[str(pk) for pk in effects.page],
            tags=", ".join(effects.tags),
            facts="\n".join(f"{key}: {value}" for key, value in effects.facts.items()),
        )
        if (route := effects.hand_over) is not None:
            form.team, form.skill = str(route.team or ""), route.skill
            form.priority = str(route.priority.value) if route.priority else ""
            form.text, form.emergency = route.text, route.emergency
        return form

    @classmethod
    def sent(cls, data: QueryDict) -> RuleForm:
        """The form as a browser sent it, with the row that was added or taken out."""
        form = cls()
        for name in _LINES:
            setattr(form, name, data.get(name, ""))
        form.hand_over, form.emergency = "hand_over" in data, "emergency" in data
        form.offer_person, form.page = "offer_person" in data, data.getlist("page")
        number = int(rows) if (rows := data.get("rows", "")).isdecimal() and len(rows) < 4 else 0
        gone = data.get("remove", "")
        kept = [index for index in range(min(number, MOST_CONDITIONS + 5)) if str(index) != gone]
        form.rows = [_row_sent(place, index, data) for place, index in enumerate(kept)]
        if "add" in data or not form.rows:
            form.rows.append(Row(len(form.rows)))
        return form

    def values(self) -> dict[str, Any]:
        """What `actions.save_rule` takes."""
        done: dict[str, Any] = {
            "offer_person": self.offer_person,
            "flag": self.flag,
            "page": self.page,
            "tags": _parts(self.tags),
            "facts": _facts(self.facts),
        }
        if self.hand_over:
            route = ("team", "skill", "priority", "text", "emergency")
            done["hand_over"] = {name: getattr(self, name) for name in route}
        return {
            "name": self.name,
            "sentence": self.sentence,
            "match": self.match,
            "conditions": [row.condition for row in self._filled],
            "actions": done,
            "reason": self.reason,
        }

    def refuse(self, errors: Mapping[str, list[str]]) -> None:
        """Show what is wrong at its place. Rows without a field are not sent, and have no number."""
        self.errors = dict(errors)
        for number, row in enumerate(self._filled):
            place = f"conditions.{number}"
            inside = [each for each in self.errors if f"{each}.".startswith(f"{place}.")]
            row.errors = [text for each in inside for text in self.errors.pop(each)]

    @property
    def _filled(self) -> list[Row]:
        """The rows that are saved; one alone also if nothing is chosen, so that it is missed."""
        return [row for row in self.rows if row.is_filled or len(self.rows) == 1]

    @property
    def all_errors(self) -> list[tuple[str, str]]:
        """Every problem with the control that it is about."""
        found = [
            (_CONTROLS.get(place, "rule-conditions"), text)
            for place, texts in self.errors.items()
            for text in texts
        ]
        return found + [(f"field-{row.index}", text) for row in self.rows for text in row.errors]

    # --- what is offered

    @property
    def fields(self) -> list[tuple[str, list[Field]]]:
        """The fields in their groups, both as they were registered."""
        order = {str(each.group): None for each in all_fields()}
        ordered = sorted(all_fields(), key=lambda each: list(order).index(str(each.group)))
        return [
            (group, list(found)) for group, found in groupby(ordered, lambda each: str(each.group))
        ]

    @property
    def matches(self) -> list[Option]:
        return _options(Match.choices, self.match)

    @property
    def reasons(self) -> list[Option]:
        return _options(Reason.choices, self.reason)

    @property
    def priorities(self) -> list[Option]:
        return _options([("", _("as it is")), *Priority.choices], self.priority)

    @property
    def teams(self) -> list[Option]:
        there = Team.objects.values_list("pk", "name")
        return _options([("", _("the team that has it")), *there], self.team)

    @property
    def people(self) -> list[Option]:
        there = User.objects.filter(is_active=True, role__in=STAFF_ROLES).order_by("name", "email")
        options = [(str(user.pk), str(user), str(user.pk) in self.page) for user in there]
        known = {value for value, _label, _chosen in options}
        gone = [(pk, _("No longer here"), True) for pk in self.page if pk not in known]
        return options + gone

    @property
    def may_add(self) -> bool:
        return len(self.rows) < MOST_CONDITIONS


_LINES = (
    *("name", "sentence", "match", "reason", "team", "skill", "priority", "text"),
    *("flag", "tags", "facts", "note"),
)
# Where a problem is put right, for the list at the top of the page.
_CONTROLS = {
    "name": "rule-name",
    "sentence": "rule-sentence",
    "conditions": "rule-conditions",
    "actions": "rule-actions",
    "actions.team": "rule-team",
    "actions.priority": "rule-priority",
    "actions.text": "rule-text",
    "actions.page": "rule-page",
    "actions.tags": "rule-tags",
    "actions.facts": "rule-facts",
}


def opened_form(rule: EscalationRule | None) -> RuleForm:
    """The form as the page opens: the rule, or an empty one with one row that hands over."""
    if rule is not None:
        form = RuleForm.of(Content.of(rule))
        form.rows = form.rows or [Row(0)]
        return form
    return RuleForm(rows=[Row(0)], hand_over=True)


def _stored(index: int, condition: Any) -> Row:
    """The row of a stored condition, with the comparison that is offered for the same."""
    condition = condition if isinstance(condition, dict) else {}
    if is_group(condition) or condition.get("was"):
        return Row(index, kept=condition)
    name, op, value = str(condition.get("field")), str(condition.get("op")), condition.get("value")
    known = field_named(name)
    if known is None:
        return Row(index, name, op, _texts(value))
    if known.kind == "bool":
        return Row(index, name, "is", ["yes" if bool(value) is (op == "is") else "no"])
    return Row(index, name, _SAME.get(known.kind, {}).get(op, op), _texts(value))


def _row_sent(place: int, index: int, data: QueryDict) -> Row:
    """A row that was sent; where another field was chosen, with that field's first comparison."""
    if f"kept-{index}" in data:
        return Row(place, kept=_kept(data.get(f"kept-{index}", "")))
    name = data.get(f"field-{index}", "")
    op, values = data.get(f"op-{index}", ""), data.getlist(f"value-{index}")
    row = Row(place, name, op, values)
    if data.get(f"was-{index}", name) != name:
        row.op, row.values = "", []
    offered = [value for value, _label, _chosen in row.comparisons]
    if offered and row.op not in offered:
        row.op = offered[0]
    if row.control == "text":
        row.values = [part for value in row.values for part in _parts(value)]
    return row


def _kept(sent: str) -> Any:
    """What was shown in words; {} for what no page of ours sent, which saving then refuses."""
    try:
        found = json.loads(sent)
        readable = isinstance(found, dict) and storable(json.dumps(found, ensure_ascii=False))
    except (ValueError, RecursionError):
        return {}
    return found if readable and "\\u0000" not in sent else {}


def _options(choices: Iterable[tuple[Any, Any]], chosen: str) -> list[Option]:
    return [(str(value), str(label), str(value) == chosen) for value, label in choices]


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.replace("\n", ",").split(",") if part.strip()]


def _facts(text: str) -> dict[str, str]:
    """Lines of "name: value"; a line without a value is kept, so that it is complained about."""
    lines = (line.partition(":") for line in text.splitlines() if line.strip())
    return {key.strip(): value.strip() for key, _colon, value in lines}


def _texts(value: Any) -> list[str]:
    found = value if isinstance(value, list) else [value]
    return [str(each) for each in found if each is not None]
