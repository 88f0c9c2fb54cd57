"""The operators of a search: each names a field of the condition language, or a part of the search.

`status:open` is a condition like those of rules and lists. What an operator takes as its value is
written as people say it (the name of a team, "me"), and becomes the field's value here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tickets.conditions import field_named
from tickets.models import Channel, Priority, Tier, Turn, User
from tickets.models.states import ENDED
from tickets.search.words import words_of

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Condition = dict[str, Any]
LAST_MESSAGE = "last_message"
ME = "me"
SHOWN = 8  # values that an error names

STATES: dict[str, tuple[StrOrPromise, list[Turn]]] = {
    "open": (gettext_lazy("everything that is not closed"), [t for t in Turn if t not in ENDED]),
    "waiting": (gettext_lazy("waits for a person"), [Turn.QUEUE]),
    "agent": (gettext_lazy("an agent has the turn"), [Turn.AGENT]),
    "customer": (gettext_lazy("waits for the customer"), [Turn.CUSTOMER]),
    "assistant": (gettext_lazy("the assistant has the turn"), [Turn.ASSISTANT]),
    "closed": (gettext_lazy("is resolved"), [Turn.CLOSED]),
}
AUTHORS = {"customer": "B", "agent": "C", "assistant": "D"}


class Misread(ValueError):
    """A search that cannot be read; the message says what to do instead."""


@dataclass(frozen=True, slots=True)
class Operator:
    """`name:` in a search, with what it is for.

    `compile` makes conditions of the values, of which any may hold; it gets who asks, for "me".
    """

    name: str
    help: StrOrPromise
    example: str
    compile: Callable[[list[str], User | None], Condition] | None = None


_PAIRS = (
    *(("any_of", "none_of"), ("is", "is_not"), ("since", "before")),
    *(("at_least", "less_than"), ("at_most", "more_than")),
)
_OPPOSITE = {"contains": "none_of", **dict(_PAIRS), **{right: left for left, right in _PAIRS}}


def negated(condition: Condition) -> Condition:
    """The opposite of one of these conditions. What is unknown is neither."""
    return {**condition, "op": _OPPOSITE[condition["op"]]}


def moment(value: str, name: str) -> datetime:
    """The beginning of a day, in the viewer's zone: a date, "today" or "7d" ago. Raises Misread."""
    try:
        day = _day(value)
        begins = datetime.combine(day, time(), timezone.get_current_timezone())
        return begins.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Misread(
            _("Write the day as year-month-day, for example %(example)s.")
            % {"example": f"{name}:2026-10-01"}
        ) from None


def _day(value: str) -> date:
    if value == "today":
        return timezone.localdate()
    if re.fullmatch(r"[0-9]{1,4}d", value):
        return timezone.localdate() - timedelta(days=int(value[:-1]))
    return date.fromisoformat(value)


def author(value: str) -> str:
    """The weight in which somebody's words are indexed. Raises Misread."""
    found = AUTHORS.get(value.lower())
    if found is None:
        raise no_such_value("from", value, AUTHORS)
    return found


def _before(values: list[str], user: User | None) -> Condition:
    return {"field": LAST_MESSAGE, "op": "before", "value": _one_day(values, "before")}


def _after(values: list[str], user: User | None) -> Condition:
    return {"field": LAST_MESSAGE, "op": "since", "value": _one_day(values, "after")}


def _one_day(values: list[str], name: str) -> str:
    if len(values) > 1:
        raise without_minus(name)
    return moment(values[0], name).isoformat()


def without_minus(name: str) -> Misread:
    """What to say where only the plain operator has a meaning."""
    return Misread(_("Write %(name)s without a minus and with one value.") % {"name": f"{name}:"})


def _status(values: list[str], user: User | None) -> Condition:
    """Whose turn it is, by the words for it; or a status that an admin added, by its name."""
    states = [value.lower() for value in values if value.lower() in STATES]
    if states and len(states) < len(values):
        raise Misread(
            _("Write states like %(known)s and your own statuses in two searches, not in one list.")
            % {"known": ", ".join(STATES)}
        )
    if states:
        turns = [str(turn) for state in states for turn in STATES[state][1]]
        return {"field": "turn", "op": "any_of", "value": turns}
    known = {tuple(words_of(label)): key for key, label in _choices("status")}
    for value in values:
        if tuple(words_of(value)) not in known:
            names = [label for _key, label in _choices("status")]
            raise no_such_value("status", value, [*STATES, *names])
    return {
        "field": "status",
        "op": "any_of",
        "value": [known[tuple(words_of(value))] for value in values],
    }


