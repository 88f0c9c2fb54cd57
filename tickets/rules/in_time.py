"""Rules that time sets off: the open conversations for which one may hold by now, found by the database."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet

from tickets.conditions import at_most
from tickets.models import EscalationRule, RuleFiring, Ticket
from tickets.models.states import ENDED
from tickets.rules.content import Content, when


def may_hold(rule: EscalationRule, *, now: datetime) -> QuerySet[Ticket]:
    """Open conversations for which a rule may hold, and has not held yet, by their keys.

    A rule that acts each time acts once for each turn: again when somebody else has it since.
    """
    done = RuleFiring.objects.filter(rule=rule, ticket=OuterRef("pk"), message=None)
    if not rule.once:
        done = done.filter(created_at__gte=OuterRef("turn_since"))
    return among_open(rule, now=now).exclude(Exists(done)).order_by("pk")


def among_open(rule: EscalationRule | Content, *, now: datetime) -> QuerySet[Ticket]:
    """The same, whether or not it has held."""
    return Ticket.objects.exclude(turn__in=ENDED).filter(at_most(when(rule), now=now))


def finds_nothing_in_particular(content: Content, *, now: datetime) -> bool:
    """Whether the database would have to look at every open conversation."""
    return not at_most(when(content), now=now)


def occasion(rule: EscalationRule, ticket: Ticket) -> str:
    """What a firing is told apart by from another of the same rule in the same conversation."""
    return "" if rule.once else f"since {ticket.turn_since.isoformat(timespec='microseconds')}"[:40]
