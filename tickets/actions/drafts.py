"""Drafts: kept while an agent types, sent after a moment in which they can be taken back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from tickets import clock, events
from tickets.actions import crossing, rights, saving
from tickets.actions.asking import reply_asking
from tickets.actions.closing import resolve
from tickets.actions.custom_fields import refuse_incomplete
from tickets.actions.drafted import keep_program
from tickets.actions.errors import ActionError, HasLeft, closed
from tickets.actions.handover import accept
from tickets.actions.macro_acts import carry_out, refuse_gone
from tickets.actions.snoozing import snooze
from tickets.actions.suggested import keep_provenance, refuse_withdrawn
from tickets.actors import Actor
from tickets.conversation import placeholders
from tickets.conversation.macros import with_another
from tickets.conversation.suggested import left_in
from tickets.conversation.suggested import with_another as with_another_suggestion
from tickets.intake import attachments, text
from tickets.intake.attachments import Upload
from tickets.models import (
    Afterwards,
    Attachment,
    Draft,
    EventKind,
    Kind,
    Message,
    Note,
    Permission,
    Ticket,
    User,
)

# What is done as a reply leaves needs what it would need by itself.
NEEDED_BY = {Afterwards.RESOLVE: Permission.RESOLVE, Afterwards.SNOOZE: Permission.CHANGE}


@transaction.atomic
def save_draft(
    *, actor: Actor, ticket: Ticket, kind: Kind, body: str, client_id: UUID
) -> Draft | None:
    """Keep what an agent has typed so far; without words there is no draft, and None comes back.

    What was sent already (`client_id`) is none any more: it may come late, after the sending. A draft
    is nobody else's business, so there is no event.

    Raises:
        TextError: it is too long.
        NotAllowed: the actor is no agent.
    """
    ticket = Ticket.objects.locked(ticket)
    user = rights.demand(actor, Permission.REPLY if kind == Kind.REPLY else Permission.NOTE)
    body = text.message(body, may_be_empty=True)
    if _was_sent(ticket, client_id):
        return None
    draft = _typed(ticket, user, kind).first()
    if draft is None and not body:
        return None
    draft = draft or Draft(ticket=ticket, author=user, kind=kind)
    if not body and not _does_more(draft) and not draft.attachments.exists():
        draft.delete()
        return None
    draft.body, draft.updated_at = body, clock.now()
    if not body:
        draft.suggested, draft.by_key = {}, ""
    draft.save()
    return draft


@transaction.atomic
def send_reply(
    *,
    actor: Actor,
    ticket: Ticket,
    body: str,
    wait: timedelta,
    client_id: UUID | None = None,
    uploads: Sequence[Upload] = (),
    asked_again: Sequence[str] = (),
    seen: int | None = None,
    afterwards: Afterwards = Afterwards.NOTHING,
    with_macro: bool = False,
    anyway: bool = False,
) -> Draft | None:
    """An agent sends a reply, which leaves after `wait`; until then they can take it back.

    Without a wait it leaves at once, and None comes back. Whoever replies to a conversation that
    nobody has, has it from now on. The second sending of the same `client_id` finds the first. The
    files of what they were typing go along; `with_macro` so does what macros left in it to be done.
    `anyway` it goes with a suggestion that was withdrawn since.

    Raises:
        TextError: nothing was written, or too much.
        NotAllowed: the actor is no agent.
        Crossed: somebody wrote after position `seen`, or a colleague's reply is leaving.
        ActionError: the conversation is closed; or a macro left something to be filled in, or names
            something that is gone; or what was suggested for it was withdrawn since.
    """
    ticket = Ticket.objects.locked(ticket)
    user = rights.demand(actor, Permission.REPLY)
    if client_id and _was_sent(ticket, client_id):
        return Draft.objects.leaving().filter(ticket=ticket, client_id=client_id).first()
    if afterwards != Afterwards.NOTHING:
        rights.demand(actor, NEEDED_BY[afterwards])
    typed = _typed(ticket, user, Kind.REPLY).first()
    draft = typed or Draft(ticket=ticket, author=user, kind=Kind.REPLY)
    draft.body = text.message(body, may_be_empty=bool(uploads or _files(draft)))
    draft.client_id = client_id or uuid4()
    draft.asked_again = list(asked_again)
    draft.afterwards = afterwards
    draft.macro = draft.macro if with_macro else {}
    if left := placeholders.still_in(draft.body, draft.macro.get("marks", [])):
        raise ActionError(
            _("Not sent yet: fill this in first: %(what)s.") % {"what": left}, code="unfilled"
        )
    if not anyway and left_in(draft.suggested, draft.body):
        refuse_withdrawn(draft.suggested["sources"])
    return _set_off(draft, ticket, actor, seen, wait, uploads)


@transaction.atomic
def send_resolved(
    *, actor: Actor, ticket: Ticket, wait: timedelta, seen: int | None = None
) -> Draft | None:
    """The same for marking a conversation as resolved without a reply.

    Raises:
        NotAllowed: the actor is no agent.
        Crossed: somebody wrote after position `seen`, or a colleague's reply is leaving.
    """
    ticket = Ticket.objects.locked(ticket)
    user = rights.demand(actor, Permission.RESOLVE)
    if ticket.is_closed:
        return None
    leaving = Draft.objects.leaving().filter(ticket=ticket, author=user)
    if before := leaving.filter(afterwards=Afterwards.RESOLVE).first():
        return before
    draft = Draft(ticket=ticket, author=user, kind=Kind.REPLY)
    draft.afterwards = Afterwards.RESOLVE
    return _set_off(draft, ticket, actor, seen, wait)


@transaction.atomic
def take_back(*, actor: Actor, draft: Draft) -> Draft | None:
    """Its author takes a reply back before it leaves; None if there was nothing in it but an act.

    What they wrote meanwhile stands below it.

    Raises:
        ActionError: it has left already, or is not theirs.
    """
    ticket = Ticket.objects.locked(draft.ticket)
    leaving = Draft.objects.leaving().filter(pk=draft.pk, author=actor.user).first()
    if leaving is None:
        raise HasLeft
    events.record(EventKind.REPLY_TAKEN_BACK, actor=actor, ticket=ticket, draft=draft.pk)
    saving.save(ticket)
    return _write_again(leaving)


@transaction.atomic
def send_now(*, actor: Actor, draft: Draft) -> Message | None:
    """A reply leaves: because its time has come, or because its author does not want to wait.

    Once only, whoever asks, and however often. What does not let it leave (it crosses another, the
    conversation was closed, its author is gone) gives it back to its author, who is told.
    """
    ticket = Ticket.objects.locked(draft.ticket)
    leaving = Draft.objects.leaving().filter(pk=draft.pk).select_related("author").first()
    if leaving is None:
        return None
    try:
        with transaction.atomic():
            message = _leave(leaving, ticket)
    except ActionError as error:
        ticket = Ticket.objects.locked(ticket)
        events.record(
            EventKind.REPLY_HELD,
            actor=Actor.system(),
            ticket=ticket,
            draft=leaving.pk,
            user=leaving.author_id,
            reason=error.code,
        )
        saving.save(ticket)
        _write_again(leaving, held=error.message)
        return None
    return message


@transaction.atomic
def remove_draft_file(*, actor: Actor, draft: Draft, file: UUID) -> None:
    """Leave a file out of a reply that is being written; the file itself is removed by the clean-up."""
    Ticket.objects.locked(draft.ticket)
    own = Draft.objects.unsent().filter(pk=draft.pk, author=actor.user)
    Attachment.objects.filter(pk=file, draft__in=own).delete()


def _set_off(
    draft: Draft,
    ticket: Ticket,
    actor: Actor,
    seen: int | None,
    wait: timedelta,
    uploads: Sequence[Upload] = (),
) -> Draft | None:
    """Let a draft leave after `wait`, or at once. The ticket is locked."""
    draft.seen = ticket.last_position if seen is None else seen
    if not wait:
        _leave(draft, ticket, uploads)
        return None
    if ticket.is_closed:
        raise closed(ticket)
    crossing.refuse_second_voice(ticket, draft.author)
    crossing.refuse_crossing(ticket, draft.author, draft.seen)
    resolves = draft.afterwards == Afterwards.RESOLVE
    if refuse_gone(draft.macro).resolves or resolves:
        refuse_incomplete(ticket)
    if ticket.assignee is None or not ticket.somebody_has_it:
        accept(actor=actor, ticket=ticket)
        ticket = Ticket.objects.locked(ticket)
    draft.held, draft.updated_at = "", clock.now()
    draft.leaves_at = draft.updated_at + wait
    draft.save()
    attachments.store(draft, uploads)
    events.record(
        EventKind.REPLY_LEAVING,
        actor=actor,
        ticket=ticket,
        draft=draft.pk,
        wait=wait.total_seconds(),
        afterwards=draft.afterwards,
    )
    saving.save(ticket)
    return draft


def _leave(draft: Draft, ticket: Ticket, uploads: Sequence[Upload] = ()) -> Message | None:
    """Send what is in a draft, do what comes afterwards, and forget it."""
    author = Actor.agent(draft.author)
    message = None
    files = _files(draft)
    if draft.body or files or uploads:
        message = reply_asking(
            actor=author,
            ticket=ticket,
            body=draft.body,
            client_id=draft.client_id,
            uploads=uploads,
            kept=files,
            seen=draft.seen,
            asked_again=draft.asked_again,
        )
        keep_provenance(draft, message)
        keep_program(draft, message)
    if draft.macro:
        ending = not draft.afterwards
        ticket = carry_out(author, ticket, draft.macro, draft.client_id, ending=ending)
    if draft.afterwards == Afterwards.RESOLVE:
        resolve(actor=author, ticket=ticket, seen=draft.seen)
    elif draft.afterwards == Afterwards.SNOOZE:
        snooze(actor=author, ticket=ticket, until=None)
    if draft.pk:
        draft.delete()
    return message


def _files(draft: Draft) -> list[Attachment]:
    return list(draft.attachments.all()) if draft.pk else []


def _write_again(draft: Draft, *, held: str = "") -> Draft | None:
    """Give a reply back to its author, together with what they have typed since."""
    if newer := _typed(draft.ticket, draft.author, Kind.REPLY).first():
        draft.body = "\n\n".join(filter(None, [draft.body, newer.body]))
        newer.attachments.update(draft=draft)
        draft.macro = with_another(draft.macro, newer.macro)
        draft.suggested = with_another_suggestion(draft.suggested, newer.suggested)
        draft.by_key = draft.by_key or newer.by_key
        newer.delete()
    if not draft.body and not _does_more(draft) and not draft.attachments.exists():
        draft.delete()
        return None
    draft.leaves_at, draft.afterwards, draft.held = None, Afterwards.NOTHING, held[:200]
    draft.client_id, draft.updated_at = uuid4(), clock.now()
    draft.save()
    return draft


def _does_more(draft: Draft) -> bool:
    """Whether macros left something in it that is done when it leaves."""
    return bool(draft.macro.get("acts") or draft.macro.get("note"))


def _typed(ticket: Ticket, author: User, kind: Kind) -> QuerySet[Draft]:
    """What an agent is writing in a conversation: one row, or none."""
    return Draft.objects.unsent().filter(ticket=ticket, author=author, kind=kind)


def _was_sent(ticket: Ticket, client_id: UUID) -> bool:
    """Whether a message or a note has it already, or a reply that is leaving."""
    sent = (Message.objects, Note.objects, Draft.objects.leaving())
    return any(rows.filter(ticket=ticket, client_id=client_id).exists() for rows in sent)
