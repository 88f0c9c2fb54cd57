"""Conditions and groups of them, which are data: evaluated on a situation, or asked of the database.

A condition is `{"field", "op", "value"}`, and looks at the value that the field had before the event
with `"was": true`. A group is `{"match": "all" | "any", "conditions": [...]}`; it may hold groups.

Whatever is stored, nothing here breaks on it: a condition that cannot be read (a field that nobody
registers any more, a value that fits no more) does not hold, nor does a group without conditions or
one that is nested too deep.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import reduce
from operator import and_, or_
from typing import Any

from django.db.models import Q
from django.utils import timezone

from tickets.conditions.fields import Field, field_named
from tickets.conditions.operators import KINDS, texts_of
from tickets.conditions.values import Situation
from tickets.models.rules import Match
from tickets.models.tickets import TicketQuerySet

Condition = dict[str, Any]
Group = Mapping[str, Any]

DEEPEST = 3  # groups in each other, with the outermost
MOST_EVIDENCE = 6  # pieces that are kept
LONGEST_EVIDENCE = 200  # characters of each


class NotAskable(ValueError):
    """The database cannot be asked this: the field, or its value of before, exists at a turn only."""


def is_group(condition: Any) -> bool:
    return isinstance(condition, Mapping) and "conditions" in condition


def members(group: Any, depth: int) -> list[Any]:
    """What a group at this depth holds; nothing of one that cannot be read, or is nested too deep."""
    conditions = group.get("conditions") if isinstance(group, Mapping) else None
    return conditions if isinstance(conditions, list) and depth <= DEEPEST else []


def evaluate(group: Any, situation: Situation, before: Situation | None = None) -> list[str] | None:
    """What shows that a group holds: the customer's words, or values; None if it does not hold.

    `before` is the situation before the event that is looked at; without one, no condition on what
    a value was holds.
    """
    evidence = _group_holds(group, situation, before or {}, 1)
    if evidence is None:
        return None
    cut = (" ".join(piece.split())[:LONGEST_EVIDENCE] for piece in evidence)
    return list(dict.fromkeys(piece for piece in cut if piece))[:MOST_EVIDENCE]


def matching(tickets: TicketQuerySet, group: Any, *, now: datetime | None = None) -> TicketQuerySet:
    """Those of the tickets for which a group holds: the same ones as `evaluate` finds one by one.

    Raises:
        NotAskable: it looks at something that exists at a turn only.
    """
    return tickets.filter(as_query(group, now=now))


def as_query(group: Any, *, now: datetime | None = None, of_customer: bool = False) -> Q:
    """The same as a condition on the tickets, to be put beside others; or on customers. Raises NotAskable."""
    return _group_asks(group, now or timezone.now(), 1, of_customer)


def at_most(group: Any, *, now: datetime) -> Q:
    """A condition that holds for all tickets for which a group holds, and perhaps for others.

    What lists cannot be asked for is left out, or narrowed down by the field that bounds it.
    """
    return _group_bounds(group, now, 1)


def conditions_of(group: Any) -> Iterator[Condition]:
    """Every condition of a group and of the groups in it, as far as they can be read."""
    yield from _conditions(group, 1)


def fields_of(group: Any) -> set[str]:
    """The names of the fields that a group looks at, and of those that they follow from."""
    names = {str(condition.get("field")) for condition in conditions_of(group)}
    known = [found for name in names if (found := field_named(name)) is not None]
    return names.union(*(found.derived_from for found in known))


# --- a situation


def _group_holds(
    group: Any, situation: Situation, before: Situation, depth: int
) -> list[str] | None:
    conditions = members(group, depth)
    evidence: list[str] = []
    held = 0
    for condition in conditions:
        if is_group(condition):
            shown = _group_holds(condition, situation, before, depth + 1)
        else:
            shown = _holds(condition, situation, before)
        if shown is None:
            if group.get("match") != Match.ANY:
                return None
            continue
        held += 1
        evidence += shown
    return evidence if held else None


def _holds(condition: Any, situation: Situation, before: Situation) -> list[str] | None:
    """What shows one condition, [] if nothing but that it holds; None if it does not hold."""
    field = _readable(condition)
    if field is None:
        return None
    value = (before if condition.get("was") is True else situation).get(field.name)
    if value is None or value.value is None:
        return None
    op, wanted = field.compared(condition["op"], condition["value"])
    found = KINDS[field.kind].holds(op, wanted, value.value)
    if found is None:
        return None
    return found or list(value.evidence) or [_in_words(field, value.value)]


def _in_words(field: Field, value: Any) -> str:
    """A value for whoever reads why; choices that are rows of the database stay as they are."""
    fixed = () if callable(field.choices) else field.choices
    names = {str(key): str(name) for key, name in fixed}
    if field.kind == "bool":
        return str(field.says[0 if value else 1] if field.says else field.label)
    if field.kind == "words":
        return ""
    shown = ", ".join(names.get(text, text) for text in texts_of(value))
    return f"{field.label}: {shown}" if shown else ""


# --- the database


def _group_asks(group: Any, now: datetime, depth: int, of_customer: bool) -> Q:
    asked = [
        _group_asks(each, now, depth + 1, of_customer)
        if is_group(each)
        else _asks(each, now, of_customer)
        for each in members(group, depth)
    ]
    if not asked:
        return Q(pk__in=[])
    return reduce(or_ if group.get("match") == Match.ANY else and_, asked)


def _asks(condition: Any, now: datetime, of_customer: bool) -> Q:
    field = _readable(condition)
    if field is None:
        return Q(pk__in=[])
    if condition.get("was") is True:
        raise NotAskable(f"What “{field.name}” was before is known at an event only.")
    query = field.of_customer if of_customer else field.query
    if query is None:
        raise NotAskable(
            f"“{field.name}” is known at a turn only, and no list can be asked for it."
        )
    op, wanted = field.compared(condition["op"], condition["value"])
    return KINDS[field.kind].asks(op, wanted, query(now), field.key)


def _group_bounds(group: Any, now: datetime, depth: int) -> Q:
    asked = [
        _group_bounds(each, now, depth + 1) if is_group(each) else _bounds(each, now)
        for each in members(group, depth)
    ]
    if not asked:
        return Q(pk__in=[])
    if group.get("match") != Match.ANY:
        return reduce(and_, asked)
    # `Q() | other` is `other`, but whoever may hold for all holds for all.
    return reduce(or_, asked) if all(asked) else Q()


def _bounds(condition: Any, now: datetime) -> Q:
    field = _readable(condition)
    if field is None:
        return Q(pk__in=[])
    if condition.get("was") is True:
        return Q()
    if field.query is not None:
        return _asks(condition, now, False)
    bound = field_named(field.bound)
    if bound is None or condition["op"] not in ("at_least", "more_than"):
        return Q()
    return _asks({**condition, "field": bound.name}, now, False)


# --- what is stored


def _readable(condition: Any) -> Field | None:
    """The field of a condition that can be compared; None if it cannot."""
    if not isinstance(condition, Mapping):
        return None
    field = field_named(condition.get("field"))
    if field is None or condition.get("value") is None:
        return None
    return field if condition.get("op") in field.operators else None


def _conditions(group: Any, depth: int) -> Iterator[Condition]:
    for each in members(group, depth):
        if is_group(each):
            yield from _conditions(each, depth + 1)
        elif isinstance(each, Mapping):
            yield dict(each)
