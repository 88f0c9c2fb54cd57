"""A reply that a program drafts for an agent: it stands where they write, marked, until they send it."""

from __future__ import annotations

from django.db import transaction

from tickets import clock
from tickets.actions.errors import NotAllowed, StandsAlready, closed
from tickets.actors import Actor
from tickets.intake import text
from tickets.models import Draft, Kind, Message, Ticket


@transaction.atomic
def draft_reply(*, actor: Actor, ticket: Ticket, body: str) -> Draft:
    """Put a reply where the agent for whom a key acts writes theirs; nothing is sent by it.

    What stands there already, typed or drafted, stays as it is. A draft is nobody else's business, so
    there is no event.

    Raises:
        TextError: nothing was written, or too much.
        NotAllowed: no key acts for an agent here.
        ActionError: something stands there already, or it is closed.
    """
    ticket = Ticket.objects.locked(ticket)
    if not actor.works_here or actor.user is None or actor.api_key is None:
        raise NotAllowed
    if ticket.is_closed:
        raise closed(ticket)
    body = text.message(body)
    draft = Draft.objects.unsent().filter(ticket=ticket, author=actor.user, kind=Kind.REPLY).first()
    if draft is not None and (draft.by_key, draft.body) == (actor.api_key.name, body):
        return draft
    if draft is not None:
        raise StandsAlready
    draft = Draft(ticket=ticket, author=actor.user, kind=Kind.REPLY)
    draft.body, draft.by_key, draft.updated_at = body, actor.api_key.name, clock.now()
    draft.save()
    return draft


def keep_program(draft: Draft, message: Message) -> None:
    """Keep that a reply, which has just been written from a draft, was drafted by a program."""
    if draft.by_key:
        message.provenance = {**(message.provenance or {}), "drafted_by": draft.by_key}
        message.save(update_fields=["provenance"])
