"""Who the customer is: a visitor, a known address, the account that it all joins."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.db.models import Q

from tickets import addresses, clock, events
from tickets.actions import saving
from tickets.actions.identity import end_proof
from tickets.actions.organizations import belong_by_address
from tickets.actions.visits import bring_along, claim_visits
from tickets.actors import Actor
from tickets.intake import text
from tickets.models import (
    Block,
    Contact,
    Customer,
    CustomerMerge,
    EventKind,
    ExternalId,
    Fact,
    Record,
    Ticket,
    User,
    Visit,
)
from tickets.models.blocks import OPEN


@transaction.atomic
def new_visitor(*, actor: Actor, language: str = "") -> Customer:
    """A customer of whom nothing is known yet. `actor` is nobody, and becomes this customer."""
    return Customer.objects.create(language=language[:10])


@transaction.atomic
def known_customer(*, actor: Actor, email: str, name: str = "", language: str = "") -> Customer:
    """The customer with this address, made if new. For an address that is believed: by the word of
    staff or an API key, or because whoever holds it answered a mail.

    Raises:
        ValidationError: it is no address.
    """
    email = addresses.normalised(email)
    customer = Customer.objects.select_for_update(no_key=True).filter(email=email).first()
    if customer is None:
        customer, new = Customer.objects.get_or_create(
            email=email, defaults={"name": text.line(name, limit=150), "language": language[:10]}
        )
        if new:
            belong_by_address(customer)
    elif name and not customer.name:
        customer.name = text.line(name, limit=150)
        customer.save(update_fields=["name"])
    return customer


@transaction.atomic
def join_account(
    *, actor: Actor, user: User, visitor: Customer | None, browser: str = ""
) -> Customer:
    """After a log-in: the customer of this log-in, with what the visitor of this browser wrote.

    A log-in is only possible with a confirmed address, so the address decides who it is. What was read
    in this `browser` before, by whom nobody knew, is theirs, too.
    """
    if visitor is not None:  # before who they join, as everywhere
        visitor = Customer.objects.locked(visitor)
    user = User.objects.select_for_update().get(pk=user.pk)
    customer = Customer.objects.select_for_update(no_key=True).filter(user=user).first()
    if customer is None:
        try:
            with transaction.atomic():
                customer = _give_login(user, user.email)
        except IntegrityError:  # confirmed in this moment; or another log-in had it before
            customer = _give_login(user, None)
    if visitor is not None:
        _join_if_unknown(actor, visitor, customer)
    claim_visits(browser, customer)
    return customer


@transaction.atomic
def join_browser(*, actor: Actor, visitor: Customer, owner: Customer) -> None:
    """What the visitor of a browser wrote is `owner`'s, who proved in that browser who they are."""
    visitor = Customer.objects.locked(visitor)
    owner = Customer.objects.locked(owner)
    _join_if_unknown(actor, visitor, owner)


@transaction.atomic
def follow_login_address(*, actor: Actor, user: User) -> Customer | None:
    """After a log-in got another confirmed address: answers go there. `actor` is its customer.

    If somebody else, without a log-in, has that address already, their conversations join.
    """
    customer = Customer.objects.select_for_update(no_key=True).filter(user=user).first()
    email = addresses.normalised(user.email)
    if customer is None or customer.email == email:
        return customer
    holders = Customer.objects.select_for_update(no_key=True).filter(email=email)
    holder = holders.exclude(pk=customer.pk).first()
    if holder is not None and holder.user_id is not None:
        return customer  # two log-ins cannot have one address; this is only to be safe
    if holder is not None:
        holder.email = None
        holder.save(update_fields=["email"])
        _take_block_along(holder, customer)
        _join(actor, holder, customer)
    customer.email = email
    customer.save(update_fields=["email"])
    belong_by_address(customer)
    return customer


def _take_block_along(holder: Customer, owner: Customer) -> None:
    """What keeps a locked `holder` from writing keeps `owner`, who is proved to be the same person."""
    if not Block.objects.filter(OPEN, customer=owner).exists():
        Block.objects.filter(OPEN, customer=holder).update(customer=owner)


def _give_login(user: User, email: str | None) -> Customer:
    """The customer with the user's address and no log-in, else a new one with `email`."""
    found = Customer.objects.select_for_update(no_key=True).filter(email=user.email, user=None)
    customer = found.first() or Customer(email=email)
    customer.user = user
    customer.name = customer.name or user.name
    customer.claimed_email = ""
    customer.save()
    belong_by_address(customer)
    return customer


def _join_if_unknown(actor: Actor, visitor: Customer, owner: Customer) -> None:
    """Join a visitor of whom nothing was proved yet; whoever is somebody else stays who they are."""
    unknown = visitor.user_id is None and visitor.email is None and visitor.joined_into_id is None
    if unknown and visitor.pk != owner.pk:
        _join(actor, visitor, owner)


def _join(actor: Actor, visitor: Customer, owner: Customer) -> None:
    """Everything of the visitor becomes the owner's. The visitor's row stays, as a signpost."""
    tickets = list(
        Ticket.objects.select_for_update(no_key=True).filter(customer=visitor).order_by("pk")
    )
    for ticket in tickets:
        give_to(actor, ticket, visitor, owner)
    Fact.objects.filter(customer=visitor).update(customer=owner)
    Visit.objects.filter(customer=visitor).update(customer=owner)
    Record.objects.filter(customer=visitor).update(customer=owner)
    _end_merges(visitor)
    _bring_contacts(visitor, owner)
    if visitor.name and not owner.name:
        owner.name = visitor.name
        owner.save(update_fields=["name"])
    visitor.joined_into = owner
    visitor.claimed_email = ""
    visitor.save(update_fields=["joined_into", "claimed_email"])


def _end_merges(visitor: Customer) -> None:
    """Who they are is proved now: whatever agents thought of it before is over."""
    there = Q(customer=visitor) | Q(into=visitor)
    if not CustomerMerge.objects.filter(there, parted_at=None).update(parted_at=clock.now()):
        return
    Customer.objects.filter(merged_into=visitor).update(merged_into=None)
    visitor.merged_into = None
    visitor.save(update_fields=["merged_into"])


def _bring_contacts(visitor: Customer, owner: Customer) -> None:
    """Further addresses and numbers that the owner has not; confirmed they are for nobody anew."""
    has = Contact.objects.filter(customer=owner).values("value")
    Contact.objects.filter(customer=visitor).exclude(value__in=has).update(
        customer=owner, confirmed_at=None, confirmed_by=None
    )
    known = ExternalId.objects.filter(customer=owner).values("system")
    ExternalId.objects.filter(customer=visitor).exclude(system__in=known).update(customer=owner)


def give_to(actor: Actor, ticket: Ticket, visitor: Customer, owner: Customer) -> None:
    """One conversation, which is locked, becomes the owner's, with what was said in it and read before."""
    ticket.customer = owner
    end_proof(actor, ticket, owner)
    Fact.objects.filter(ticket=ticket).update(customer=owner)
    bring_along(ticket, visitor, owner)
    events.record(
        EventKind.CUSTOMER_JOINED,
        actor=actor,
        ticket=ticket,
        visitor=visitor.pk,
        customer=owner.pk,
    )
    saving.save(ticket)
