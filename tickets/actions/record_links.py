"""Which records a conversation is about: found in what its customer wrote, or said by an agent or a program.

What is found by itself is linked only if it is the customer's own, or nobody's. Anybody can write any
number, so a record of somebody else is named to the agent and shown to nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from tickets import events
from tickets.actions import rights, saving
from tickets.actions.errors import ActionError
from tickets.actors import Actor
from tickets.models import (
    Customer,
    EventKind,
    NamedReference,
    Permission,
    Record,
    RecordField,
    RecordVersion,
    Ticket,
    TicketRecord,
)
from tickets.models.custom_fields import FieldKind
from tickets.models.records import About, FoundBy
from tickets.records.references import Reference

MOST_LINKED = 50  # records of one conversation, with those that are only named
MOST_NAMED = 20  # references that a conversation waits for
MOST_TOLD = 20  # conversations whose history tells of one change


@transaction.atomic
def link_record(*, actor: Actor, ticket: Ticket, record: Record) -> TicketRecord:
    """Say that a conversation is about a record, whoever it belongs to. Twice finds the first link.

    Raises:
        NotAllowed: the actor is neither an agent nor a program.
        ActionError: it is deleted, or the conversation has as many as it can have.
    """
    ticket = Ticket.objects.locked(ticket)
    if not actor.is_program:
        rights.demand(actor, Permission.CHANGE)
    there = Record.objects.select_related("type").filter(pk=record.pk).first()
    if there is None:
        raise ActionError(_("It was deleted meanwhile."), code="deleted")
    found_by = FoundBy.API if actor.api_key else FoundBy.AGENT
    known = TicketRecord.objects.filter(ticket=ticket, record=there).first()
    if known is not None and known.about == About.LINKED:
        return known
    if known is None and _is_full(ticket):
        raise ActionError(
            _("A conversation is about %(most)d records at most.") % {"most": MOST_LINKED},
            code="too_many",
        )
    return _link(actor, ticket, there, found_by)


@transaction.atomic
def unlink_record(*, actor: Actor, ticket: Ticket, record: Record) -> None:
    """Say that it is not about a record: it is not linked by itself again.

    Raises:
        NotAllowed: the actor is neither an agent nor a program.
    """
    ticket = Ticket.objects.locked(ticket)
    if not actor.is_program:
        rights.demand(actor, Permission.CHANGE)
    there = TicketRecord.objects.select_related("record__type").filter(ticket=ticket, record=record)
    known = there.exclude(about=About.REMOVED).first()
    if known is None:
        return
    was_linked = known.about == About.LINKED
    known.about = About.REMOVED
    known.save(update_fields=["about"])
    if was_linked:
        _tell(EventKind.RECORD_UNLINKED, actor, ticket, known.record)


@transaction.atomic
def link_named(*, actor: Actor, ticket: Ticket, named: Sequence[Reference]) -> None:
    """Link what the customer named: their own records, and those that are nobody's.

    What belongs to somebody else is noted for the agent; what there is not yet is waited for. What an
    agent removed stays removed.
    """
    ticket = Ticket.objects.locked(ticket)
    if not named or ticket.is_closed:
        return
    there = _records(named)
    known = set(
        TicketRecord.objects.filter(ticket=ticket, record__in=there).values_list(
            "record", flat=True
        )
    )
    for record in there:
        if record.pk not in known and not _is_full(ticket):
            _link_or_note(actor, ticket, record)
    _wait_for(ticket, named, there)


@transaction.atomic
def link_again(*, actor: Actor, ticket: Ticket) -> None:
    """Link what was named and was not known to be this customer's, and is by now."""
    ticket = Ticket.objects.locked(ticket)
    named = TicketRecord.objects.filter(ticket=ticket, about=About.ANOTHERS)
    for one in named.select_related("record__type", "record__customer"):
        if _is_free_for(one.record, ticket.customer):
            _link(actor, ticket, one.record, FoundBy.TEXT)


@transaction.atomic
def tell_of_record(*, actor: Actor, ticket: Ticket, record: Record) -> None:
    """Say in a conversation's history what changed of its record since it told of it last; once."""
    ticket = Ticket.objects.locked(ticket)
    link = TicketRecord.objects.linked().filter(ticket=ticket, record=record).first()
    if link is None or ticket.is_closed:
        return
    newer = RecordVersion.objects.filter(record=record, pk__gt=link.told).order_by("pk")
    versions = list(newer)
    if not versions:
        return
    link.told = versions[-1].pk
    link.save(update_fields=["told"])
    changes: dict[str, list[Any]] = {}
    for version in versions:
        for name, (before, after) in version.changes.items():
            changes[name] = [changes.get(name, [before])[0], after]
    data = _told(record, {name: pair for name, pair in changes.items() if pair[0] != pair[1]})
    if data:
        _tell(EventKind.RECORD_CHANGED, actor, ticket, record, **data)


