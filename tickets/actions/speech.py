"""Adding a message to a conversation that an action has locked; the action saves the ticket."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from tickets import clock, events
from tickets.actors import Actor
from tickets.intake import attachments
from tickets.intake.attachments import Sent
from tickets.models import AuthorKind, Channel, EventKind, Message, Ticket


def say(
    ticket: Ticket,
    author: Actor,
    body: str,
    *,
    channel: Channel | None = None,
    client_id: UUID | None = None,
    uploads: Sequence[Sent] = (),
    provenance: dict[str, Any] | None = None,
    recorded_by: Actor | None = None,
    at: datetime | None = None,
    rule: str = "",
) -> Message:
    """Write what `author` says, and its event (by `recorded_by`, when somebody typed it for them).

    `at` is when it was said, where that was not now; `rule` the rule by which the helpdesk says it.
    What a program sent for somebody says so.
    """
    if recorded_by is not None and recorded_by.is_program and recorded_by.api_key is not None:
        provenance = {**(provenance or {}), "key": recorded_by.api_key.name}
    message = Message.objects.create(
        ticket=ticket,
        position=ticket.next_position(),
        author_kind=author.kind,
        author_user=author.user,
        author_customer=author.customer,
        channel=channel or Channel(ticket.channel),
        body=body,
        client_id=client_id,
        provenance={"rule": rule} if rule else provenance,
        created_at=at or clock.now(),
    )
    attachments.store(message, uploads)
    ticket.heard |= {author.kind}
    if author.kind != AuthorKind.SYSTEM:
        ticket.last_message_at = message.created_at
        ticket.closes_at = None  # it is quiet no more
    by_rule: dict[str, Any] = {"rule": rule} if rule else {}
    events.record(
        EventKind.MESSAGE_POSTED,
        actor=recorded_by or author,
        ticket=ticket,
        position=message.position,
        author=author.kind,
        **by_rule,
    )
    return message


def announce(ticket: Ticket, body: str) -> Message:
    """The system's own line: what happened, for everybody who reads the conversation."""
    return say(ticket, Actor.system(), body)
