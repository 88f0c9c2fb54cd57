"""Further addresses and telephones of a customer, and the numbers by which other systems know them.

None of them opens anything. Whoever holds a further address logs in as themself, and answers go to the
customer's own address. Once a lead or an admin confirmed it, and said how they know, mail from it counts
as the customer's: it goes on in their conversations, and begins new ones of theirs.
"""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from tickets import addresses, clock, events
from tickets.access.customers import may_vouch
from tickets.actions import persons, rights
from tickets.actions.customers import known_customer
from tickets.actions.errors import ActionError, NotAllowed
from tickets.actors import Actor
from tickets.intake import text
from tickets.models import Contact, ContactKind, Customer, EventKind, ExternalId, Permission, User
from tickets.models.contacts import MOST_CONTACTS, MOST_EXTERNAL_IDS

FEWEST_DIGITS = 4


@transaction.atomic
def add_contact(*, actor: Actor, customer: Customer, kind: ContactKind, value: str) -> Contact:
    """Note one more address or telephone, which is not confirmed.

    Raises:
        NotAllowed: the actor is no agent.
        ValidationError: it is no address, or no number.
        ActionError: it is the customer's own address already, or there are too many.
    """
    found, _rows = persons.lock_person(customer)
    user = _agent(actor)
    value = addresses.normalised(value) if kind == ContactKind.EMAIL else _number(value)
    if value == found.email:
        raise ActionError(_("This is their own address already."), code="known")
    if found.contacts.count() >= MOST_CONTACTS:
        raise ActionError(
            _("Keep at most %(most)d of them.") % {"most": MOST_CONTACTS}, code="too_many"
        )
    contact, new = Contact.objects.get_or_create(
        customer=found, kind=kind, value=value, defaults={"added_by": user}
    )
    if new:
        events.record(
            EventKind.CONTACT_ADDED, actor=actor, subject=found, contact=kind, after=[value]
        )
    return contact


@transaction.atomic
def confirm_contact(*, actor: Actor, contact: Contact, why: str) -> Contact:
    """Say that an address or a telephone is this customer's, and how one knows. It stands in the history.

    Raises:
        NotAllowed: the actor is neither a lead nor an admin.
        ValidationError: it is not said how they know.
        ActionError: somebody else has this address, and proved it; or it was removed.
    """
    found, _rows = persons.lock_person(contact.customer)
    if not may_vouch(actor.user):
        raise NotAllowed
    if text.says_nothing(why[:2000]):
        raise ValidationError(_("Say in a few words how you know."), code="empty")
    contact = _still_there(contact)
    if contact.confirmed_at is not None:
        return contact
    if contact.kind == ContactKind.EMAIL and _is_taken(contact):
        raise _taken()
    contact.confirmed_at, contact.confirmed_by = clock.now(), actor.user
    try:
        with transaction.atomic():
            contact.save(update_fields=["confirmed_at", "confirmed_by"])
    except IntegrityError:  # confirmed for another customer in this moment
        raise _taken() from None
    events.record(
        EventKind.CONTACT_CONFIRMED,
        actor=actor,
        subject=found,
        contact=contact.kind,
        after=[contact.value],
        why=text.line(why, limit=300),
    )
    return contact


@transaction.atomic
def remove_contact(*, actor: Actor, contact: Contact) -> None:
    """Take it off. Mail from the address is a stranger's again.

    Raises:
        NotAllowed: the actor is no agent.
    """
    found, _rows = persons.lock_person(contact.customer)
    _agent(actor)
    there = Contact.objects.filter(pk=contact.pk).first()
    if there is None:
        return
    there.delete()
    events.record(
        EventKind.CONTACT_REMOVED,
        actor=actor,
        subject=found,
        contact=contact.kind,
        before=[contact.value],
    )


@transaction.atomic
def set_external_id(*, actor: Actor, customer: Customer, system: str, value: str) -> Customer:
    """Say by which number another system knows the customer; "" for none any more.

    Raises:
        NotAllowed: the actor is neither a lead nor an admin.
        ValidationError: no system is named.
        ActionError: it is another customer's number, or of one person with two; or there are too many.
    """
    found, rows = persons.lock_person(customer)
    if not may_vouch(actor.user):
        raise NotAllowed
    number_person(actor, found, rows, system, value)
    return found


def number_person(
    actor: Actor, found: Customer, rows: list[Customer], system: str, value: str
) -> None:
    """The same of a person who is locked, by somebody who may. Raises as above."""
    system, value = text.line(system, limit=40).lower(), text.line(value, limit=100)
    if not system:
        raise ValidationError(_("Name the system, like shop or billing."), code="empty")
    was = found.external_ids.filter(system=system).first()
    if (was.value if was else "") == value:
        return
    if value:
        _refuse_number(found, rows, system, value)
    if was is not None:
        was.delete()
    if value:
        ExternalId.objects.create(customer=found, system=system, value=value)
    events.record(
        EventKind.CUSTOMER_CHANGED,
        actor=actor,
        subject=found,
        field="external_id",
        name=system,
        before=[was.value] if was else [],
        after=[value] if value else [],
    )


@transaction.atomic
def sender_of_mail(*, actor: Actor, email: str, name: str = "", language: str = "") -> Customer:
    """Whose words a mail from an address is: the customer's who has it, else the one's for whom it was
    confirmed, else a new customer's.

    For mail only. Who proves an address in a browser is the one who has it, and never another one.
    """
    email = addresses.normalised(email)
    if Customer.objects.select_for_update(no_key=True).filter(email=email).first() is None:
        known = Contact.objects.filter(
            kind=ContactKind.EMAIL, value=email, confirmed_at__isnull=False
        )
        contact = known.select_related("customer").first()
        if contact is not None:
            return contact.customer
    return known_customer(actor=actor, email=email, name=name, language=language)


def _refuse_number(customer: Customer, rows: list[Customer], system: str, value: str) -> None:
    if customer.external_ids.exclude(system=system).count() >= MOST_EXTERNAL_IDS:
        raise ActionError(
            _("Keep at most %(most)d of them.") % {"most": MOST_EXTERNAL_IDS}, code="too_many"
        )
    others = ExternalId.objects.filter(system=system).exclude(customer=customer)
    if others.filter(customer__in=rows).exclude(value=value).exists():
        raise ActionError(
            _("Somebody who was merged into them has another number there. Part them first."),
            code="two_numbers",
        )
    if others.filter(value=value).exists():
        raise ActionError(_("Another customer has this number."), code="taken")


def _is_taken(contact: Contact) -> bool:
    """Whether somebody else has the address: proved, or confirmed for them."""
    others = Contact.objects.filter(value=contact.value, confirmed_at__isnull=False)
    return (
        Customer.objects.filter(email=contact.value).exists()
        or User.objects.filter(email=contact.value).exists()
        or others.exclude(pk=contact.pk).exists()
    )


def _taken() -> ActionError:
    return ActionError(
        _("Somebody else has this address. If they are one person, merge the two."), code="taken"
    )


def _still_there(contact: Contact) -> Contact:
    found = Contact.objects.filter(pk=contact.pk).first()
    if found is None:
        raise ActionError(_("It was removed meanwhile."), code="removed")
    return found


def _agent(actor: Actor) -> User:
    return rights.demand(actor, Permission.CUSTOMERS)


def _number(value: str) -> str:
    number = text.line(value, limit=40)
    if sum(map(str.isdecimal, number)) < FEWEST_DIGITS:
        raise ValidationError(_("Write a telephone number."), code="invalid")
    return number
