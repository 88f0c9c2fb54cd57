"""Blocking somebody who may not write to us any more, and taking it back. Only people do either.

It is the one limit that stands between a customer and a person. So it has a reason, everybody who
works here sees it, it can be taken back at any time, and whoever is blocked is told so and told how
else to reach the company. What they wrote before stays, and they may read it.
"""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from tickets import addresses, clock, events
from tickets.actions import rights, saving, undoing
from tickets.actions.errors import NotAllowed
from tickets.actions.spam import mark_spam
from tickets.actors import Actor
from tickets.intake import text
from tickets.models import Block, Customer, Event, EventKind, Permission, Ticket
from tickets.models.blocks import OPEN


@transaction.atomic
def block(
    *,
    actor: Actor,
    reason: str,
    customer: Customer | None = None,
    email: str = "",
    domain: str = "",
    until: datetime | None = None,
    ticket: Ticket | None = None,
    spam: bool = False,
) -> Block:
    """Keep a customer, an address or a domain from writing. Who is blocked already stays so.

    It is about one of the three. `ticket` is the conversation because of which somebody does it, and
    which goes into quarantine if it is `spam`.

    Raises:
        NotAllowed: the actor is no agent; or no lead, for a domain.
        ValidationError: there is no reason, that is no address, or the time is over already.
    """
    customer = Customer.objects.locked(customer) if customer else None
    ticket = Ticket.objects.locked(ticket) if ticket else None
    user = rights.demand(actor, Permission.SPAM)
    if domain and not user.may_block_domains:
        raise NotAllowed
    was = undoing.look(ticket) if ticket else None
    reason = text.line(reason, limit=300)
    if text.says_nothing(reason):
        raise ValidationError(_("Say in a few words why."), code="required")
    now = clock.now()
    if until is not None and until <= now:
        raise ValidationError(_("Choose a time that is still to come."), code="past")
    email = addresses.normalised(email) if email else ""
    domain = addresses.domain(domain) if domain else ""
    whom = {"customer": customer, "email": email, "domain": domain}
    Block.objects.filter(OPEN, until__lte=now, **whom).update(lifted_at=now)
    try:
        with transaction.atomic():
            found = Block.objects.create(**whom, reason=reason, by=user, since=now, until=until)
    except IntegrityError:  # a colleague was faster
        return Block.objects.get(OPEN, **whom)
    event = _record(EventKind.CUSTOMER_BLOCKED, actor, found, ticket)
    if ticket is not None and was is not None:
        ticket = mark_spam(actor=actor, ticket=ticket) if spam else ticket
        undoing.keep(event, was, ticket, block=found)
    return found


@transaction.atomic
def unblock(*, actor: Actor, block: Block, ticket: Ticket | None = None) -> Block:
    """Take a block back: they may write again at once. The row stays, with who did so.

    Raises:
        NotAllowed: the actor is no agent; or no lead, for a domain.
    """
    ticket = Ticket.objects.locked(ticket) if ticket else None
    block = Block.objects.select_for_update().get(pk=block.pk)
    user = rights.demand(actor, Permission.SPAM)
    if block.domain and not user.may_block_domains:
        raise NotAllowed
    if block.lifted_at is not None:
        return block
    was = undoing.look(ticket, handovers=False) if ticket else None
    block.lifted_at, block.lifted_by = clock.now(), user
    block.save(update_fields=["lifted_at", "lifted_by"])
    event = _record(EventKind.CUSTOMER_UNBLOCKED, actor, block, ticket)
    if ticket is not None and was is not None:
        undoing.keep(event, was, ticket, block=block)
    return block


def _record(kind: EventKind, actor: Actor, found: Block, ticket: Ticket | None) -> Event:
    """Of a ticket where it was done there, and of the block itself, whose history shows it."""
    about = "customer" if found.customer_id else "email" if found.email else "domain"
    event = events.record(kind, actor=actor, ticket=ticket, subject=found, about=about)
    if ticket is not None:
        saving.save(ticket)
    return event
