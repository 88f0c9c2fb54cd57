"""Two conversations of one customer become one, and two again within a day.

No message moves. The merged one (the source) is closed and keeps all that is its own, so that whoever
could read one of the two still reads exactly that, and a merge can be taken back; the other (the
target) shows both to agents who may read both. Only conversations of the same customer are merged:
what is said in the target is for one customer's eyes.

The customer is locked first, so that merges of their conversations come one after the other; then the
source, then the target, in the order in which words that come late follow a merge.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from tickets import clock, events
from tickets.actions import rights, saving
from tickets.actions.closing import end
from tickets.actions.errors import ActionError
from tickets.actions.handover import accept, hand_over
from tickets.actions.snoozing import Why, come_back
from tickets.actions.speech import announce
from tickets.actors import Actor
from tickets.models import (
    Customer,
    Draft,
    Event,
    EventKind,
    Permission,
    Reason,
    Resolution,
    Ticket,
    Turn,
)
from tickets.service import notices

REVERSIBLE = timedelta(days=1)
_OWED = (Turn.QUEUE, Turn.AGENT, Turn.ASSISTANT)  # the customer waits for an answer


@transaction.atomic
def merge(*, actor: Actor, ticket: Ticket, into: Ticket) -> Ticket:
    """Let `ticket` go on in another conversation of the same customer; returns the other one.

    The customer reads in both that they are one now, and what they write in the merged one goes into
    the other. If they waited for an answer or for a person in it, they do so in the other: whoever
    merges has it from then on if nobody does.

    Raises:
        NotAllowed: the actor is no agent.
        ActionError: they are not of one customer, one of them is merged already or is closed while
            the other is open, or a reply is leaving in it.
    """
    customer = Customer.objects.locked(ticket.customer)
    rights.demand(actor, Permission.CHANGE)
    _refuse_unfit(ticket, into, customer)
    source = Ticket.objects.locked(ticket)
    target = Ticket.objects.locked(into)
    leaving = Draft.objects.leaving().filter(ticket=source).select_related("author").first()
    if leaving is not None:
        words = _("%(name)s is sending a reply in it at this moment. Wait until it has left.")
        raise ActionError(words % {"name": leaving.author}, code="leaving")
    if target.is_closed and not source.is_closed:
        raise ActionError(
            _("%(reference)s is closed. Reopen it first, or merge it into this one.")
            % {"reference": target.reference},
            code="closed",
        )
    waits_since = source.turn_since
    owed, had_a_person = source.turn in _OWED, source.with_a_person and not source.is_closed
    before = _state_of(source)
    end(source, Resolution.MERGED)
    source.merged_into = target
    about: dict[str, Any] = {"merged": source.pk, "into": target.pk}
    events.record(EventKind.TICKET_MERGED, actor=actor, ticket=source, before=before, **about)
    announce(source, notices.merged())
    saving.save(source)
    events.record(EventKind.TICKET_MERGED, actor=actor, ticket=target, **about)
    announce(target, notices.merged_here())
    if owed and target.turn == Turn.CUSTOMER and target.somebody_has_it:
        come_back(target, actor, Why.WROTE)
        target.pass_turn(Turn.AGENT)
    saving.save(target, waits_since=waits_since if owed else None)
    if (owed or had_a_person) and not target.somebody_has_it:
        accept(actor=actor, ticket=target)
        target.refresh_from_db()
    return target


@transaction.atomic
def unmerge(*, actor: Actor, ticket: Ticket) -> Ticket:
    """Take a merge back within a day: the conversation has the turn again that it had.

    What was written in the other one since stays there. A snooze that it had has ended; where its
    agent is gone, a person is asked for.

    Raises:
        NotAllowed: the actor is no agent.
        ActionError: it was merged longer ago.
    """
    Customer.objects.locked(ticket.customer)
    source = Ticket.objects.locked(ticket)
    rights.demand(actor, Permission.CHANGE)
    if source.merged_into is None:
        return source
    merge_event = source.events.filter(kind=EventKind.TICKET_MERGED).latest("position")
    if not is_reversible(merge_event.created_at):
        raise ActionError(
            _("A merge can be taken back for a day, and that is over."), code="too_late"
        )
    target = Ticket.objects.locked(source.merged_into)
    _bring_back(source, merge_event)
    about: dict[str, Any] = {"merged": source.pk, "into": target.pk}
    events.record(EventKind.TICKET_UNMERGED, actor=actor, ticket=source, **about)
    announce(source, notices.unmerged())
    saving.save(source)
    events.record(EventKind.TICKET_UNMERGED, actor=actor, ticket=target, **about)
    announce(target, notices.unmerged_here())
    saving.save(target)
    assignee = source.assignee
    if source.turn == Turn.AGENT and assignee is not None and not assignee.on_the_staff:
        hand_over(actor=actor, ticket=source, reason=Reason.REOPENED)
        source.refresh_from_db()
    return source


def is_reversible(merged_at: datetime) -> bool:
    """Whether a merge of then can be taken back now."""
    return clock.now() < merged_at + REVERSIBLE


def _refuse_unfit(ticket: Ticket, into: Ticket, customer: Customer) -> None:
    """What the rows say under the lock of the customer, whose conversations nobody else merges now."""
    rows = Ticket.objects.in_bulk([ticket.pk, into.pk])
    source, target = rows[ticket.pk], rows[into.pk]
    if source == target:
        raise ActionError(_("Choose another conversation."), code="itself")
    if not (source.customer_id == target.customer_id == customer.pk):
        raise ActionError(
            _(
                "They are of two customers, of whom neither may read what the other wrote. Link them "
                "as a duplicate instead, or make one the cause of the other and answer both at once."
            ),
            code="two_customers",
        )
    if source.is_spam or target.is_spam:
        raise ActionError(_("One of them is in quarantine. Bring it back first."), code="spam")
    if source.merged_into_id is not None:
        raise ActionError(_("It was merged into another one already."), code="merged")
    if target.merged_into_id is not None:
        raise ActionError(
            _("%(reference)s was merged into another one itself. Choose that one.")
            % {"reference": target.reference},
            code="merged",
        )
    if source.merged.exists():
        raise ActionError(
            _("Others were merged into this one. Merge %(reference)s into this one instead.")
            % {"reference": target.reference},
            code="has_merged",
        )


def _state_of(ticket: Ticket) -> dict[str, Any]:
    """What a merge changes of a ticket, to be brought back; no words of anybody."""
    handover = ticket.handovers.filter(ended_at=None).first()
    return {
        "turn": ticket.turn,
        "turn_since": ticket.turn_since.isoformat(),
        "resolution": ticket.resolution,
        "closed_at": ticket.closed_at.isoformat() if ticket.closed_at else None,
        "handover": handover.pk if handover else None,
    }


def _bring_back(ticket: Ticket, merge_event: Event) -> None:
    """Let a locked ticket be as it was before the event of its merge."""
    before = merge_event.data["before"]
    ticket.merged_into = None
    ticket.turn, ticket.resolution = before["turn"], before["resolution"]
    ticket.turn_since = datetime.fromisoformat(before["turn_since"])
    closed_at = before["closed_at"]
    ticket.closed_at = datetime.fromisoformat(closed_at) if closed_at else None
    ticket.handovers.filter(pk=before["handover"]).update(ended_at=None)