def conversations_of(record: Record) -> list[Ticket]:
    """The open conversations that are about a record or have named it, the newest of them."""
    linked = TicketRecord.objects.in_question().filter(record=record).order_by("-ticket")
    named = NamedReference.objects.filter(
        type=record.type_id, reference_key=record.reference_key, ticket__closed_at=None
    ).order_by("-ticket")
    keys = {*linked.values_list("ticket", flat=True)[:MOST_TOLD]}
    keys |= {*named.values_list("ticket", flat=True)[:MOST_TOLD]}
    found = Ticket.objects.filter(pk__in=keys).select_related("customer")
    return list(found.order_by("-pk")[:MOST_TOLD])


def _records(named: Sequence[Reference]) -> list[Record]:
    keys = {(one.type, one.key) for one in named}
    found = Record.objects.select_related("type", "customer").filter(
        reference_key__in=[one.key for one in named], type__in=[one.type for one in named]
    )
    rows = found.filter(type__active=True).order_by("pk")
    return [record for record in rows if (record.type_id, record.reference_key) in keys]


def _is_full(ticket: Ticket) -> bool:
    return TicketRecord.objects.filter(ticket=ticket).count() >= MOST_LINKED


def _is_free_for(record: Record, customer: Customer) -> bool:
    """Whether it is this person's, or nobody's as far as its own system says."""
    if record.customer is not None:
        return record.customer.person == customer.person
    return not record.customer_email and not record.customer_number


def _link_or_note(actor: Actor, ticket: Ticket, record: Record) -> None:
    if _is_free_for(record, ticket.customer):
        _link(actor, ticket, record, FoundBy.TEXT)
        return
    TicketRecord.objects.create(
        ticket=ticket, record=record, about=About.ANOTHERS, found_by=FoundBy.TEXT
    )
    _tell(EventKind.RECORD_OF_ANOTHER, actor, ticket, record)


def _link(actor: Actor, ticket: Ticket, record: Record, found_by: FoundBy) -> TicketRecord:
    newest = (
        RecordVersion.objects.filter(record=record).order_by("-pk").values_list("pk", flat=True)
    )
    link, _new = TicketRecord.objects.update_or_create(
        ticket=ticket,
        record=record,
        defaults={"about": About.LINKED, "found_by": found_by, "told": newest.first() or 0},
    )
    _tell(EventKind.RECORD_LINKED, actor, ticket, record)
    return link


def _wait_for(ticket: Ticket, named: Sequence[Reference], there: Sequence[Record]) -> None:
    """Remember what there is no record of yet, and forget what there is."""
    found = {(record.type_id, record.reference_key) for record in there}
    for record in there:
        ticket.named_references.filter(
            type=record.type_id, reference_key=record.reference_key
        ).delete()
    missing = [one for one in named if (one.type, one.key) not in found]
    room = MOST_NAMED - ticket.named_references.count() if missing else 0
    NamedReference.objects.bulk_create(
        (
            NamedReference(ticket=ticket, type_id=one.type, reference_key=one.key)
            for one in missing[: max(0, room)]
        ),
        ignore_conflicts=True,
    )


def _told(record: Record, changes: dict[str, list[Any]]) -> dict[str, Any]:
    """What an event keeps of a change: that of the status, or what else is called how. No free text."""
    fields = {each.key: each for each in RecordField.objects.filter(type=record.type_id)}
    known = [fields[name] for name in changes if name in fields]
    status = next((each for each in known if each.is_status), None)
    if status is None:
        return {"names": [each.name for each in known]} if known else {}
    data: dict[str, Any] = {"name": status.name}
    if status.kind != FieldKind.TEXT:
        data["field_kind"] = status.kind
        data["before"], data["after"] = changes[status.key]
    return data


def _tell(kind: EventKind, actor: Actor, ticket: Ticket, record: Record, **data: Any) -> None:
    """Of the record its key: its reference is somebody's, and may be deleted."""
    events.record(kind, actor=actor, ticket=ticket, record=record.pk, **data)
    saving.save(ticket)
