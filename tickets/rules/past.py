"""What would have come of a rule that an event or time sets off: tried, nothing is changed.

An event is looked at again with what was said and changed by it; everything else is as it is today,
since nobody kept how it was. What time sets off is looked for among the conversations that are open.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from tickets import clock
from tickets.models import Event, Ticket, Trigger
from tickets.rules import in_time, occasions
from tickets.rules.content import Content
from tickets.rules.engine import holds

LOOKED_AT = 2_000  # open conversations for which a rule may hold


@dataclass(frozen=True, slots=True)
class Held:
    """A conversation for which it would have held, when, and what shows that."""

    reference: str
    subject: str
    at: datetime
    position: int | None
    evidence: list[str]


@dataclass(frozen=True, slots=True)
class PastTrial:
    """How many were looked at, and for which it would have held, the newest first."""

    looked_at: int = 0
    by_time: bool = False
    more: bool = False  # whether there are more open conversations than were looked at
    held: list[Held] = field(default_factory=list)


def past_trial(content: Content, *, last: int) -> PastTrial:
    """Try a rule on the newest `last` events of its trigger, or on what is open now."""
    if content.trigger == Trigger.TIME:
        return _in_time(content)
    kinds = occasions.kinds_of(Trigger(content.trigger))
    newest = Event.objects.filter(kind__in=kinds, ticket__isnull=False).order_by("-pk")
    events = [
        event
        for event in newest.select_related("ticket")[: last * 2]
        if occasions.trigger_of(event) == content.trigger
    ][:last]
    held, known = [], set()
    for event in events:
        ticket = event.ticket
        if ticket is None or (content.once and ticket.pk in known):
            continue
        evidence = _holds(content, ticket, event)
        if evidence is not None:
            known.add(ticket.pk)
            held.append(
                Held(ticket.reference, ticket.subject, event.created_at, event.position, evidence)
            )
    return PastTrial(len(events), held=held)


def _in_time(content: Content) -> PastTrial:
    now = clock.now()
    found = list(in_time.among_open(content, now=now).order_by("-pk")[: LOOKED_AT + 1])
    held = []
    for ticket in found[:LOOKED_AT]:
        evidence = _holds(content, ticket, None)
        if evidence is not None:
            held.append(Held(ticket.reference, ticket.subject, ticket.turn_since, None, evidence))
    return PastTrial(min(len(found), LOOKED_AT), True, len(found) > LOOKED_AT, held)


def _holds(content: Content, ticket: Ticket, event: Event | None) -> list[str] | None:
    situation = occasions.situation(ticket, event, now=clock.now())
    return holds(content, situation, occasions.before(event))
