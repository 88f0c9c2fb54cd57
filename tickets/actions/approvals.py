"""What an agent may not decide alone: they ask, a lead decides, and both stand in the conversation."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from tickets import clock, events
from tickets.actions import rights, saving
from tickets.actions.errors import ActionError, NotAllowed, closed
from tickets.actions.speech import announce
from tickets.actors import Actor
from tickets.intake import text
from tickets.models import (
    Approval,
    ApprovalKind,
    ApprovalState,
    EventKind,
    Note,
    NoteKind,
    Permission,
    Ticket,
    User,
)
from tickets.service import notices

LONGEST = 2000  # characters of a reason
LONGEST_FOR_CUSTOMER = 120


@transaction.atomic
def ask_for_approval(
    *,
    actor: Actor,
    ticket: Ticket,
    kind: ApprovalKind,
    why: str,
    amount: Decimal | None = None,
    for_customer: str = "",
    client_id: UUID | None = None,
) -> Approval:
    """Ask the leads of a conversation. They are told; with `for_customer` the customer is, too, now and
    when it is decided.

    Raises:
        TextError: no reason, or too long a one.
        NotAllowed: the actor is no agent.
        ActionError: it is closed, waits already, needs an amount, or agents decide it themselves.
    """
    ticket = Ticket.objects.locked(ticket)
    user = rights.demand(actor, Permission.REPLY)
    if client_id and (before := Note.objects.filter(ticket=ticket, client_id=client_id).first()):
        return _asked_in(before)
    why = _reason(why)
    _must_be_asked(ticket, kind, amount)
    approval = Approval(
        ticket=ticket,
        kind=kind,
        amount=amount,
        why=why,
        for_customer=text.line(for_customer, limit=LONGEST_FOR_CUSTOMER),
        asked_by=user,
    )
    note = _note(user, ticket, NoteKind.APPROVAL, f"{approval.what}\n\n{why}", client_id)
    approval.position = note.position
    approval.save()
    _record(actor, note, approval)
    if approval.for_customer:
        announce(ticket, notices.approval_asked(approval.for_customer))
    saving.save(ticket)
    return approval


@transaction.atomic
def decide_approval(
    *, actor: Actor, approval: Approval, approves: bool, words: str = ""
) -> Approval:
    """A lead decides; whoever asked is told, and the customer if that was asked for.

    Raises:
        TextError: it is declined without a word why, or with too many.
        NotAllowed: the actor is no lead.
        ActionError: it is their own, or decided or withdrawn by now.
    """
    ticket = Ticket.objects.locked(approval.ticket)
    approval = Approval.objects.select_for_update(no_key=True).get(pk=approval.pk)
    user = rights.demand(actor, Permission.APPROVE)
    _must_wait(approval)
    if approval.asked_by_id == user.pk:
        raise ActionError(
            _("You asked for this yourself, so somebody else has to decide it."), code="own"
        )
    words = text.message(words, may_be_empty=True).strip() if approves else _reason(words)
    approval.state = ApprovalState.APPROVED if approves else ApprovalState.DECLINED
    _decide(user, ticket, approval, words)
    told = notices.approved if approves else notices.not_approved
    if approval.for_customer and not ticket.is_closed:
        announce(ticket, told(approval.for_customer))
    saving.save(ticket)
    return approval


@transaction.atomic
def withdraw_approval(*, actor: Actor, approval: Approval) -> Approval:
    """Whoever asked does not need it any more. The customer is not told: nothing was decided.

    Raises:
        NotAllowed: somebody else asked for it.
        ActionError: it is decided by now.
    """
    ticket = Ticket.objects.locked(approval.ticket)
    approval = Approval.objects.select_for_update(no_key=True).get(pk=approval.pk)
    if actor.user is None or approval.asked_by_id != actor.user.pk or not actor.works_here:
        raise NotAllowed
    _must_wait(approval)
    approval.state = ApprovalState.WITHDRAWN
    _decide(actor.user, ticket, approval, "")
    saving.save(ticket)
    return approval


def _must_be_asked(ticket: Ticket, kind: ApprovalKind, amount: Decimal | None) -> None:
    if ticket.is_closed:
        raise closed(ticket)
    if not kind.is_active:
        raise ActionError(_("This is not asked for any more. Choose something else."), code="gone")
    if kind.limit is not None and amount is None:
        raise ActionError(_("Say which amount."), code="no_amount")
    if amount is not None and not 0 < amount < 10**10:
        raise ActionError(_("The amount has to be above zero."), code="no_amount")
    if kind.limit is not None and amount is not None and amount <= kind.limit:
        limit = kind.amount_in_words(kind.limit)
        raise ActionError(
            _("Up to %(limit)s you decide yourself: nobody has to be asked.") % {"limit": limit},
            code="not_needed",
        )
    if ticket.approvals.filter(kind=kind, state=ApprovalState.WAITING).exists():
        raise ActionError(
            _("“%(kind)s” waits for a decision in this conversation already.") % {"kind": kind},
            code="waits",
        )


def _asked_in(note: Note) -> Approval:
    """What a note asks for, that was sent before. Raises ActionError for a note of another kind."""
    found = Approval.objects.filter(ticket=note.ticket_id, position=note.position).first()
    if found is None:
        raise ActionError(_("This was used for another note. Open the form again."), code="used")
    return found


def _must_wait(approval: Approval) -> None:
    if approval.state == ApprovalState.WAITING:
        return
    words = {
        ApprovalState.APPROVED: _("%(name)s has approved it already."),
        ApprovalState.DECLINED: _("%(name)s has declined it already."),
        ApprovalState.WITHDRAWN: _("%(name)s has withdrawn it."),
    }[ApprovalState(approval.state)]
    raise ActionError(words % {"name": approval.decided_by}, code="decided")


def _decide(user: User, ticket: Ticket, approval: Approval, words: str) -> None:
    approval.decided_by, approval.decided_at, approval.words = user, clock.now(), words
    approval.save()
    line = f"{approval.get_state_display()}: {approval.what}"
    note = _note(user, ticket, NoteKind.DECISION, f"{line}\n\n{words}".strip())
    _record(Actor.agent(user), note, approval, user=approval.asked_by_id)


def _note(
    user: User, ticket: Ticket, kind: NoteKind, body: str, client_id: UUID | None = None
) -> Note:
    return Note.objects.create(
        ticket=ticket,
        position=ticket.next_position(),
        author=user,
        body=body,
        kind=kind,
        client_id=client_id,
    )


def _record(actor: Actor, note: Note, approval: Approval, **more: Any) -> None:
    events.record(
        EventKind.NOTE_WRITTEN,
        actor=actor,
        ticket=note.ticket,
        position=note.position,
        note=note.kind,
        approval=approval.pk,
        decision=approval.state,
        **more,
    )


def _reason(why: str) -> str:
    """Raises TextError."""
    why = text.message(why)
    if len(why) > LONGEST:
        words = _("A reason has at most %(most)d characters.") % {"most": LONGEST}
        raise text.TextError(words, code="too_long")
    return why
