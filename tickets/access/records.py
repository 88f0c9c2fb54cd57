"""Which records from outside somebody may see."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q
from django.http import Http404

from tickets import access
from tickets.actors import Actor
from tickets.intake import text
from tickets.models import Record, RecordType, TicketRecord
from tickets.models.records import LONGEST_ID, RecordQuerySet

LARGEST = 2**63


def records_for(actor: Actor) -> RecordQuerySet:
    """Those that `actor` may see, of types in use.

    A program sees all; a customer their own. An agent sees those of customers who have a conversation
    that the agent may see (or who are one person with such a customer), those that such conversations
    are about, and those that are nobody's.
    """
    records = Record.objects.filter(type__active=True)
    if actor.is_program:
        return records
    if actor.customer is not None:
        return records.filter(customer=actor.customer)
    user = actor.user
    if user is None or not user.works_here:
        return records.none()
    if user.sees_all:
        return records
    seen = access.tickets_for(actor)
    theirs = seen.filter(
        Q(customer=OuterRef("customer"))
        | Q(customer=OuterRef("customer__merged_into"))
        | Q(customer__merged_into=OuterRef("customer"))
    )
    linked = TicketRecord.objects.linked().filter(record=OuterRef("pk"), ticket__in=seen)
    unclaimed = Q(customer=None, customer_email="", customer_number="")
    return records.filter(unclaimed | Exists(theirs) | Exists(linked))


def record_for(actor: Actor, pk: int) -> Record:
    """One of them, with its type and customer. Raises Http404."""
    found = records_for(actor).select_related("type", "customer").filter(pk=pk)
    record = found.first() if 0 < pk < LARGEST else None
    if record is None:
        raise Http404
    return record


def record_named(actor: Actor, type_key: str, external_id: str) -> Record:
    """The one that its system calls so. Raises Http404."""
    name = text.line(external_id, limit=LONGEST_ID + 1)
    found = records_for(actor).select_related("type", "customer")
    record = found.filter(type__key=type_key, external_id=name).first()
    if record is None:
        raise Http404
    return record


def record_type_for(actor: Actor, key: str) -> RecordType:
    """A type in use, for programs. Raises Http404."""
    types = (
        RecordType.objects.filter(active=True) if actor.is_program else RecordType.objects.none()
    )
    found = types.filter(key=key).first()
    if found is None:
        raise Http404
    return found
