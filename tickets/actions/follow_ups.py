"""What a customer writes in a conversation that was closed long ago: it goes on in a new one."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from tickets import events
from tickets.actions import saving
from tickets.actions.conversation import is_in_copy, is_theirs, open_ticket, post_message
from tickets.actions.errors import NotAllowed
from tickets.actions.speech import announce
from tickets.actors import Actor
from tickets.intake.attachments import Sent
from tickets.models import (
    AuthorKind,
    Channel,
    Customer,
    EventKind,
    Mailbox,
    Message,
    SiteSettings,
    Ticket,
)
from tickets.service import notices


def continue_conversation(
    *,
    actor: Actor,
    ticket: Ticket,
    body: str,
    channel: Channel | None = None,
    client_id: UUID | None = None,
    uploads: Sequence[Sent] = (),
    mailbox: Mailbox | None = None,
) -> Message:
    """The customer writes: as `post_message`, but what was closed too long ago is not reopened.

    Where the conversation was merged into another one, that is the one in which they write.

    Their words then open a conversation that is linked to it, and both say so; or go into the one
    that was opened so before. A person gets it at once where one had the earlier one. Locks the
    customer before the tickets, as everybody does who needs both.

    Raises:
        TextError: nothing was written, or too much.
        NotAllowed: the actor is a customer, and the conversation has become somebody else's.
    """
    if not ticket.is_closed:
        return post_message(
            actor=actor,
            ticket=ticket,
            body=body,
            channel=channel,
            client_id=client_id,
            uploads=uploads,
            mailbox=mailbox,
        )
    return _continue_closed(
        actor=actor,
        ticket=ticket,
        body=body,
        channel=channel,
        client_id=client_id,
        uploads=uploads,
        mailbox=mailbox,
    )


@transaction.atomic
def _continue_closed(
    *,
    actor: Actor,
    ticket: Ticket,
    body: str,
    channel: Channel | None,
    client_id: UUID | None,
    uploads: Sequence[Sent],
    mailbox: Mailbox | None,
) -> Message:
    """They write in what was closed: it is reopened, or followed by another one."""
    customer = Customer.objects.locked(ticket.customer)
    ticket = Ticket.objects.locked(ticket)
    theirs = actor.customer is None or is_theirs(ticket, actor.customer)
    if not (theirs or (actor.customer and is_in_copy(ticket, actor.customer))):
        raise NotAllowed
    follow_up = ticket.goes_on_in or ticket.followed_by.order_by("-pk").first()
    if follow_up is None and not ticket.is_over(SiteSettings.load().reopen_days):
        follow_up = ticket
    if follow_up is not None:
        go_on = post_message if follow_up == ticket else continue_conversation
        return go_on(
            actor=actor,
            ticket=follow_up,
            body=body,
            channel=channel,
            client_id=client_id,
            uploads=uploads,
            mailbox=mailbox,
        )
    if not theirs:  # a new one would be the customer's, with somebody else's words
        raise NotAllowed
    follow_up = open_ticket(
        actor=actor,
        customer=customer,
        channel=channel or Channel(ticket.channel),
        body=body,
        subject=ticket.subject,
        team=ticket.team,
        client_id=client_id,
        uploads=uploads,
        follows=ticket,
        mailbox=mailbox,
    )
    events.record(
        EventKind.TICKET_CONTINUED, actor=actor, ticket=ticket, reference=follow_up.reference
    )
    announce(ticket, notices.continued_in(follow_up.reference))
    saving.save(ticket)
    return follow_up.messages.filter(author_kind=AuthorKind.CUSTOMER).earliest("position")
