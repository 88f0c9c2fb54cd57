"""Rules that an event or time sets off: looked at in their order, each against what is so by then.

A rule may set off another. One that comes to itself again is stopped, and so is whatever comes after
too many in a row: nothing is undone by that, and admins are told. What a rule brought about is known
by its firing, so that everything in a conversation's history names the rule that did it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from django.core.exceptions import ValidationError
from django.db import transaction

from tickets import acts, clock, events
from tickets.actions import saving
from tickets.actions.errors import ActionError
from tickets.actions.rule_acts import carry_out
from tickets.actors import Actor
from tickets.conditions import Situation, Value
from tickets.models import (
    EscalationRule,
    Event,
    EventKind,
    RuleFiring,
    Stopped,
    Ticket,
    Trigger,
)
from tickets.rules import Fired, in_time, occasions
from tickets.rules.engine import active_rules, holds

MOST_IN_A_ROW = 5  # rules that set off one another


@transaction.atomic
def run_rules(*, actor: Actor, ticket: Ticket, event: Event) -> list[RuleFiring]:
    """Do what the rules say that an event sets off; what fired. A second time nothing is done again."""
    ticket = Ticket.objects.locked(ticket)
    trigger = occasions.trigger_of(event)
    rules = active_rules(trigger) if trigger is not None else []
    if not rules or ticket.is_spam or ticket.merged_into_id is not None:
        return []
    causes = list(_causes(ticket, event))
    return _run(actor, ticket, rules, event, occasions.before(event), causes)


@transaction.atomic
def run_timed_rule(*, actor: Actor, ticket: Ticket, rule: EscalationRule) -> list[RuleFiring]:
    """Do what a rule says that time sets off, if it holds for this conversation by now; what fired.

    Nothing while one before it holds after which no other is looked at.
    """
    ticket = Ticket.objects.locked(ticket)
    rules = active_rules(Trigger.TIME)
    place = next((number for number, one in enumerate(rules) if one.pk == rule.pk), None)
    if place is None or ticket.is_closed:
        return []
    if stopping := [one for one in rules[:place] if one.last]:
        situation = occasions.situation(ticket, None, now=clock.now())
        if any(holds(one, situation) is not None for one in stopping):
            return []
    return _run(actor, ticket, [rules[place]], None, {}, [])


def _run(
    actor: Actor,
    ticket: Ticket,
    rules: Sequence[EscalationRule],
    event: Event | None,
    before: Situation,
    causes: Sequence[RuleFiring],
) -> list[RuleFiring]:
    fired: list[RuleFiring] = []
    situation: dict[str, Value] | None = None
    now, known = clock.now(), _known(ticket, rules)
    for rule in rules:
        on = _occasion(rule, ticket, event)
        if on in known[rule.pk] or (rule.once and known[rule.pk]):
            continue
        if situation is None:
            situation = occasions.situation(ticket, event, now=now)
        evidence = holds(rule, situation, before)
        if evidence is None:
            continue
        firing, ticket = _fire(actor, ticket, Fired(rule, evidence), on, causes)
        fired.append(firing)
        situation = None  # what it did counts for those after it
        if rule.last and not firing.stopped:
            break
    return fired


def _fire(
    actor: Actor, ticket: Ticket, fired: Fired, occasion: str, causes: Sequence[RuleFiring]
) -> tuple[RuleFiring, Ticket]:
    """Write down that a rule held, and do what it says, unless it is stopped; all of it, or nothing."""
    rule = fired.rule
    firing = RuleFiring.objects.create(
        rule=rule,
        rule_name=rule.name,
        version=rule.version,
        ticket=ticket,
        evidence=fired.evidence,
        actions=rule.actions,
        trigger=rule.trigger,
        occasion=occasion,
        cause=causes[0] if causes else None,
        stopped=_stops(rule, causes),
        created_at=clock.now(),
    )
    if firing.stopped:
        return firing, ticket
    after = ticket.last_position
    try:
        with transaction.atomic():
            events.record(
                EventKind.RULE_APPLIED, actor=actor, ticket=ticket, rule=rule.name, key=rule.pk
            )
            saving.save(ticket)
            ticket = carry_out(ticket, firing, fired)
    except (ActionError, ValidationError, acts.Gone) as error:
        firing.stopped, firing.trouble = Stopped.FAILED, _words(error)[:300]
        firing.save(update_fields=["stopped", "trouble"])
        return firing, Ticket.objects.locked(ticket)
    firing.after_position, firing.to_position = after, ticket.last_position
    firing.decided = fired.route is not None
    firing.save(update_fields=["after_position", "to_position", "decided"])
    return firing, ticket


def _causes(ticket: Ticket, event: Event) -> Iterator[RuleFiring]:
    """The firing that brought an event about, the one that set that off, and so on; often none."""
    brought = RuleFiring.objects.filter(
        ticket=ticket, after_position__lt=event.position, to_position__gte=event.position
    )
    firing = brought.select_related("cause").order_by("-pk").first()
    while firing is not None:
        yield firing
        firing = firing.cause


def _stops(rule: EscalationRule, causes: Sequence[RuleFiring]) -> str:
    if any(one.rule_id == rule.pk for one in causes):
        return Stopped.LOOP
    return Stopped.CHAIN if len(causes) >= MOST_IN_A_ROW else ""


def _occasion(rule: EscalationRule, ticket: Ticket, event: Event | None) -> str:
    if event is None:
        return in_time.occasion(rule, ticket)
    return "" if rule.once else f"event {event.pk}"


def _known(ticket: Ticket, rules: Sequence[EscalationRule]) -> Mapping[int, set[str]]:
    """The occasions on which these rules have held in this conversation."""
    found: dict[int, set[str]] = {rule.pk: set() for rule in rules}
    there = RuleFiring.objects.filter(ticket=ticket, rule__in=found, message=None)
    for rule, occasion in there.values_list("rule", "occasion"):
        found[rule].add(occasion)
    return found


def _words(error: Exception) -> str:
    if isinstance(error, ValidationError):
        return " ".join(error.messages)
    return str(getattr(error, "message", error))
