"""Filling in what an admin added to conversations, customers and organisations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from tickets import events
from tickets.actions import owners, rights, saving, undoing
from tickets.actions.errors import ActionError
from tickets.actions.properties import ChangedMeanwhile, who_changed
from tickets.actors import Actor
from tickets.intake import text
from tickets.models import Customer, CustomField, Event, EventKind, Permission, Ticket
from tickets.models.custom_fields import About, FieldKind, as_sent

PREFIX = "custom."  # before a field's key, where it stands beside others


@transaction.atomic
def fill_in(
    *,
    actor: Actor,
    ticket: Ticket,
    field: CustomField,
    value: Sequence[str],
    seen: Sequence[str] | None = None,
) -> Ticket:
    """Set a custom field of a ticket, of its customer or of their organisation. Nothing clears it.

    `value` is what a form sends, and `seen` what it had shown. The customer is locked first.

    Raises:
        NotAllowed: the actor is no agent.
        ActionError: the customer belongs to no organisation.
        ValidationError: that is no value of this field.
        ChangedMeanwhile: it is not what was `seen` any more.
    """
    customer = Customer.objects.locked(ticket.customer)
    ticket = Ticket.objects.locked(ticket)
    rights.demand(actor, Permission.CHANGE)
    place = owners.place_of(field)
    owner = owners.owner(place, ticket, customer)
    if owner is None:
        raise ActionError(_("The customer belongs to no organisation."), code="no_organization")
    before = owners.value(place, owner)
    after = field.read([text.clean(each[: 4 * 300]) for each in value], before)
    if after == before:
        return ticket
    if seen is not None and list(seen) != as_sent(before):
        now = ", ".join(as_sent(before)) or _("empty")
        raise ChangedMeanwhile(field.name, who_changed(ticket, PREFIX + field.key), now)
    was = undoing.look(ticket, handovers=False)
    owners.put(place, owner, after)
    event = _record(actor, ticket, field, before, after)
    saving.save(ticket)
    undoing.keep(event, was, ticket, custom={place: [before, after]})
    return ticket


def put_in(actor: Actor, ticket: Ticket, field: CustomField, values: Sequence[str]) -> None:
    """Set a field of a locked ticket's own, which whoever has it saves. See `tickets.act_fields`.

    Raises:
        ValidationError: that is no value of this field.
    """
    place = owners.place_of(field)
    before = owners.value(place, ticket)
    after = field.read(list(values), before)
    if after != before:
        owners.put(place, ticket, after)
        _record(actor, ticket, field, before, after)


def _record(actor: Actor, ticket: Ticket, field: CustomField, before: Any, after: Any) -> Event:
    """A text may be anybody's words, and no words of anybody are kept in an event."""
    values = {} if field.kind == FieldKind.TEXT else {"before": before, "after": after}
    return events.record(
        EventKind.TICKET_CHANGED,
        actor=actor,
        ticket=ticket,
        field=PREFIX + field.key,
        name=field.name,
        **values,
    )


def refuse_incomplete(ticket: Ticket) -> None:
    """Raises ActionError, if something is not filled in that is needed to resolve."""
    missing = [
        field.name
        for field in CustomField.objects.filter(required=True)
        if (owner := _found(field, ticket)) is not None and field.key not in owner.custom
    ]
    if missing:
        words = _("Fill in first: %(names)s.") % {"names": ", ".join(missing)}
        raise ActionError(words, code="incomplete")


def _found(field: CustomField, ticket: Ticket) -> Any:
    owners = {About.TICKET: ticket, About.CUSTOMER: ticket.customer}
    return owners.get(About(field.about)) or ticket.customer.organization
