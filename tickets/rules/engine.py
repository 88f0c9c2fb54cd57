"""The decision: which rules hold for what was seen, and what follows from them.

Pure: nothing is written here, and nothing asked but the active rules. A rule that cannot be read (a
field that nobody registers any more, a value that fits no more) does not hold, and breaks nothing.
Every rule is looked at once, against what was seen before any of them did something, so that no
rule can set off another in the same turn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain

from knowledgebase.lately import Lately
from tickets.conditions import Situation, complete, evaluate
from tickets.models import EscalationRule, Trigger
from tickets.rules.content import Content, when
from tickets.rules.effects import Effects, HandOverTo


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


def active_rules(*triggers: Trigger) -> list[EscalationRule]:
    """The rules that are switched on and looked at then, in their order; of turns, if nothing is said.

    One query.
    """
    found = EscalationRule.objects.filter(active=True, trigger__in=triggers or [Trigger.TURN])
    return list(found.order_by("position", "pk"))


def active_triggers() -> set[str]:
    """What any rule that is switched on is looked at for. One query."""
    found = EscalationRule.objects.filter(active=True).order_by()
    return set(found.values_list("trigger", flat=True).distinct())


# For what is decided many times a second; what an admin changes counts a second later.
lately_active = Lately(active_rules)
# Asked with every event; a rule that is switched on is looked at a few seconds later.
lately_triggers = Lately(active_triggers, seconds=5.0)


def holds(
    rule: Content | EscalationRule, now: Situation, before: Situation | None = None
) -> list[str] | None:
    """What shows that a rule holds; None if it does not. What an event sets off may have no condition."""
    if not rule.conditions and rule.trigger not in (Trigger.TURN, Trigger.TIME):
        return []
    return evaluate(when(rule), now, before)


def decide(
    situation: Situation,
    rules: Sequence[EscalationRule] | None = None,
    *,
    before: Situation | None = None,
) -> Verdict:
    """Which rules hold in this situation. Without `rules`: those that are switched on.

    `before` is the situation before what happened, for rules that look at what a value was.
    """
    if rules is None:
        rules = active_rules()
    now, then = complete(situation), complete(before) if before is not None else None
    firings = []
    for rule in rules:
        evidence = holds(rule, now, then)
        if evidence is not None:
            firings.append(Fired(rule, evidence))
    return Verdict(firings)
