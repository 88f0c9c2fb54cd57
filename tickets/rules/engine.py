"""The decision: which rules hold for what was seen, and what follows from them.

Pure: nothing is written here, and nothing asked but the active rules. A rule that cannot be read (a
field that nobody registers any more, a value that fits no more) does not hold, and breaks nothing.
Every rule is looked at once, against what was seen before any of them did something, so that no
rule can set off another in the same turn.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain
from typing import Any

from knowledgebase.lately import Lately
from tickets.models import EscalationRule, Match
from tickets.rules.effects import Effects, HandOverTo
from tickets.rules.fields import Field, all_fields, field_named
from tickets.rules.seen import Seen

MOST_EVIDENCE = 6  # pieces that a firing keeps
LONGEST_EVIDENCE = 200  # characters of each


@dataclass(frozen=True, slots=True)
class Fired:
    """A rule that holds, and what shows it: the customer's words, or a value in words."""

    rule: EscalationRule
    evidence: list[str]

    @property
    def effects(self) -> Effects:
        return Effects.of(self.rule.actions)

    @property
    def route(self) -> HandOverTo | None:
        """Where it hands over to; None if it does not hand over."""
        return self.effects.hand_over


@dataclass(frozen=True, slots=True)
class Verdict:
    """All rules that hold, in their order."""

    firings: list[Fired] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.firings)

    @property
    def hand_over(self) -> Fired | None:
        """The first one that hands over: it decides."""
        return next((fired for fired in self.firings if fired.route is not None), None)

    @property
    def flag(self) -> str:
        """Why the answer is to be looked at; "" if it need not be."""
        return "; ".join(
            dict.fromkeys(flag for each in self.firings if (flag := each.effects.flag))
        )[:200]

    @property
    def offer_person(self) -> bool:
        return any(fired.effects.offer_person for fired in self.firings)

    @property
    def pages(self) -> list[int]:
        """The keys of the people to call, each once."""
        return list(dict.fromkeys(chain(*(fired.effects.page for fired in self.firings))))

    @property
    def tags(self) -> list[str]:
        return list(dict.fromkeys(chain(*(fired.effects.tags for fired in self.firings))))

    @property
    def facts(self) -> dict[str, str]:
        """Facts to note; the first rule's word counts."""
        found: dict[str, str] = {}
        for fired in self.firings:
            for key, value in fired.effects.facts.items():
                found.setdefault(key, value)
        return found


def active_rules() -> list[EscalationRule]:
    """The rules that are switched on, in their order. One query."""
    return list(EscalationRule.objects.filter(active=True).order_by("position", "pk"))


# For what is decided many times a second; what an admin changes counts a second later.
lately_active = Lately(active_rules)


def decide(situation: Mapping[str, Seen], rules: Sequence[EscalationRule] | None = None) -> Verdict:
    """Which rules hold in this situation. Without `rules`: those that are switched on."""
    if rules is None:
        rules = active_rules()
    seen = complete(situation)
    firings = []
    for rule in rules:
        evidence = holds(rule.match, rule.conditions, seen)
        if evidence is not None:
            firings.append(Fired(rule, evidence))
    return Verdict(firings)


def complete(situation: Mapping[str, Seen]) -> dict[str, Seen]:
    """The situation with what follows from it: the derived fields that it does not have."""
    seen = dict(situation)
    for each in all_fields():
        if each.derive is not None and each.name not in seen:
            found = each.derive(situation)
            if found is not None:
                seen[each.name] = found
    return seen


def holds(match: str, conditions: Any, seen: Mapping[str, Seen]) -> list[str] | None:
    """What shows that the conditions hold; None if they do not. Of no conditions none ever holds."""
    if not isinstance(conditions, list) or not conditions:
        return None
    evidence: list[str] = []
    held = 0
    for condition in conditions:
        shown = _holds(condition, seen)
        if shown is None:
            if match != Match.ANY:
                return None
            continue
        held += 1
        evidence += shown
    if not held:
        return None
    cut = (" ".join(piece.split())[:LONGEST_EVIDENCE] for piece in evidence)
    return list(dict.fromkeys(piece for piece in cut if piece))[:MOST_EVIDENCE]


def _holds(condition: Any, seen: Mapping[str, Seen]) -> list[str] | None:
    """What shows one condition, [] if nothing but that it holds; None if it does not hold."""
    if not isinstance(condition, dict):
        return None
    known = field_named(condition.get("field"))
    if known is None or known.name not in seen:
        return None
    op, wanted, value = condition.get("op"), condition.get("value"), seen[known.name]
    if value.value is None or op not in known.operators or wanted is None:
        return None
    found = _COMPARED[known.kind](str(op), wanted, value.value)
    if found is None:
        return None
    return found or list(value.evidence) or [_in_words(known, value.value)]


def _bool(op: str, wanted: Any, value: Any) -> list[str] | None:
    return [] if (bool(value) is bool(wanted)) is (op == "is") else None


def _number(op: str, wanted: Any, value: Any) -> list[str] | None:
    try:
        left, right = float(value), float(wanted)
    except (TypeError, ValueError, OverflowError):
        return None
    held = {
        "at_least": left >= right,
        "at_most": left <= right,
        "is": left == right,
        "is_not": left != right,
    }
    return [] if held[op] else None


def _choice(op: str, wanted: Any, value: Any) -> list[str] | None:
    return _any(op, _texts(wanted), {_text(value)})


def _list(op: str, wanted: Any, value: Any) -> list[str] | None:
    return _any(op, _texts(wanted), set(_texts(value)))


def _text_value(op: str, wanted: Any, value: Any) -> list[str] | None:
    if op == "contains":
        return _words(op, wanted, value)
    return _any(op, [each.casefold() for each in _texts(wanted)], {_text(value).casefold()})


def _any(op: str, wanted: list[str], values: set[str]) -> list[str] | None:
    common = bool(values.intersection(wanted))
    return [] if common is (op not in ("none_of", "is_not")) else None


def _words(op: str, wanted: Any, value: Any) -> list[str] | None:
    """Whole words or phrases, whatever their case; what was found, as it was written."""
    found = [
        match.group()
        for phrase in _texts(wanted)
        if phrase.strip() and (match := _phrase(phrase.strip()).search(str(value)))
    ]
    if op == "none_of":
        return None if found else []
    return found or None


@lru_cache(maxsize=2048)
def _phrase(phrase: str) -> re.Pattern[str]:
    words = r"\s+".join(re.escape(word) for word in phrase.split())
    return re.compile(rf"(?<!\w){words}(?!\w)", re.IGNORECASE)


def _texts(value: Any) -> list[str]:
    return [_text(each) for each in value] if isinstance(value, list | tuple) else [_text(value)]


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else str(value)


def _in_words(known: Field, value: Any) -> str:
    """A value for whoever reads why; choices that are rows of the database stay as they are."""
    fixed = () if callable(known.choices) else known.choices
    names = {str(key): str(name) for key, name in fixed}
    if known.kind == "bool":
        return str(known.says[0 if value else 1] if known.says else known.label)
    if known.kind == "words":
        return ""
    shown = ", ".join(names.get(text, text) for text in _texts(value))
    return f"{known.label}: {shown}" if shown else ""


_COMPARED: dict[str, Callable[[str, Any, Any], list[str] | None]] = {
    "bool": _bool,
    "number": _number,
    "choice": _choice,
    "list": _list,
    "text": _text_value,
    "words": _words,
}
