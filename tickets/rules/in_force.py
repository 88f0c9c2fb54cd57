"""The rules that would be in force if one of them were another, switched, moved or gone. Not saved."""

from __future__ import annotations

from copy import copy

from tickets.models import EscalationRule, Trigger
from tickets.rules.content import Content
from tickets.rules.engine import active_rules


def with_content(rule: EscalationRule | None, content: Content) -> EscalationRule:
    """A rule that says this, in the place of `rule`, or a new one that is switched on."""
    changed = copy(rule) if rule is not None else EscalationRule()
    content.write_to(changed)
    return changed


def with_rule(rule: EscalationRule) -> list[EscalationRule]:
    """Those in force with this one in its place; a new one stands after all others."""
    if rule.trigger != Trigger.TURN:
        return without(rule)
    there = active_rules()
    if all(each.pk != rule.pk for each in there):
        return [*there, rule]
    return [rule if each.pk == rule.pk else each for each in there]


def without(rule: EscalationRule) -> list[EscalationRule]:
    return [each for each in active_rules() if each.pk != rule.pk]


def switched(rule: EscalationRule, *, on: bool) -> list[EscalationRule]:
    """Those in force if it were switched on, or off."""
    others = without(rule)
    on = on and rule.trigger == Trigger.TURN
    return sorted([*others, rule], key=_place) if on else others


def moved(rule: EscalationRule, by: int) -> list[EscalationRule]:
    """Those in force if it stood so many places further down, or up, among those of its trigger."""
    among = EscalationRule.objects.filter(trigger=rule.trigger)
    rules = list(among.order_by("position", "pk"))
    place = next((index for index, each in enumerate(rules) if each.pk == rule.pk), None)
    if place is not None:
        one = rules.pop(place)
        rules.insert(max(0, min(len(rules), place + by)), one)
    return [each for each in rules if each.active]


def _place(rule: EscalationRule) -> tuple[int, int]:
    return rule.position, rule.pk
