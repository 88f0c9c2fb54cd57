"""Who the customer is: a visitor, an address they left, the account that it all joins."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from tickets import events, text
from tickets.actions.errors import ActionError
from tickets.actors import Actor
from tickets.models import Customer, EventKind, Fact, Ticket, User

LONGEST_EMAIL = 254  # what an address may have (RFC 5321), and the column holds


@transaction.atomic
def new_visitor(*, actor: Actor, language: str = "") -> Customer:
    """A customer of whom nothing is known yet. `actor` is nobody, and becomes this customer."""
    return Customer.objects.create(language=language[:10])


@transaction.atomic
def known_customer(*, actor: Actor, email: str, name: str = "") -> Customer:
    """The customer with this address, made if new. For those whose word is good: staff, API keys.

    Raises:
        ValidationError: it is no address.
    """
    email = valid_email(email)
    customer = Customer.objects.select_for_update(no_key=True).filter(email__iexact=email).first()
    if customer is None:
        customer, _new = Customer.objects.get_or_create(
            email=email, defaults={"name": text.line(name, limit=150)}
        )
    elif name and not customer.name:
        customer.name = text.line(name, limit=150)
        customer.save(update_fields=["name"])
    return customer


@transaction.atomic
def leave_email(*, actor: Actor, ticket: Ticket, email: str) -> Customer:
    """The customer leaves an address. It is not believed until a mail to it was answered.

    Raises:
        ValidationError: it is no address.
    """
    customer = Customer.objects.locked(ticket.customer)
    customer = customer.joined_into or customer  # who joined in this moment has an address
    ticket = Ticket.objects.locked(ticket)
    email = valid_email(email)
    if customer.email or customer.claimed_email == email:
        return customer
    customer.claimed_email = email
    customer.save(update_fields=["claimed_email"])
    events.record(EventKind.EMAIL_LEFT, actor=actor, ticket=ticket)
    ticket.save()
    return customer


@transaction.atomic
def confirm_email(*, actor: Actor, customer: Customer, email: str) -> Customer:
    """Whoever holds the address answered: what was written joins whoever has that address.

    `actor` is the customer themself. Returns the customer that it belongs to from now on.

    Raises:
        ActionError: they have left or confirmed another address since.
    """
    visitor = Customer.objects.locked(customer)
    email = valid_email(email)
    if not visitor.may_confirm(email):
        raise ActionError(_("This link is no longer valid."), code="expired")
    if visitor.joined_into is not None:
        return visitor.joined_into
    if visitor.email is not None:
        return visitor
    events.record(EventKind.EMAIL_CONFIRMED, actor=actor, subject=visitor)
    owner = Customer.objects.select_for_update(no_key=True).filter(email__iexact=email).first()
    if owner is None:
        try:
            with transaction.atomic():
                visitor.email = email
                visitor.claimed_email = ""
                visitor.save(update_fields=["email", "claimed_email"])
            return visitor
        except IntegrityError:  # somebody else confirmed the same address in this moment
            visitor.email = None
            owner = Customer.objects.select_for_update(no_key=True).get(email__iexact=email)
    _join(actor, visitor, owner)
    return owner


@transaction.atomic
def join_account(*, actor: Actor, user: User, visitor: Customer | None) -> Customer:
    """After a log-in: the customer of this log-in, with what the visitor of this browser wrote.

    A log-in is only possible with a confirmed address, so the address decides who it is.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    customer = Customer.objects.select_for_update(no_key=True).filter(user=user).first()
    if customer is None:
        try:
            with transaction.atomic():
                customer = _give_login(user, user.email)
        except IntegrityError:  # confirmed in this moment; or another log-in had it before
            customer = _give_login(user, None)
    if visitor is not None and visitor.pk != customer.pk:
        visitor = Customer.objects.locked(visitor)
        if visitor.user_id is None and visitor.email is None and visitor.joined_into_id is None:
            _join(actor, visitor, customer)
    return customer


def valid_email(email: str) -> str:
    """The address in lower case. Raises ValidationError, which says what an address looks like."""
    email = text.line(email, limit=400).lower()
    try:
        validate_email(email)
        if len(email) > LONGEST_EMAIL:
            raise ValidationError("too long")
    except ValidationError:
        raise ValidationError(
            _("Write an e-mail address like name@example.com."), code="invalid_email"
        ) from None
    return email


@transaction.atomic
def follow_login_address(*, actor: Actor, user: User) -> Customer | None:
    """After a log-in got another confirmed address: answers go there. `actor` is its customer.

    If somebody else, without a log-in, has that address already, their conversations join.
    """
    customer = Customer.objects.select_for_update(no_key=True).filter(user=user).first()
    email = valid_email(user.email)
    if customer is None or customer.email == email:
        return customer
    holders = Customer.objects.select_for_update(no_key=True).filter(email__iexact=email)
    holder = holders.exclude(pk=customer.pk).first()
    if holder is not None and holder.user_id is not None:
        return customer  # two log-ins cannot have one address; this is only to be safe
    if holder is not None:
        holder.email = None
        holder.save(update_fields=["email"])
        _join(actor, holder, customer)
    customer.email = email
    customer.save(update_fields=["email"])
    return customer


def _give_login(user: User, email: str | None) -> Customer:
    """The customer with the user's address and no log-in, else a new one with `email`."""
    found = Customer.objects.select_for_update(no_key=True).filter(
        email__iexact=user.email, user=None
    )
    customer = found.first() or Customer(email=email)
    customer.user = user
    customer.name = customer.name or user.name
    customer.claimed_email = ""
    customer.save()
    return customer


def _join(actor: Actor, visitor: Customer, owner: Customer) -> None:
    """Everything of the visitor becomes the owner's. The visitor's row stays, as a signpost."""
    tickets = list(
        Ticket.objects.select_for_update(no_key=True).filter(customer=visitor).order_by("pk")
    )
    for ticket in tickets:
        ticket.customer = owner
        events.record(
            EventKind.CUSTOMER_JOINED,
            actor=actor,
            ticket=ticket,
            visitor=visitor.pk,
            customer=owner.pk,
        )
        ticket.save()
    Fact.objects.filter(customer=visitor).update(customer=owner)
    if visitor.name and not owner.name:
        owner.name = visitor.name
        owner.save(update_fields=["name"])
    visitor.joined_into = owner
    visitor.claimed_email = ""
    visitor.save(update_fields=["joined_into", "claimed_email"])
