"""Who may read and change what is known of customers and organisations."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q
from django.db.models.expressions import Combinable
from django.db.models.functions import JSONObject
from django.http import Http404

from tickets import access, clock
from tickets.access.roles import may
from tickets.actors import Actor
from tickets.models import (
    Block,
    Contact,
    Customer,
    CustomField,
    ExternalId,
    Organization,
    Permission,
    Role,
    User,
)
from tickets.models.customers import CustomerQuerySet
from tickets.models.tickets import TicketQuerySet

LARGEST = 2**63


def customers_for(actor: Actor) -> CustomerQuerySet:
    """Those who have a conversation that an agent may see; an admin sees all. Not who joined another."""
    customers = Customer.objects.filter(joined_into=None)
    user = actor.user
    if user is None or not user.works_here:
        return customers.none()
    if user.sees_all:
        return customers
    return customers.filter(Exists(_seen(actor).filter(customer=OuterRef("pk"))))


def customer_for(actor: Actor, pk: int) -> Customer:
    """The customer whose page shows the one with this key: those they were merged or joined into; with
    all that their page shows beside conversations, in one statement (and another for each step).

    One that is seen by a conversation of theirs, or of somebody who was merged into them. Raises Http404.
    """
    user = actor.user
    if user is None or not user.works_here or not 0 < pk < LARGEST:
        raise Http404
    mine = Q(customer=OuterRef("pk")) | Q(customer__merged_into=OuterRef("pk"))
    seen = Exists(_seen(actor).filter(mine))
    own = Customer.objects.select_related("organization", "user").annotate(
        is_seen=seen, **_shown_beside(mine)
    )
    found = own.filter(pk=pk).first()
    while found is not None and found.person != found.pk:
        found = own.filter(pk=found.person).first()
    if found is None or not (user.sees_all or getattr(found, "is_seen", False)):
        raise Http404
    return found


def tickets_of(actor: Actor, customer: Customer) -> TicketQuerySet:
    """The conversations of a person who was loaded by `customer_for`, those of customers who were merged
    into them among them, as far as an agent may see them. What is in quarantine counts, so that its
    customer has a page.
    """
    merged: list[dict[str, Any]] = getattr(customer, "merged_here", [])
    tickets = _seen(actor)
    if not merged:
        return tickets.filter(customer=customer.pk)  # as one key: the index gives their order
    return tickets.filter(customer__in=[customer.pk, *(row["key"] for row in merged)])


def _shown_beside(mine: Q) -> dict[str, Combinable]:
    """Further addresses, numbers, who was merged into them, blocks, custom fields."""
    contact = ("kind", "value", "confirmed_at")
    contacts = Contact.objects.filter(mine).order_by("kind", "pk")
    numbers = ExternalId.objects.filter(mine).order_by("system", "pk")
    merged = Customer.objects.filter(merged_into=OuterRef("pk")).order_by("pk")
    who = ("name", "email", "claimed_email", "phone")
    blocks = Block.objects.filter(
        Q(customer=OuterRef("pk"))
        | Q(customer__merged_into=OuterRef("pk"))
        | Q(email=OuterRef("email"))
    ).in_force(clock.now())
    fields = CustomField.objects.exclude(about="ticket").order_by("position", "name")
    names = ("about", "key", "name", "kind", "options", "required")
    return {
        "contacts_here": ArraySubquery(
            contacts.values(row=_row(*contact, by="confirmed_by__name"))
        ),
        "numbers_here": ArraySubquery(numbers.values(row=_row("system", "value", of="customer"))),
        "merged_here": ArraySubquery(merged.values(row=_row(*who))),
        "blocks_here": ArraySubquery(
            blocks.order_by("-pk").values(row=_row("reason", "until", by="by__name"))
        ),
        "custom_fields": ArraySubquery(fields.values(row=_row(*names))),
    }


def _row(*names: str, **paths: str) -> JSONObject:
    return JSONObject(**{"key": "pk", **{name: name for name in names}, **paths})


def organization_for(actor: Actor, pk: int) -> Organization:
    """Whoever works here knows that there is one; of its people they see `customers_for`. Raises Http404."""
    if not actor.works_here or not 0 < pk < LARGEST:
        raise Http404
    found = Organization.objects.filter(pk=pk).prefetch_related("domains").first()
    if found is None:
        raise Http404
    return found


def may_vouch(user: User | None) -> bool:
    """Whether they may say that an address is somebody's, and by which number a shop knows them.

    Mail from the one, and what must never be merged because of the other, hang on their word.
    """
    return may(user, Permission.LEAD, Permission.CUSTOMERS)


def may_set_domains(user: User | None) -> bool:
    """It concerns everybody who ever has an address at it."""
    return may(user) and user is not None and user.role == Role.ADMIN


def _seen(actor: Actor) -> TicketQuerySet:
    """As values: `tickets_for` leaves out what is in quarantine, whose customer has a page all the same."""
    tickets: TicketQuerySet = access.tickets_for(actor) | access.quarantine_for(actor)
    return tickets
