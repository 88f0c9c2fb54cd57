"""Conditions in words: "the feeling is angry or distressed"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tickets.conditions.fields import Field, field_named
from tickets.conditions.groups import is_group, members
from tickets.conditions.operators import text_of
from tickets.models import Match

_COMPARED = {
    "at_least": gettext_lazy("the %(field)s is at least %(values)s"),
    "at_most": gettext_lazy("the %(field)s is at most %(values)s"),
    "more_than": gettext_lazy("the %(field)s is more than %(values)s"),
    "less_than": gettext_lazy("the %(field)s is less than %(values)s"),
    "since": gettext_lazy("the %(field)s is %(values)s or later"),
    "before": gettext_lazy("the %(field)s is before %(values)s"),
}


class ValueNames:
    """The names of the values that conditions look for, each field's asked for once."""

    def __init__(self) -> None:
        self._choices: dict[str, dict[str, str]] = {}

    def value(self, field: Field, value: Any) -> str:
        """A value of a field as people say it, in quotation marks if it is free."""
        text = text_of(value)
        if not field.has_choices:
            return (
                text if field.kind in ("number", "moment") else _("“%(value)s”") % {"value": text}
            )
        if field.name not in self._choices:
            self._choices[field.name] = dict(field.all_choices())
        found = self._choices[field.name].get(text)
        return lowered(found) if found else _("“%(value)s” (no longer there)") % {"value": text}


def group_in_words(group: Any, names: ValueNames, *, depth: int = 1) -> str:
    """All conditions of a group; a group in it stands in brackets. "" if there are none."""
    found = [member_in_words(each, names, depth=depth + 1) for each in members(group, depth)]
    any_is_enough = found and group.get("match") == Match.ANY
    return joined(found, _("or") if any_is_enough else _("and"))


def member_in_words(member: Any, names: ValueNames, *, depth: int = 2) -> str:
    """What stands in a group: a condition, or another group, in brackets."""
    if not is_group(member):
        return condition_in_words(member, names)
    return f"({group_in_words(member, names, depth=depth) or _('nothing, so never')})"


def condition_in_words(condition: Any, names: ValueNames) -> str:
    """One condition: "the feeling is angry or distressed"."""
    condition = condition if isinstance(condition, Mapping) else {}
    if condition.get("was") is True:
        plain = {key: value for key, value in condition.items() if key != "was"}
        return _("previously: %(condition)s") % {"condition": condition_in_words(plain, names)}
    field, op, value = (condition.get(key) for key in ("field", "op", "value"))
    known = field_named(field)
    if known is None:
        return _("“%(name)s”, which is no longer there, holds (so never)") % {
            "name": text_of(field)
        }
    if known.kind == "bool":
        return _bool_in_words(known, bool(value) is (op == "is"))
    values = value if isinstance(value, list) else [value]
    shown = [names.value(known, each) for each in values]
    words = {"field": known.label, "values": joined(shown, _("or"))}
    if known.says:
        return str(known.says[1 if op in ("is_not", "none_of") else 0]) % words
    if known.kind in ("list", "words") or op == "contains":
        return _contents_in_words(known, str(op), words)
    if op in _COMPARED:
        return str(_COMPARED[op]) % words
    if op in ("is_not", "none_of"):
        return _("the %(field)s is not %(values)s") % words
    return _("the %(field)s is %(values)s") % words


def _bool_in_words(field: Field, holds: bool) -> str:
    if field.says:
        return str(field.says[0 if holds else 1])
    words = {"field": field.label}
    return _("“%(field)s” is so") % words if holds else _("“%(field)s” is not so") % words


def _contents_in_words(field: Field, op: str, words: dict[str, Any]) -> str:
    if field.kind == "list":
        if op == "none_of":
            return _("no %(field)s is %(values)s") % words
        return _("a %(field)s is %(values)s") % words
    if op == "none_of":
        return _("the %(field)s does not contain %(values)s") % words
    return _("the %(field)s contains %(values)s") % words


def joined(parts: Sequence[str], word: str) -> str:
    """ "a, b and c"."""
    if len(parts) < 2:
        return parts[0] if parts else ""
    return f"{', '.join(parts[:-1])} {word} {parts[-1]}"


def lowered(label: str) -> str:
    """A label inside a sentence; names like "API" stay as they are."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]
