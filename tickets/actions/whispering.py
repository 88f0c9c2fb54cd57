"""What a lead tells the agent who has a conversation, or whoever takes it next; never its customer."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from tickets import events
from tickets.actions import rights, saving
from tickets.actions.errors import ActionError, closed
from tickets.actors import Actor
from tickets.intake import text
from tickets.models import EventKind, Note, NoteKind, Permission, Ticket, User

LONGEST = 2000  # characters: it is read while somebody waits


@transaction.atomic
def whisper(
    *,
    actor: Actor,
    ticket: Ticket,
    body: str,
    seen: int | str | None = "",
    client_id: UUID | None = None,
) -> Note:
    """A note for the agent who has the conversation, who is told at once; or, while no person has
    it, a hint that the brief of the next hand-over carries.

    `seen` is the key of whoever had it as the lead wrote, None for nobody; "" asks for nothing: what
    is meant for one agent is not said to another.

    Raises:
        TextError: nothing was written, or too much.
        NotAllowed: the actor is no lead.
        ActionError: it is closed, their own, or of an agent who does not work here any more; or
            somebody else has it by now.
    """
    ticket = Ticket.objects.locked(ticket)
    user = rights.demand(actor, Permission.LEAD)
    body = text.message(body)
    if len(body) > LONGEST:
        words = _("A whisper has at most %(most)d characters. A note may be longer.")
        raise text.TextError(words % {"most": LONGEST}, code="too_long")
    if client_id and (before := Note.objects.filter(ticket=ticket, client_id=client_id).first()):
        return before
    agent = _who_has_it(ticket, user, seen)
    kind = NoteKind.HINT if agent is None else NoteKind.WHISPER
    note = Note.objects.create(
        ticket=ticket,
        position=ticket.next_position(),
        author=user,
        body=body,
        kind=kind,
        to=agent,
        client_id=client_id,
    )
    told: dict[str, Any] = {"user": agent.pk} if agent else {}
    events.record(
        EventKind.NOTE_WRITTEN,
        actor=actor,
        ticket=ticket,
        position=note.position,
        note=kind,
        **told,
    )
    saving.save(ticket)
    return note


def _who_has_it(ticket: Ticket, lead: User, seen: int | str | None) -> User | None:
    """The agent whom a whisper reaches; None while no person has the conversation. Locked."""
    if ticket.is_closed:
        raise closed(ticket)
    agent = ticket.assignee if ticket.with_a_person else None
    if seen != "" and seen != (agent.pk if agent else None):
        raise ActionError(
            _("It is not said yet: %(name)s has the conversation by now.") % {"name": agent}
            if agent
            else _("It is not said yet: nobody has the conversation any more."),
            code="changed",
        )
    if agent is None:
        return None
    if agent.pk == lead.pk:
        raise ActionError(
            _("This conversation is yours. What you want to keep is a note."), code="own"
        )
    if not agent.on_the_staff:
        raise ActionError(
            _(
                "%(name)s does not work here any more, so nobody would read it. "
                "Take the conversation over, or give it to somebody else."
            )
            % {"name": agent},
            code="gone",
        )
    return agent
