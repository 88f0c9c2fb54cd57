"""A part of a conversation that is about something else becomes a conversation of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from tickets import clock, events
from tickets.actions import rights, saving
from tickets.actions.handover import place_with
from tickets.actions.speech import announce, say
from tickets.actors import Actor
from tickets.intake import text
from tickets.models import (
    Attachment,
    AuthorKind,
    Channel,
    Customer,
    EventKind,
    LinkKind,
    Message,
    Permission,
    Ticket,
    TicketLink,
    Turn,
)
from tickets.service import notices

MOST = 50  # messages that go along


@transaction.atomic
def split(
    *,
    actor: Actor,
    ticket: Ticket,
    position: int,
    subject: str = "",
    and_later: bool = False,
    client_id: UUID | None = None,
) -> Ticket:
    """Open a conversation with what the customer wrote at `position`; the actor has it.

    With `and_later`, also with what they wrote after it. The words are copied, each with the time at
    which it was written: the first conversation stays as everybody read it, with its positions,
    readings and briefs, and whoever answered there is not made to have answered here. Answers do not
    go along for that reason, and nobody is sent a mail again. The customer sees both, and each names
    the other. The same `client_id` again finds the conversation that the first sending opened.

    Raises:
        NotAllowed: the actor is no agent.
        ValidationError: there is no message of the customer's.
    """
    customer = Customer.objects.locked(ticket.customer)
    ticket = Ticket.objects.locked(ticket)
    user = rights.demand(actor, Permission.CHANGE)
    if client_id and (before := _opened_before(customer, client_id)):
        return before
    said = _chosen(ticket, position, and_later=and_later)
    now = clock.now()
    part = Ticket(
        customer=ticket.customer,
        team=ticket.team,
        subject=text.line(subject) or text.first_line(said[0].body),
        channel=ticket.channel,
        priority=ticket.priority,
        turn=Turn.CUSTOMER,
        turn_since=now,
        last_message_at=now,
    )
    saving.add(part)
    about: dict[str, Any] = {"split": part.pk, "from": ticket.pk}
    events.record(EventKind.TICKET_OPENED, actor=actor, ticket=part, channel=part.channel)
    events.record(EventKind.TICKET_SPLIT, actor=actor, ticket=part, **about)
    for number, message in enumerate(said):
        _copy(message, part, actor, client_id if number == 0 else None)
    announce(part, notices.split_from(ticket.reference))
    place_with(part, user, None)
    saving.save(part)
    TicketLink.objects.create(from_ticket=ticket, to_ticket=part, kind=LinkKind.RELATED)
    events.record(EventKind.TICKET_SPLIT, actor=actor, ticket=ticket, message=position, **about)
    announce(ticket, notices.split_into(part.reference))
    saving.save(ticket)
    return part


def _chosen(ticket: Ticket, position: int, *, and_later: bool) -> Sequence[Message]:
    by_customer = ticket.messages.filter(author_kind=AuthorKind.CUSTOMER, position__gte=position)
    said = list(by_customer.order_by("position")[: MOST if and_later else 1])
    if not said or said[0].position != position:
        raise ValidationError(_("Choose a message of the customer’s."), code="invalid")
    return said


def _copy(message: Message, part: Ticket, actor: Actor, client_id: UUID | None) -> None:
    """The same words at the same time; the files are not stored twice."""
    assert message.author_customer is not None
    copy = say(
        part,
        Actor.of_customer(message.author_customer),
        message.body,
        channel=Channel(message.channel),
        client_id=client_id,
        provenance={"split_from": message.pk},
        recorded_by=actor,
        at=message.created_at,
    )
    Attachment.objects.bulk_create(
        Attachment(
            message=copy,
            file=file.file.name,
            name=file.name,
            content_type=file.content_type,
            size=file.size,
        )
        for file in message.attachments.all()
    )


def _opened_before(customer: Customer, client_id: UUID) -> Ticket | None:
    return Ticket.objects.filter(customer=customer, messages__client_id=client_id).first()
