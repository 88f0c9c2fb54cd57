"""A reply that asks for what is known: it is sent, because the agent wants it, and counted."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from tickets import events
from tickets.actions import saving
from tickets.actions.conversation import reply
from tickets.actors import Actor
from tickets.intake.attachments import Upload
from tickets.models import Attachment, EventKind, Message, Ticket


@transaction.atomic
def reply_asking(
    *,
    actor: Actor,
    ticket: Ticket,
    body: str,
    client_id: UUID | None = None,
    uploads: Sequence[Upload] = (),
    kept: Sequence[Attachment] = (),
    seen: int | None = None,
    asked_again: Sequence[str] = (),
) -> Message:
    """Reply, and record for each of the known facts in `asked_again` that it was asked for again.

    Raises:
        TextError: nothing was written, or too much.
        NotAllowed: the actor is no agent.
        Crossed: somebody wrote after position `seen`, or a colleague's reply is leaving.
        ActionError: the conversation is closed.
    """
    ticket = Ticket.objects.locked(ticket)
    message = reply(
        actor=actor,
        ticket=ticket,
        body=body,
        client_id=client_id,
        uploads=uploads,
        kept=kept,
        seen=seen,
    )
    counted = ticket.events.filter(kind=EventKind.ASKED_AGAIN, data__message=message.position)
    if not asked_again or counted.exists():  # sent a second time by a double click
        return message
    ticket = Ticket.objects.locked(ticket)
    for key in asked_again:
        events.record(
            EventKind.ASKED_AGAIN,
            actor=actor,
            ticket=ticket,
            fact=key,
            message=message.position,
        )
    saving.save(ticket)
    return message
