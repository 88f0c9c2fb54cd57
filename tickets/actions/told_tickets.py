"""What a program keeps beside a ticket: the number by which its system knows it, and data of its own."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from tickets import events
from tickets.actions import saving
from tickets.actions.errors import ActionError, NotAllowed
from tickets.actors import Actor
from tickets.intake import metadata, text
from tickets.models import EventKind, Ticket


@transaction.atomic
def tell_of_ticket(
    *,
    actor: Actor,
    ticket: Ticket,
    external_id: str | None = None,
    told: Mapping[str, str | None] | None = None,
) -> Ticket:
    """Keep what is told: a number, "" for none; names of data with their texts, None takes one out.

    Raises:
        NotAllowed: the actor is no program.
        ValidationError: it would be too much.
        ActionError: another ticket has this number.
    """
    ticket = Ticket.objects.locked(ticket)
    if not actor.is_program:
        raise NotAllowed
    before = ticket.external_id
    after = before if external_id is None else text.line(external_id, limit=100)
    kept = metadata.merged(ticket.metadata, told or {})
    if after != before:
        ticket.external_id = after
        events.record(
            EventKind.TICKET_CHANGED,
            actor=actor,
            ticket=ticket,
            field="external_id",
            before=[before] if before else [],
            after=[after] if after else [],
        )
    if kept != ticket.metadata:
        ticket.metadata = kept
        events.record(EventKind.TICKET_CHANGED, actor=actor, ticket=ticket, field="metadata")
    try:
        with transaction.atomic():
            saving.save(ticket)
    except IntegrityError:
        raise ActionError(_("Another ticket has this number."), code="taken") from None
    return ticket
