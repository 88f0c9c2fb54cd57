"""Linking two tickets, and removing a link. Customers hear of neither."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from tickets import events
from tickets.actions import rights, saving
from tickets.actions.errors import ActionError
from tickets.actors import Actor
from tickets.models import EventKind, LinkKind, Permission, Ticket, TicketLink


@transaction.atomic
def link(*, actor: Actor, ticket: Ticket, other: Ticket, kind: LinkKind) -> TicketLink:
    """Say what `ticket` is to the other one. Linking twice finds the first link.

    Raises:
        NotAllowed: the actor is no agent.
        ActionError: it is the same ticket, or such links lead from the other one back to it.
    """
    ticket, other = _locked(ticket, other)
    rights.demand(actor, Permission.CHANGE)
    if ticket == other:
        raise ActionError(_("Choose another conversation."), code="itself")
    TicketLink.objects.hold_still()
    if kind == LinkKind.RELATED and ticket.pk > other.pk:
        ticket, other = other, ticket
    ends: dict[str, Any] = {"from_ticket": ticket, "to_ticket": other, "kind": kind}
    known = TicketLink.objects.filter(**ends).first()
    if known is not None:
        return known
    if kind != LinkKind.RELATED and TicketLink.objects.leads(kind, other, ticket):
        raise ActionError(
            _("That would be a circle: such links lead from %(reference)s back to this one.")
            % {"reference": other.reference},
            code="circle",
        )
    made = TicketLink.objects.create(**ends)
    _tell(EventKind.TICKET_LINKED, actor, made, ticket, other)
    return made


@transaction.atomic
def unlink(*, actor: Actor, link: TicketLink) -> None:
    """Remove a link; nothing happens if a colleague has removed it already.

    Raises:
        NotAllowed: the actor is no agent.
    """
    ticket, other = _locked(link.from_ticket, link.to_ticket)
    rights.demand(actor, Permission.CHANGE)
    if TicketLink.objects.filter(pk=link.pk).delete()[0]:
        _tell(EventKind.TICKET_UNLINKED, actor, link, ticket, other)


def _locked(one: Ticket, other: Ticket) -> tuple[Ticket, Ticket]:
    """Both, locked in the one order in which several are."""
    keys = sorted({one.pk, other.pk})
    rows = {pk: Ticket.objects.locked(Ticket(pk=pk)) for pk in keys}
    return rows[one.pk], rows[other.pk]


def _tell(kind: EventKind, actor: Actor, about: TicketLink, ticket: Ticket, other: Ticket) -> None:
    """The event of each of the two. It names the other by its key: not everybody may see it."""
    for one, end, side in ((ticket, other, "from"), (other, ticket, "to")):
        events.record(kind, actor=actor, ticket=one, link=about.kind, side=side, other=end.pk)
        saving.save(one)
