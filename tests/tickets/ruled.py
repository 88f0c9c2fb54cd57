"""Rules that act by themselves, as tests make them and let them act."""

from __future__ import annotations

from typing import Any

from tickets import actions, events
from tickets.actors import Actor
from tickets.models import (
    EscalationRule,
    Event,
    EventKind,
    Reaction,
    RuleFiring,
    Ticket,
)
from tickets.rules import lately_triggers

PREMIER = {"field": "tier", "op": "is", "value": "premier"}


def rule(admin: Actor, name: str = "Fast lane", **changed: Any) -> EscalationRule:
    """A rule for everything that is opened, which tags it."""
    values: dict[str, Any] = {
        "name": name,
        "sentence": "They pay for it.",
        "trigger": "opened",
        "conditions": [],
        "actions": {"tags": ["seen"]},
        **changed,
    }
    saved = actions.save_rule(actor=admin, rule=None, values=values)
    lately_triggers.forget()
    return saved


def happens(ticket: Ticket, kind: EventKind = EventKind.TICKET_OPENED) -> Ticket:
    """What the reactions do that the newest event of a kind owes."""
    event = Event.objects.filter(ticket=ticket, kind=kind).latest("pk")
    actions.run_rules(actor=Actor.system(), ticket=ticket, event=event)
    return Ticket.objects.get(pk=ticket.pk)


def firings(ticket: Ticket) -> list[tuple[str, str]]:
    found = RuleFiring.objects.filter(ticket=ticket).order_by("pk")
    return [(one.rule_name, one.stopped) for one in found]


def kinds(ticket: Ticket, after: int) -> list[str]:
    found = ticket.events.filter(position__gt=after).order_by("position")
    return [event.kind for event in found]


def run_until_quiet(most: int = 60) -> None:
    """All that is owed by rules, and what follows from it; nothing is thought about."""
    for _ in range(most):
        Reaction.objects.exclude(name__in=["rules", "mail.automatic"]).delete()
        if not events.run_due():
            return
    raise AssertionError("It never ends.")
