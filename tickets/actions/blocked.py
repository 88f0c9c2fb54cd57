"""What a block does to those whom it concerns; other actions ask here before they write for them."""

from __future__ import annotations

from tickets import clock
from tickets.actions.errors import Blocked
from tickets.actors import Actor
from tickets.models import Block, Customer, SiteSettings
from tickets.service import notices


def refuse_blocked(actor: Actor, customer: Customer) -> None:
    """Stop what `actor` does in the name of a customer who may not write. Staff may: by telephone,
    for one, they are reached by somebody who is blocked here.

    Raises:
        Blocked: with the words for the customer.
    """
    if actor.works_here:
        return
    found = Block.objects.of(customer).in_force(clock.now()).order_by("-pk").first()
    if found is not None:
        raise Blocked(notices.blocked(SiteSettings.load(), found.until))