def _assignee(values: list[str], user: User | None) -> Condition:
    found: list[str] = []
    for value in values:
        if value.lower() == ME and user is not None:
            found.append(str(user.pk))
        else:
            found += _keys("assignee", value, parts=True)
    return {"field": "assignee", "op": "any_of", "value": found}


def _team(values: list[str], user: User | None) -> Condition:
    found = [key for value in values for key in _keys("team", value)]
    return {"field": "team", "op": "any_of", "value": found}


def _keys(field: str, value: str, *, parts: bool = False) -> list[str]:
    """The keys of the choices with this name, or with this word in their name. Raises Misread."""
    known = _choices(field)
    wanted = words_of(value)
    found = [key for key, label in known if words_of(label) == wanted]
    if not found and parts and wanted:
        found = [key for key, label in known if set(wanted) <= set(words_of(label))]
    if not found:
        raise no_such_value(field, value, [label for _key, label in known])
    return found


def _choices(name: str) -> list[tuple[str, str]]:
    field = field_named(name)
    assert field is not None
    return field.all_choices()


def _tag(values: list[str], user: User | None) -> Condition:
    return {"field": "tags", "op": "any_of", "value": values}


def _org(values: list[str], user: User | None) -> Condition:
    return {"field": "organization", "op": "contains", "value": values}


def _customer(values: list[str], user: User | None) -> Condition:
    return {"field": "customer", "op": "contains", "value": values}


def _channel(values: list[str], user: User | None) -> Condition:
    return _of_choices("channel", "channel", values, {str(c): str(c) for c in Channel})


def _priority(values: list[str], user: User | None) -> Condition:
    return _of_choices(
        "priority", "priority", values, {one.name.lower(): str(one.value) for one in Priority}
    )


def _tier(values: list[str], user: User | None) -> Condition:
    return _of_choices("tier", "tier", values, {str(tier): str(tier) for tier in Tier})


def _of_choices(name: str, field: str, values: list[str], known: dict[str, str]) -> Condition:
    for value in values:
        if value.lower() not in known:
            raise no_such_value(name, value, known)
    return {"field": field, "op": "any_of", "value": [known[value.lower()] for value in values]}


def _has(values: list[str], user: User | None) -> Condition:
    for value in values:
        if value.lower() not in ("attachment", "attachments", "file", "files"):
            raise no_such_value("has", value, ["attachment"])
    return {"field": "has_files", "op": "is", "value": True}


def no_such_value(name: str, value: str, known: Iterable[object]) -> Misread:
    """What to say of a value that there is not (any more)."""
    shown = list(map(str, known))
    listed = ", ".join(shown[:SHOWN]) + (", …" if len(shown) > SHOWN else "")
    return Misread(
        _("“%(value)s” is nothing that %(name)s can be. Choose one of these: %(known)s.")
        % {"name": f"{name}:", "value": value[:60], "known": listed}
    )


OPERATORS = {
    operator.name: operator
    for operator in (
        Operator("status", gettext_lazy("whose turn it is, or a status"), "status:open", _status),
        Operator(
            "assignee", gettext_lazy("who has it: a name, me or nobody"), "assignee:me", _assignee
        ),
        Operator("team", gettext_lazy("which team has it"), 'team:"Returns"', _team),
        Operator("tag", gettext_lazy("a tag that it has"), "tag:refund", _tag),
        Operator(
            "customer",
            gettext_lazy("a customer’s name or address"),
            "customer:maya",
            _customer,
        ),
        Operator("org", gettext_lazy("the customer’s organisation"), 'org:"Acme"', _org),
        Operator("tier", gettext_lazy("the customer’s tier"), "tier:premier", _tier),
        Operator("channel", gettext_lazy("by which way it came"), "channel:email", _channel),
        Operator("priority", gettext_lazy("how urgent it is"), "priority:high", _priority),
        Operator("has", gettext_lazy("files that came with it"), "has:attachment", _has),
        Operator("from", gettext_lazy("whose words to look in"), "from:customer"),
        Operator(
            "before",
            gettext_lazy("the last words are older than a day, or than so many (7d)"),
            "before:2026-10-01",
            _before,
        ),
        Operator(
            "after",
            gettext_lazy("the last words are of that day or later"),
            "after:2026-10-01",
            _after,
        ),
    )
}
