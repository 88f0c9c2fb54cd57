"""What was said once and nobody need ask for again."""

from __future__ import annotations

from django.db import transaction

from tickets import events
from tickets.actions import saving
from tickets.actors import Actor
from tickets.intake import text
from tickets.models import EventKind, Fact, Message, Ticket


@transaction.atomic
def note_fact(
    *, actor: Actor, ticket: Ticket, key: str, value: str, message: Message | None = None
) -> Fact:
    """Keep something that was said, so that nobody asks for it again."""
    ticket = Ticket.objects.locked(ticket)
    fact, new = Fact.objects.get_or_create(
        ticket=ticket,
        key=text.line(key, limit=40),
        value=text.line(value, limit=300),
        defaults={"customer": ticket.customer, "message": message, "source": actor.kind},
    )
    if new:
        events.record(EventKind.FACT_NOTED, actor=actor, ticket=ticket, key=fact.key)
        saving.save(ticket)
    return fact
