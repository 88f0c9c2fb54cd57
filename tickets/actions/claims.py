"""Proving an address: a visitor leaves one, a code goes to it, whoever holds it says yes or no.

Leaving an address gives no right to anything. The yes gives its rights to whoever says it, in the
browser in which they say it; the visitor who left the address has lost the conversation by then.
So nobody reads on in what a stranger confirmed, and whoever is the same person goes on where they
typed the code.
"""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from tickets import addresses, clock, events
from tickets.actions import saving
from tickets.actions.blocked import refuse_blocked
from tickets.actions.customers import give_to, known_customer
from tickets.actions.errors import ActionError
from tickets.actors import Actor
from tickets.models import Claim, ClaimState, Customer, EventKind, Ticket
from tickets.models.claims import VALID_FOR, digest_of, new_code


@transaction.atomic
def leave_email(*, actor: Actor, ticket: Ticket, email: str) -> Customer:
    """The customer leaves an address. It is not believed until a mail to it was answered.

    Raises:
        ValidationError: it is no address.
        ActionError: whoever has it said that it is not theirs to use.
        Blocked: they may not write to us.
    """
    customer = Customer.objects.locked(ticket.customer)
    customer = customer.joined_into or customer  # who joined in this moment has an address
    refuse_blocked(actor, customer)
    ticket = Ticket.objects.locked(ticket)
    email = addresses.normalised(email)
    if customer.email or customer.claimed_email == email or ticket.customer_id != customer.pk:
        return customer
    if Claim.objects.filter(customer=customer, email=email, refused_at__isnull=False).exists():
        raise ActionError(
            _(
                "Whoever has this address told us that you do not write for them. Leave another one."
            ),
            code="refused",
        )
    customer.claimed_email = email
    customer.save(update_fields=["claimed_email"])
    events.record(EventKind.EMAIL_LEFT, actor=actor, ticket=ticket)
    saving.save(ticket)
    return customer


@transaction.atomic
def ask_for_a_code(*, actor: Actor, ticket: Ticket) -> str:
    """Another mail to the address of a conversation; the address. `actor` may be nobody.

    Raises:
        ActionError: there is no address to write to, or a log-in that says more than a mail.
    """
    ticket = Ticket.objects.locked(ticket)
    customer = ticket.customer
    if not customer.reachable_at or customer.user_id is not None:
        raise ActionError(_("Log in to go on with this conversation."), code="log_in")
    events.record(EventKind.CODE_ASKED, actor=actor, ticket=ticket)
    saving.save(ticket)
    return customer.reachable_at


@transaction.atomic
def make_claim(*, actor: Actor, ticket: Ticket) -> tuple[Claim, str]:
    """A claim to the address that the conversation's customer names, and the code for the mail.

    The code is kept nowhere. A mail that is tried again gets another one; both work until one of
    them was used.
    """
    ticket = Ticket.objects.locked(ticket)
    code = new_code()
    claim = Claim.objects.create(
        ticket=ticket,
        customer=ticket.customer,
        email=ticket.customer.reachable_at,
        digest=digest_of(code),
        expires_at=clock.now() + VALID_FOR,
    )
    return claim, code


@transaction.atomic
def confirm_claim(*, actor: Actor, claim: Claim) -> Customer:
    """Whoever holds the address says yes: the conversation is theirs, and nothing else.

    It joins the customer who has the address, or a new one: never does the visitor's own row get
    it, since that row is whoever sits at the browser in which it was left. Returns that customer.
    `actor` is whoever answered; once they did, they are the customer.

    Raises:
        ActionError: the claim was answered before, is too old, or nobody asks any more; its code
            is the claim's state.
    """
    visitor = Customer.objects.locked(claim.customer)
    claim = _open(claim)
    claim.confirmed_at = clock.now()
    claim.save(update_fields=["confirmed_at"])
    if visitor.email is not None:  # it is theirs already; they only go on in another browser
        events.record(EventKind.EMAIL_CONFIRMED, actor=Actor.of_customer(visitor), subject=visitor)
        return visitor
    owner = known_customer(actor=actor, email=claim.email, language=visitor.language)
    events.record(EventKind.EMAIL_CONFIRMED, actor=Actor.of_customer(owner), subject=owner)
    ticket = Ticket.objects.locked(claim.ticket)
    give_to(Actor.of_customer(owner), ticket, visitor, owner)
    if not visitor.tickets.exists():
        visitor.claimed_email = ""
        visitor.save(update_fields=["claimed_email"])
    return owner


@transaction.atomic
def refuse_claim(*, actor: Actor, claim: Claim) -> None:
    """Whoever holds the address says "this wasn't me": nothing joins, and the address is dropped.

    Raises:
        ActionError: as for a yes.
    """
    visitor = Customer.objects.locked(claim.customer)
    claim = _open(claim)
    claim.refused_at = clock.now()
    claim.save(update_fields=["refused_at"])
    if visitor.claimed_email == claim.email:
        visitor.claimed_email = ""
        visitor.save(update_fields=["claimed_email"])
    ticket = Ticket.objects.locked(claim.ticket)
    events.record(EventKind.EMAIL_REFUSED, actor=actor, ticket=ticket)
    saving.save(ticket)


def _open(claim: Claim) -> Claim:
    """The claim as it is now, under the lock of its customer, with whom everybody begins."""
    claim = Claim.objects.get(pk=claim.pk)
    if claim.state != ClaimState.OPEN:
        raise ActionError(_("This code is no longer valid."), code=claim.state)
    return claim
