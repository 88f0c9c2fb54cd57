"""Giving a conversation a status: a finer word for where it stands, or the act that brings it there."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from tickets import events
from tickets.actions import rights, saving, undoing
from tickets.actions.closing import close, reopen, resolve
from tickets.actions.errors import closed
from tickets.actions.handover import accept
from tickets.actions.properties import ChangedMeanwhile, who_changed
from tickets.actions.snoozing import snooze, unsnooze
from tickets.actors import Actor
from tickets.models import EventKind, Permission, Status, StatusCategory, Ticket, Turn

ENDS = (StatusCategory.RESOLVED, StatusCategory.CLOSED)


@transaction.atomic
def set_status(
    *,
    actor: Actor,
    ticket: Ticket,
    status: Status | None,
    category: StatusCategory | None = None,
    until: datetime | None = None,
    seen: str | None = None,
) -> Ticket:
    """Set a status; None for the plain words of a category, that in which it is unless it is said.

    A status of another category does what brings it there: it is resolved, closed, reopened, put
    aside (`until` a time, else until the customer writes), or the turn goes to the agent or to the
    customer. `seen` is the key that a form had shown.

    Raises:
        NotAllowed: the actor is no agent.
        ValidationError: the status is offered no more.
        ChangedMeanwhile: it is not what was `seen` any more.
        ActionError: it is in quarantine, or ended otherwise; or the act that it takes is refused.
    """
    ticket = Ticket.objects.locked(ticket)
    rights.demand(actor, Permission.CHANGE)
    before = ticket.status
    if status is not None:
        category = StatusCategory(status.category)
    acts = category is not None and category != ticket.category
    if status == before and not acts:
        return ticket
    if seen is not None and seen != str(ticket.status_id or ""):
        now = str(before or _("none"))
        raise ChangedMeanwhile(_("status"), who_changed(ticket, "status"), now)
    if status is not None and not status.offered:
        raise ValidationError(_("Choose a status."), code="invalid")
    if ticket.is_spam:
        raise closed(ticket)
    was = undoing.look(ticket)
    if category is not None and acts:
        _bring_to(actor, ticket, category, until)
        ticket = Ticket.objects.locked(ticket)
    ticket.status = status
    ticket.status_category = status.category if status else ""
    event = events.record(
        EventKind.TICKET_CHANGED,
        actor=actor,
        ticket=ticket,
        field="status",
        before=str(before or ""),
        after=str(status or ""),
    )
    saving.save(ticket)
    undoing.keep(event, was, ticket, told=acts)
    return ticket


def _bring_to(
    actor: Actor, ticket: Ticket, category: StatusCategory, until: datetime | None
) -> None:
    """Do what makes a locked ticket stand in a category."""
    if category in ENDS:
        if ticket.is_closed:  # how it ended is somebody's word already
            raise closed(ticket)
        end = resolve if category == StatusCategory.RESOLVED else close
        end(actor=actor, ticket=ticket)
        return
    if ticket.is_closed:
        reopen(actor=actor, ticket=ticket)
    if category == StatusCategory.HOLD:
        snooze(actor=actor, ticket=ticket, until=until)
        return
    unsnooze(actor=actor, ticket=ticket)
    ticket = Ticket.objects.locked(ticket)
    if ticket.category == category:
        return
    if ticket.assignee_id is None or not ticket.somebody_has_it:
        accept(actor=actor, ticket=ticket)
        ticket = Ticket.objects.locked(ticket)
    ticket.pass_turn(Turn.AGENT if category == StatusCategory.OPEN else Turn.CUSTOMER)
    saving.save(ticket)
