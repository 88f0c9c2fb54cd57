"""Putting a conversation aside until a time or until the customer writes, and bringing it back."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from tickets import clock, events
from tickets.actions import rights, saving, undoing
from tickets.actions.errors import closed
from tickets.actions.handover import accept
from tickets.actors import Actor
from tickets.intake import text
from tickets.models import Event, EventKind, Permission, Ticket

LONGEST = timedelta(days=366)


class Why(models.TextChoices):
    """Why a conversation came back; kept in its event."""

    TIME = "time"
    WROTE = "wrote"
    AGENT = "agent"


@transaction.atomic
def snooze(*, actor: Actor, ticket: Ticket, until: datetime | None, note: str = "") -> Ticket:
    """Put it aside until a time; without one, until the customer writes, which always ends it.

    Whoever puts aside what nobody has, has it from then on. The customer's place and words stay.

    Raises:
        NotAllowed: the actor is no agent.
        ActionError: it is closed.
        ValidationError: the time is over already, or more than a year away.
    """
    ticket = Ticket.objects.locked(ticket)
    rights.demand(actor, Permission.CHANGE)
    if ticket.is_closed:
        raise closed(ticket)
    now = clock.now()
    if until is not None and until <= now:
        raise ValidationError(_("Choose a time that is still to come."), code="past")
    if until is not None and until > now + LONGEST:
        raise ValidationError(_("Choose a time within a year."), code="too_far")
    was = undoing.look(ticket)
    accepts = ticket.assignee_id is None or not ticket.somebody_has_it
    if accepts:
        accept(actor=actor, ticket=ticket)
        ticket = Ticket.objects.locked(ticket)
    ticket.snoozed_at = now
    ticket.snoozed_until = until
    ticket.snooze_note = text.line(note)
    ticket.is_back = False
    ticket.closes_at = None
    event = events.record(
        EventKind.TICKET_SNOOZED,
        actor=actor,
        ticket=ticket,
        until=until.isoformat() if until else None,
    )
    saving.save(ticket)
    undoing.keep(event, was, ticket, told=accepts)
    return ticket


@transaction.atomic
def unsnooze(*, actor: Actor, ticket: Ticket, due: datetime | None = None) -> Ticket:
    """Bring it back to its agent. With `due` only if its time is over by then.

    What comes back by itself stands on top, marked, until its agent acts.

    Raises:
        NotAllowed: the actor is neither an agent nor the system.
    """
    ticket = Ticket.objects.locked(ticket)
    if due is None:
        rights.demand(actor, Permission.CHANGE)
    if ticket.snoozed_at is None:
        return ticket
    if due is not None and (ticket.snoozed_until is None or ticket.snoozed_until > due):
        return ticket
    was = undoing.look(ticket, handovers=False)
    event = come_back(ticket, actor, Why.TIME if due else Why.AGENT)
    saving.save(ticket)
    if event is not None:
        undoing.keep(event, was, ticket)
    return ticket


def come_back(ticket: Ticket, actor: Actor, why: Why) -> Event | None:
    """End the snooze of a locked ticket, if it is put aside; the event."""
    if ticket.snoozed_at is None:
        return None
    ticket.end_snooze()
    ticket.is_back = why != Why.AGENT
    return events.record(EventKind.TICKET_UNSNOOZED, actor=actor, ticket=ticket, why=why)
