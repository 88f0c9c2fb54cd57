"""Which customers and organisations a program may read, and by what it names them."""

from __future__ import annotations

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject
from django.http import Http404

from tickets.actors import Actor
from tickets.intake import text
from tickets.models import Contact, Customer, ExternalId, Organization
from tickets.models.customers import CustomerQuerySet

LARGEST = 2**63
LONGEST_NUMBER = 100


def told_customers(actor: Actor) -> CustomerQuerySet:
    """The pages of persons: not who joined an account, nor who was merged into another. Each with the
    addresses and numbers of all rows of the person, in the same statement.
    """
    customers = Customer.objects.filter(joined_into=None, merged_into=None)
    return _with_what_is_read(customers) if actor.is_program else customers.none()


def told_customer(actor: Actor, pk: int) -> Customer:
    """The person to whom this key belongs, or belonged before they were merged. Raises Http404."""
    if not actor.is_program or not 0 < pk < LARGEST:
        raise Http404
    known = _with_what_is_read(Customer.objects.all())
    found = known.filter(pk=pk).first()
    while found is not None and found.person != found.pk:
        found = known.filter(pk=found.person).first()
    if found is None:
        raise Http404
    return found


def numbered_customer(actor: Actor, system: str, number: str) -> Customer:
    """The person whom a system knows by a number. Raises Http404."""
    system, number = text.line(system, limit=41).lower(), text.line(number, limit=101)
    found = ExternalId.objects.filter(system=system, value=number).first()
    if found is None:
        raise Http404
    return told_customer(actor, found.customer_id)


def told_organizations(actor: Actor) -> QuerySet[Organization]:
    """All of them, with their domains."""
    organizations = Organization.objects.prefetch_related("domains")
    return organizations if actor.is_program else organizations.none()


def told_organization(actor: Actor, pk: int) -> Organization:
    """One of them. Raises Http404."""
    found = told_organizations(actor).filter(pk=pk).first() if 0 < pk < LARGEST else None
    if found is None:
        raise Http404
    return found


def numbered_organization(actor: Actor, number: str) -> Organization:
    """The one that its system knows by a number. Raises Http404."""
    number = text.line(number, limit=LONGEST_NUMBER + 1)
    found = told_organizations(actor).filter(external_id=number).first() if number else None
    if found is None:
        raise Http404
    return found


def _with_what_is_read(customers: CustomerQuerySet) -> CustomerQuerySet:
    mine = Q(customer=OuterRef("pk")) | Q(customer__merged_into=OuterRef("pk"))
    contact = JSONObject(kind="kind", value="value", confirmed_at="confirmed_at")
    number = JSONObject(system="system", number="value")
    contacts = Contact.objects.filter(mine).order_by("kind", "pk")
    numbers = ExternalId.objects.filter(mine).order_by("system", "pk")
    return customers.select_related("organization").annotate(
        contacts_here=ArraySubquery(contacts.values(row=contact)),
        numbers_here=ArraySubquery(numbers.values(row=number)),
    )
