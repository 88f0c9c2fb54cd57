"""Putting a conversation into quarantine as spam, and bringing it back as it was."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.dateparse import parse_datetime

from tickets import clock, events
from tickets.actions import rights, saving, undoing
from tickets.actions.errors import merged
from tickets.actions.handover import hand_over
from tickets.actors import Actor
from tickets.models import EventKind, Permission, Reason, Resolution, Ticket, Turn, User

# What it had before, and has again when it is brought back. Who has it stays all the time.
_KEPT = ("turn", "turn_since", "resolution", "closed_at", "solved_by_assistant")
_TIMES = ("turn_since", "closed_at")


@transaction.atomic
def mark_spam(*, actor: Actor, ticket: Ticket) -> Ticket:
    """Out of all lists, counts, searches and figures, into quarantine. Nothing of it is deleted.

    Nobody is told and nothing follows from it: no rule, no assistant, no mail.

    Raises:
        NotAllowed: the actor is no agent.
        ActionError: it was merged into another one.
    """
    ticket = Ticket.objects.locked(ticket)
    rights.demand(actor, Permission.SPAM)
    if ticket.is_spam:
        return ticket
    if ticket.merged_into_id is not None:
        raise merged()
    was = undoing.look(ticket)
    before = {name: getattr(ticket, name) for name in _KEPT}
    now = clock.now()
    ticket.pass_turn(Turn.SPAM, at=now)
    ticket.resolution, ticket.closed_at = Resolution.SPAM, now
    ticket.solved_by_assistant = False
    event = events.record(EventKind.TICKET_SPAM, actor=actor, ticket=ticket, before=_plain(before))
    saving.save(ticket)
    undoing.keep(event, was, ticket)
    return ticket


@transaction.atomic
def not_spam(*, actor: Actor, ticket: Ticket) -> Ticket:
    """It was none: it comes back with the turn that it had, and whoever had it has it.

    An agent who does not work here any more has no turn: then a person is asked for.

    Raises:
        NotAllowed: the actor is no agent.
    """
    ticket = Ticket.objects.locked(ticket)
    rights.demand(actor, Permission.SPAM)
    if not ticket.is_spam:
        return ticket
    was = undoing.look(ticket)
    marked = ticket.events.filter(kind=EventKind.TICKET_SPAM).latest("position")
    _put_back(ticket, marked.data["before"])
    event = events.record(EventKind.TICKET_NOT_SPAM, actor=actor, ticket=ticket)
    saving.save(ticket)
    if ticket.turn == Turn.AGENT and not _works_on(ticket.assignee):
        hand_over(actor=actor, ticket=ticket, reason=Reason.REOPENED)
        ticket.refresh_from_db()
    undoing.keep(event, was, ticket)
    return ticket


def _put_back(ticket: Ticket, before: dict[str, Any]) -> None:
    for name in _KEPT:
        value = before[name]
        setattr(ticket, name, parse_datetime(value) if value and name in _TIMES else value)


def _works_on(agent: User | None) -> bool:
    return agent is not None and agent.on_the_staff


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    """As JSON keeps it."""
    return {
        name: value.isoformat() if value is not None and name in _TIMES else value
        for name, value in values.items()
    }
