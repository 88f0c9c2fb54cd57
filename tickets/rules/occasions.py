"""What sets rules off beside a turn: the events of each trigger, and how things are and were then."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from tickets.conditions import Value, complete, of_reading, of_ticket
from tickets.models import (
    AuthorKind,
    Event,
    EventKind,
    Message,
    Reading,
    Status,
    Ticket,
    TicketType,
    Trigger,
)

# What is said is told apart by who said it.
_BY_AUTHOR: Final = {
    AuthorKind.CUSTOMER.value: Trigger.CUSTOMER_WROTE,
    AuthorKind.AGENT.value: Trigger.AGENT_REPLIED,
}
_TRIGGERS: Final = {
    EventKind.TICKET_OPENED: Trigger.OPENED,
    EventKind.PERSON_ASKED: Trigger.PERSON_ASKED,
    EventKind.TICKET_ASSIGNED: Trigger.ASSIGNED,
    EventKind.TICKET_ACCEPTED: Trigger.ASSIGNED,
    EventKind.TICKET_CHANGED: Trigger.CHANGED,
    EventKind.TAGS_CHANGED: Trigger.CHANGED,
    EventKind.TICKET_TRANSFERRED: Trigger.CHANGED,
    EventKind.TICKET_UNSNOOZED: Trigger.SNOOZE_OVER,
    EventKind.TICKET_RESOLVED: Trigger.RESOLVED,
    EventKind.TICKET_CONFIRMED: Trigger.RESOLVED,
    EventKind.TICKET_CLOSED: Trigger.RESOLVED,
    EventKind.TICKET_REOPENED: Trigger.REOPENED,
    EventKind.TICKET_RATED: Trigger.RATED,
    EventKind.SLA_WARNED: Trigger.SLA_WARNED,
    EventKind.SLA_BREACHED: Trigger.SLA_BREACHED,
}
KINDS: Final = (EventKind.MESSAGE_POSTED, *_TRIGGERS)
NOBODY = 0  # as conditions call no assignee


def trigger_of(event: Event) -> Trigger | None:
    """The trigger of the rules that an event sets off; None if it is none of these."""
    if event.kind == EventKind.MESSAGE_POSTED:
        return _BY_AUTHOR.get(str(event.data.get("author")))
    return _TRIGGERS.get(EventKind(event.kind))


def kinds_of(trigger: Trigger) -> list[EventKind]:
    """The kinds of events that set off the rules of a trigger."""
    if trigger in _BY_AUTHOR.values():
        return [EventKind.MESSAGE_POSTED]
    return [kind for kind, one in _TRIGGERS.items() if one == trigger]


def situation(ticket: Ticket, event: Event | None, *, now: datetime) -> dict[str, Value]:
    """How things are: the ticket as it is, and what was understood of its customer's last message.

    Where the event is something that was said, that is the text. At most five queries.
    """
    reading = Reading.objects.filter(ticket=ticket).order_by("-message__position").first()
    text = _said(ticket, event)
    understood = of_reading(reading, text=text) if reading is not None else {}
    return complete(understood | of_ticket(ticket, text=text, now=now))


def before(event: Event | None) -> dict[str, Value]:
    """The values that an event changed, as they were before it; nothing where it changed none."""
    if event is None:
        return {}
    data = event.data
    match event.kind:
        case EventKind.TICKET_CHANGED if "before" in data:
            return _changed(data)
        case EventKind.TICKET_ASSIGNED:
            return {"assignee": Value(data["before"] or NOBODY)}
        case EventKind.TICKET_TRANSFERRED:
            return {"team": Value(data["from_team"])}
    return {}


def _changed(data: Mapping[str, object]) -> dict[str, Value]:
    """Types and statuses stand in events by the names that they had."""
    name, was = str(data["field"]), data["before"]
    if name in ("priority", "tags"):
        return {name: Value(was)}
    rows = {"type": TicketType.objects, "status": Status.objects}.get(name)
    if rows is None:
        return {}
    return {name: Value(rows.filter(name=was).values_list("pk", flat=True).first())}


def _said(ticket: Ticket, event: Event | None) -> str:
    """What was said by the event, else what the customer said last."""
    messages = Message.objects.filter(ticket=ticket)
    if event is not None and event.kind == EventKind.MESSAGE_POSTED:
        found = messages.filter(position=event.position or 0)
    else:
        found = messages.filter(author_kind=AuthorKind.CUSTOMER).order_by("-position")
    return found.values_list("body", flat=True).first() or ""
