"""What conditions may say: checked and put in order before they are saved, by whoever saves them.

What is wrong is told by place: `conditions` (as a whole), `conditions.0` (the first), `conditions.0.2`
(the third of the group that stands first). Each text says what to do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import isfinite
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from tickets.conditions.fields import Field, ticket_field
from tickets.conditions.groups import DEEPEST, Condition, is_group
from tickets.conditions.operators import OF_MANY, moment_of, text_of
from tickets.intake import text
from tickets.models import Match

MOST_CONDITIONS = 20  # in all the groups together
MOST_VALUES = 50  # of one condition
LONGEST_VALUE = 100  # characters

Problems = dict[str, list[str]]
Named = Callable[[object], Field | None]  # which fields there are


def clean_group(group: Any, *, named: Named = ticket_field) -> dict[str, Any]:
    """A group with everything in it, complete and in its plainest form; of fields that are `named`.

    Raises:
        ValidationError: it would make no sense, or not work; the messages are by place.
    """
    problems: Problems = {}
    group = group if isinstance(group, Mapping) else {}
    found = {
        "match": _match(group.get("match", Match.ALL.value), "match", problems),
        "conditions": clean_conditions(group.get("conditions"), problems, named),
    }
    if problems:
        raise ValidationError(dict(problems))
    return found


def clean_conditions(
    conditions: Any, problems: Problems, named: Named = ticket_field
) -> list[Condition]:
    """The conditions of the outermost group, each complete; what is wrong is added to `problems`."""
    if not isinstance(conditions, list | tuple) or not conditions:
        problems["conditions"] = [_("Add at least one condition: without any it never holds.")]
        return []
    if _count(conditions, 1) > MOST_CONDITIONS:
        problems["conditions"] = [
            _("Use at most %(most)d conditions in all.") % {"most": MOST_CONDITIONS}
        ]
        return []
    return _members(conditions, "conditions", problems, 1, named)


def _members(
    conditions: list[Any] | tuple[Any, ...],
    place: str,
    problems: Problems,
    depth: int,
    named: Named,
) -> list[Condition]:
    found = []
    for index, condition in enumerate(conditions):
        here = f"{place}.{index}"
        if is_group(condition):
            found.append(_group(condition, here, problems, depth + 1, named))
            continue
        try:
            found.append(clean_condition(condition, named))
        except ValidationError as error:
            problems[here] = error.messages
    return found


def _group(
    group: Mapping[str, Any], place: str, problems: Problems, depth: int, named: Named
) -> Condition:
    """A group in a group."""
    conditions = group["conditions"]
    if depth > DEEPEST:
        problems[place] = [
            _("Nest groups at most %(most)d deep, with the outermost.") % {"most": DEEPEST}
        ]
        return {}
    if not isinstance(conditions, list | tuple) or not conditions:
        problems[place] = [_("Add at least one condition: without any it never holds.")]
        return {}
    return {
        "match": _match(group.get("match", Match.ALL.value), place, problems),
        "conditions": _members(conditions, place, problems, depth, named),
    }


def _match(value: Any, place: str, problems: Problems) -> str:
    if value not in Match.values:
        problems[place] = [_("Choose one of the values that are offered.")]
        return ""
    return str(value)


def _count(conditions: list[Any] | tuple[Any, ...], depth: int) -> int:
    """How many conditions there are, with the groups themselves; no deeper than groups may be."""
    inner = (each["conditions"] for each in conditions if is_group(each) and depth < DEEPEST)
    return len(conditions) + sum(
        _count(each, depth + 1) - 1 for each in inner if isinstance(each, list | tuple)
    )


def clean_condition(condition: Any, named: Named = ticket_field) -> Condition:
    """One condition in its plainest form: "is any of" a single value becomes "is".

    Raises:
        ValidationError: the field is unknown, or the operator or the value does not fit it.
    """
    if not isinstance(condition, Mapping):
        raise ValidationError(_("A condition is a field, an operator and a value."))
    field = named(condition.get("field"))
    if field is None:
        if not condition.get("field"):
            raise ValidationError(_("Choose what to look at."))
        raise ValidationError(
            _("There is nothing called “%(name)s” to look at. Choose something else.")
            % {"name": _line(condition.get("field"), 60)}
        )
    op = condition.get("op")
    if op not in field.operators:
        raise ValidationError(
            _("“%(field)s” cannot be compared in this way. Choose another comparison.")
            % {"field": field.label}
        )
    value = _VALUES[field.kind](field, str(op), condition.get("value"))
    if op == "any_of" and field.kind != "list" and len(value) == 1:
        op, value = "is", value[0]
    elif op == "none_of" and field.kind in ("choice", "level", "text") and len(value) == 1:
        op, value = "is_not", value[0]
    found = {"field": field.name, "op": op, "value": value}
    return found | {"was": True} if condition.get("was") else found


# --- values, by the kind of their field


def _bool_value(field: Field, op: str, value: Any) -> bool:
    if value in (True, "true", "yes", "1", "on"):
        return True
    if value in (False, "false", "no", "0"):
        return False
    raise ValidationError(_("Choose yes or no."))


def _number_value(field: Field, op: str, value: Any) -> float | int:
    try:
        number = float(value.strip().replace(",", ".") if isinstance(value, str) else value)
    except (TypeError, ValueError, OverflowError):
        number = float("nan")
    if isinstance(value, bool) or not isfinite(number) or abs(number) > 1e12:
        raise ValidationError(_("Write a number."))
    if field.low is not None and number < field.low:
        raise ValidationError(_("Write a number of at least %(low)s.") % {"low": _plain(field.low)})
    if field.high is not None and number > field.high:
        raise ValidationError(
            _("Write a number of at most %(high)s.") % {"high": _plain(field.high)}
        )
    return _plain(number)


def _moment_value(field: Field, op: str, value: Any) -> str:
    found = _texts_of(value)
    if len(found) != 1 or moment_of(found[0]) is None:
        raise ValidationError(_("Write the day as year-month-day, for example 2026-10-01."))
    return found[0]


def _choice_value(field: Field, op: str, value: Any) -> Any:
    allowed = [key for key, _label in field.all_choices()] if field.has_choices else None
    found = _texts_of(value)
    if allowed is not None:
        # In the order in which they are offered; "" is a choice of some fields.
        each_alone = value if isinstance(value, list | tuple) else [value]
        wanted = {each if isinstance(each, str) else text_of(each) for each in each_alone}
        unknown = sorted(wanted - set(allowed))
        if unknown and unknown != [""]:
            raise ValidationError(
                _("“%(value)s” is none of the values of “%(field)s”. Choose again.")
                % {"value": _line(unknown[0], 60), "field": field.label}
            )
        found = [key for key in allowed if key in wanted]
    if not found:
        raise ValidationError(_("Choose at least one value."))
    if op not in OF_MANY and op != "contains":
        if len(found) > 1:
            raise ValidationError(_("Choose one value only."))
        return found[0]
    return found


def _words_value(field: Field, op: str, value: Any) -> list[str]:
    found = _texts_of(value)
    if not found:
        raise ValidationError(_("Write the words to look for, with commas between them."))
    return found


def _texts_of(value: Any) -> list[str]:
    values = list(value) if isinstance(value, list | tuple) else [value]
    found = list(dict.fromkeys(line for each in values if (line := _line(each, 400))))
    if len(found) > MOST_VALUES:
        raise ValidationError(_("Use at most %(most)d values.") % {"most": MOST_VALUES})
    if any(len(each) > LONGEST_VALUE for each in found):
        raise ValidationError(
            _("Keep each value under %(most)d characters.") % {"most": LONGEST_VALUE}
        )
    return found


_VALUES: dict[str, Callable[[Field, str, Any], Any]] = {
    "bool": _bool_value,
    "number": _number_value,
    "moment": _moment_value,
    "choice": _choice_value,
    "level": _choice_value,
    "list": _choice_value,
    "text": _choice_value,
    "words": _words_value,
}


def _line(value: Any, limit: int) -> str:
    return text.line(value, limit=limit) if isinstance(value, str) else ""


def _plain(number: float) -> float | int:
    return int(number) if number == int(number) else number
