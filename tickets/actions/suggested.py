"""Suggestions of the co-pilot: put into what an agent is writing, and kept with what they send."""

from __future__ import annotations

from django.db import transaction
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from tickets import clock
from tickets.actions import rights
from tickets.actions.errors import ActionError, closed
from tickets.actors import Actor
from tickets.conversation import suggested
from tickets.conversation.suggested import Suggestion
from tickets.intake import text
from tickets.models import Draft, Kind, Message, Permission, SuggestedReply, Ticket


@transaction.atomic
def use_suggestion(
    *,
    actor: Actor,
    ticket: Ticket,
    suggestion: Suggestion,
    before: str | None = None,
    after: str = "",
) -> Draft:
    """Put a suggestion into the reply that an agent is writing: between what stands `before` and
    `after` the cursor, or below what is kept of it (None). Nothing is overwritten and nothing sent.

    A draft is nobody else's business, so there is no event.

    Raises:
        NotAllowed: the actor is no agent.
        TextError: the reply would be too long.
        ActionError: the conversation is closed; or an article was held back, changed or unpublished
            since.
    """
    ticket = Ticket.objects.locked(ticket)
    user = rights.demand(actor, Permission.REPLY)
    if ticket.is_closed:
        raise closed(ticket)
    refuse_withdrawn(suggestion.sources)
    own = Draft.objects.unsent().filter(ticket=ticket, author=user, kind=Kind.REPLY)
    draft = own.first() or Draft(ticket=ticket, author=user, kind=Kind.REPLY)
    parts = [draft.body if before is None else before, suggestion.text, after]
    draft.body = text.message("\n\n".join(part.strip("\n") for part in parts if part.strip()))
    draft.updated_at = clock.now()
    kept = suggested.left_in_draft(suggestion, draft.updated_at.isoformat())
    draft.suggested = suggested.with_another(draft.suggested, kept)
    draft.save()
    return draft


def refuse_withdrawn(sources: tuple[suggested.Source, ...] | list[suggested.Source]) -> None:
    """Nothing if all that a suggestion was taken from may still be quoted.

    Raises:
        ActionError: it may not, with the article's title.
    """
    if title := suggested.withdrawn(sources):
        words = _("“%(title)s” was changed, unpublished or held back since this was suggested.")
        raise ActionError(words % {"title": title}, code="withdrawn")


def keep_provenance(draft: Draft, message: Message) -> SuggestedReply | None:
    """Keep where a reply came from that has just been written from a draft, in its transaction.

    None where nothing was suggested, or too little of it is left. The ticket is locked.
    """
    before = suggested.left_in(draft.suggested, message.body)
    if not before:
        return None
    kept, _is_new = SuggestedReply.objects.get_or_create(
        message=message,
        defaults={
            "sources": draft.suggested["sources"],
            "edited": suggested.share_edited(before, message.body),
            "used_at": parse_datetime(draft.suggested["used_at"]) or clock.now(),
        },
    )
    return kept
