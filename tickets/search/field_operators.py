"""An operator for every field of the condition language, by the field's own name.

`snoozed:yes`, `turns:>=3`, `opened:<2026-10-01`, `custom.size:Large`: whoever registers a field has
one. Those that people use most have short names of their own in `operators`, which come first.
"""

from __future__ import annotations

import re
from typing import Any

from django.utils.translation import gettext as _

from tickets.conditions import Field, all_fields, field_named
from tickets.conditions.custom_fields import PREFIX
from tickets.conditions.records import PREFIX as RECORD
from tickets.models import Record, User
from tickets.models.records import reference_key
from tickets.search.operators import (
    OPERATORS,
    Condition,
    Misread,
    Operator,
    moment,
    no_such_value,
)
from tickets.search.words import words_of

# They have another name in a search.
_CALLED_OTHERWISE = {"turn", "tags", "organization", "has_files"}
_COMPARED = re.compile(r"(>=|<=|>|<|)\s*(.*)", re.DOTALL)
_NUMBERS = {
    ">=": "at_least",
    "<=": "at_most",
    ">": "more_than",
    "<": "less_than",
    "": "is",
}
_YES = {"yes": True, "true": True, "no": False, "false": False}


def operator_named(name: str) -> Operator | None:
    """The operator of this name; None where there is neither one nor a field."""
    if (known := OPERATORS.get(name)) is not None:
        return known
    field = field_named(name) or field_named(f"{RECORD}{name}")
    if field is not None:
        return _operator_of(field)
    if name.startswith((PREFIX, RECORD)):
        raise Misread(
            _("There is no field %(name)s any more, so nothing is found by it.")
            % {"name": name[:60]}
        )
    return None


def all_operators() -> list[Operator]:
    """Those with names of their own, then a field's each, as far as a list can be asked for it."""
    others = [
        _operator_of(field)
        for field in all_fields()
        if field.query is not None
        and field.name not in OPERATORS
        and field.name not in _CALLED_OTHERWISE
    ]
    return [*OPERATORS.values(), *others]


def values_of(field: Field) -> list[tuple[str, str]]:
    """What may stand behind a field's operator, as it is written, with what it means."""
    if field.kind == "bool":
        says = field.says or (_("yes"), _("no"))
        return [("yes", str(says[0])), ("no", str(says[1]))]
    if not field.has_choices:
        return []
    return [(label, "") for _key, label in field.all_choices()]


def _operator_of(field: Field) -> Operator:
    name = _name_of(field)

    def compile(values: list[str], user: User | None) -> Condition:  # noqa: A001 - as it is called
        if field.query is None:
            raise Misread(
                _("%(name)s is known while somebody writes only: no list can be made of it.")
                % {"name": f"{field.name}:"}
            )
        if _is_of_references(field):
            return {"field": field.name, "op": "any_of", "value": _as_written(field, values)}
        return {"field": field.name, **_compared(field, values)}

    return Operator(name, field.label, f"{name}:{_example(field)}", compile)


def _is_of_references(field: Field) -> bool:
    """Whether it is the references of the records of a type: `record.order`."""
    return field.name.startswith(RECORD) and field.name.count(".") == 1


def _name_of(field: Field) -> str:
    """Records are looked for by the key of their type, unless something else is called so: `order:`."""
    short = field.name.removeprefix(RECORD)
    free = short not in OPERATORS and field_named(short) is None
    return short if _is_of_references(field) and free else field.name


def _as_written(field: Field, values: list[str]) -> list[str]:
    """References as their records have them, however they were typed; what there is none of, as typed."""
    by_key = {reference_key(value): value for value in values}
    there = Record.objects.filter(
        type__key=field.name.removeprefix(RECORD), reference_key__in=by_key
    ).values_list("reference_key", "reference")
    return list({**by_key, **dict(there)}.values())


def _example(field: Field) -> str:
    if field.kind == "level":
        return ">=confirmed"
    if field.has_choices:
        choices = field.choices if not callable(field.choices) else ()
        return str(next(iter(choices), ("…",))[0]) if choices else "…"
    return {"bool": "yes", "number": ">=3", "moment": ">=2026-10-01"}.get(field.kind, "…")


def _compared(field: Field, values: list[str]) -> Condition:
    """The operator and the value of a condition. Raises Misread."""
    if field.kind in ("bool", "number", "moment"):
        if len(values) > 1:
            raise Misread(_("Write one value after %(name)s.") % {"name": f"{field.name}:"})
        return _ONE[field.kind](field, values[0])
    if not field.has_choices:
        return {"op": "contains" if field.kind == "words" else "any_of", "value": values}
    known = field.all_choices()
    if field.kind == "level" and len(values) == 1:
        sign, level = _split(values[0])
        if sign:
            return {"op": _NUMBERS[sign], "value": _keys(field, known, level)[0]}
    return {"op": "any_of", "value": [key for one in values for key in _keys(field, known, one)]}


def _keys(field: Field, known: list[tuple[str, str]], value: str) -> list[str]:
    folded, wanted = value.casefold(), words_of(value)
    found = [key for key, label in known if key == folded and not key.isdecimal()]
    found = found or [key for key, label in known if words_of(label) == wanted]
    found = found or [key for key, _label in known if key == value]
    if not found:
        raise no_such_value(field.name, value, [label for _key, label in known])
    return found


def _bool(field: Field, value: str) -> Condition:
    if value.lower() not in _YES:
        raise no_such_value(field.name, value, ["yes", "no"])
    return {"op": "is", "value": _YES[value.lower()]}


def _number(field: Field, value: str) -> Condition:
    sign, number = _split(value)
    if not re.fullmatch(r"-?[0-9]{1,12}(\.[0-9]{1,6})?", number):
        raise Misread(
            _("Write a number, for example %(example)s.") % {"example": f"{field.name}:>=3"}
        )
    found = float(number)
    return {"op": _NUMBERS[sign], "value": int(found) if found == int(found) else found}


def _moment(field: Field, value: str) -> Condition:
    sign, day = _split(value)
    if sign not in (">=", "<"):
        raise Misread(
            _("Write from or until which day: %(since)s or %(before)s.")
            % {"since": f"{field.name}:>=2026-10-01", "before": f"{field.name}:<7d"}
        )
    begins = moment(day, field.name)
    return {"op": "since" if sign == ">=" else "before", "value": begins.isoformat()}


def _split(value: str) -> tuple[str, str]:
    found: Any = _COMPARED.fullmatch(value)
    return found[1], found[2].strip()


_ONE = {"bool": _bool, "number": _number, "moment": _moment}
