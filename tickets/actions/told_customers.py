"""What a program tells of customers: who they are in its system, how they are reached, what it knows.

What it tells is kept, and none of it opens anything. An address that a program states is not confirmed:
it is found by nobody, and gets nothing of any conversation. A key that vouches for addresses says whose
an address is; it never takes one away from anybody, and never replaces one that was proved.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from tickets import events
from tickets.actions import persons
from tickets.actions.contacts import number_person
from tickets.actions.custom_fields import PREFIX
from tickets.actions.customer_changes import (
    BY_PROGRAMS,
    OF_CUSTOMERS,
    SHARED,
    WORDS,
    column_of,
    put_property,
)
from tickets.actions.errors import ActionError, NotAllowed
from tickets.actions.organizations import belong_by_address
from tickets.actors import Actor
from tickets.intake import metadata, text
from tickets.models import Contact, ContactKind, Customer, EventKind, ExternalId, Scope, User
from tickets.models.contacts import MOST_CONTACTS

NAMES = tuple(name for name in (*OF_CUSTOMERS, *BY_PROGRAMS) if name not in WORDS)
Told = Mapping[str, Any]


@transaction.atomic
def add_told_customer(*, actor: Actor, told: Told) -> Customer:
    """A customer whom a program tells of for the first time.

    `told` has forms' values of properties by their names, `email`, `contacts` (values by kind),
    `numbers` (system and number), `custom` (key and values) and `metadata`; each of them may be missing.

    Raises:
        NotAllowed: the actor is no program.
        ValidationError: something is no value of what it is told for.
        ActionError: somebody has the address that is vouched for, or the number.
    """
    _refuse_others(actor)
    try:
        with transaction.atomic():
            customer = Customer.objects.create()
            events.record(EventKind.SETTING_ADDED, actor=actor, subject=customer, told=sorted(told))
            _take(actor, customer, [customer], told)
    except IntegrityError:  # told by two at the same moment
        raise ActionError(
            _("Somebody has this address or this number already."), code="taken"
        ) from None
    return customer


@transaction.atomic
def tell_of_customer(*, actor: Actor, customer: Customer, told: Told) -> Customer:
    """What is told of a customer takes the place of what was known; the rest stays. See above."""
    found, rows = persons.lock_person(customer)
    _refuse_others(actor)
    try:
        with transaction.atomic():
            _take(actor, found, rows, told)
    except IntegrityError:
        raise ActionError(
            _("Somebody has this address or this number already."), code="taken"
        ) from None
    return found


@transaction.atomic
def upsert_customer(*, actor: Actor, system: str, number: str, told: Told) -> tuple[Customer, bool]:
    """The same of whom a system knows by a number; and whether they are new here.

    Who is not known by the number, but has the address that the key vouches for, gets the number.

    Raises:
        ActionError: as above; or who has the address has another number in that system.
    """
    _refuse_others(actor)
    system, number = text.line(system, limit=40).lower(), text.line(number, limit=100)
    if not system or not number:
        raise ValidationError(_("Name the system, like shop or billing."), code="empty")
    told = {**told, "numbers": [*told.get("numbers", ()), (system, number)]}
    known = _known(actor, system, number, told)
    if known is not None:
        return tell_of_customer(actor=actor, customer=known, told=told), False
    try:
        return add_told_customer(actor=actor, told=told), True
    except ActionError:
        known = _known(actor, system, number, told)  # another one told it in this moment
        if known is None:
            raise
    return tell_of_customer(actor=actor, customer=known, told=told), False


def _known(actor: Actor, system: str, number: str, told: Told) -> Customer | None:
    """Who has the number; else who has proved the address that is vouched for, and no number there."""
    has_it = ExternalId.objects.filter(system=system, value=number).select_related("customer")
    if (found := has_it.first()) is not None:
        return found.customer
    if not (told.get("email") and _vouches(actor)):
        return None
    customer = Customer.objects.filter(email=told["email"]).first()
    if customer is not None and customer.external_ids.filter(system=system).exists():
        raise ActionError(
            _("Who has this address has another number in this system."), code="two_numbers"
        )
    return customer


def _take(actor: Actor, found: Customer, rows: list[Customer], told: Told) -> None:
    """All of it, of a person who is locked."""
    properties = {name: told[name] for name in NAMES if name in told}
    custom = {PREFIX + key: values for key, values in told.get("custom", ())}
    for name, value in {**properties, **custom}.items():
        _put(actor, found, rows, name, value)
    for system, number in told.get("numbers", ()):
        here = ExternalId.objects.filter(customer__in=rows, system=system, value=number)
        if not here.exists():  # else whoever was merged into them has it
            number_person(actor, found, rows, system, number)
    contacts: Mapping[str, Sequence[str]] = told.get("contacts", {})
    further = _tell_address(actor, found, told["email"]) if told.get("email") else []
    for kind, values in contacts.items():
        _forget_contacts(actor, found, kind, [*values, *further])
        for value in values:
            _add_contact(actor, found, kind, value)
    for email in further:
        _add_contact(actor, found, ContactKind.EMAIL, email)
    if "metadata" in told:
        _keep(actor, found, told["metadata"])


def _put(
    actor: Actor, found: Customer, rows: list[Customer], name: str, value: Sequence[str]
) -> None:
    change = put_property(found, NAMES, "customer", name, value, None)
    if change is None:
        return
    column = column_of(name)
    for row in rows if name in SHARED else [found]:
        setattr(row, column, getattr(found, column))
        row.save(update_fields=[column])
    events.record(EventKind.CUSTOMER_CHANGED, actor=actor, subject=found, field=name, **change)


def _tell_address(actor: Actor, found: Customer, email: str) -> list[str]:
    """Make it their own address where they have none; else it is one more contact, which is returned."""
    if email == found.email:
        return []
    if found.email is None and found.user_id is None and _vouches(actor):
        others = Customer.objects.filter(email=email)
        if others.exists() or User.objects.filter(email=email).exists():
            raise ActionError(
                _("Somebody else has this address. If they are one person, merge the two."),
                code="taken",
            )
        return _own_address(actor, found, "email", email)
    if found.email is None and found.claimed_email in ("", email):
        return _own_address(actor, found, "claimed_email", email)
    return [email]


def _own_address(actor: Actor, found: Customer, column: str, email: str) -> list[str]:
    if getattr(found, column) != email:
        setattr(found, column, email)
        if column == "email":
            found.claimed_email = ""
        found.save(update_fields=["email", "claimed_email"])
        events.record(
            EventKind.CUSTOMER_CHANGED,
            actor=actor,
            subject=found,
            field=column,
            before=[],
            after=[email],
        )
        belong_by_address(found)
    return []


def _forget_contacts(actor: Actor, found: Customer, kind: str, named: Sequence[str]) -> None:
    """What programs told and tell no more. What somebody who works here added or confirmed stays."""
    told = found.contacts.filter(kind=kind, added_by=None, confirmed_at=None)
    for contact in told.exclude(value__in=named):
        contact.delete()
        events.record(
            EventKind.CONTACT_REMOVED,
            actor=actor,
            subject=found,
            contact=kind,
            before=[contact.value],
        )


def _add_contact(actor: Actor, found: Customer, kind: str, value: str) -> None:
    if kind == ContactKind.EMAIL and value == found.email:
        return
    if found.contacts.filter(kind=kind, value=value).exists():
        return
    if found.contacts.count() >= MOST_CONTACTS:
        raise ActionError(
            _("Keep at most %(most)d of them.") % {"most": MOST_CONTACTS}, code="too_many"
        )
    Contact.objects.create(customer=found, kind=kind, value=value)
    events.record(EventKind.CONTACT_ADDED, actor=actor, subject=found, contact=kind, after=[value])


def _keep(actor: Actor, found: Customer, told: Mapping[str, str | None]) -> None:
    kept = metadata.merged(found.metadata, told)
    if kept == found.metadata:
        return
    found.metadata = kept
    found.save(update_fields=["metadata"])
    events.record(EventKind.CUSTOMER_CHANGED, actor=actor, subject=found, field="metadata")


def _vouches(actor: Actor) -> bool:
    return actor.api_key is not None and Scope.CUSTOMERS_CONFIRM in actor.api_key.scopes


def _refuse_others(actor: Actor) -> None:
    if not actor.is_program:
        raise NotAllowed
