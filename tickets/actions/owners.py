"""Whose a custom field's value is: the ticket's, its customer's or their organisation's; locked rows only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tickets.models import Customer, CustomField, Organization, Ticket
from tickets.models.custom_fields import About

Owner = Ticket | Customer | Organization


def place_of(field: CustomField) -> str:
    """Where a field's value is found, as an undo step names it; no column is named like that."""
    return f"{field.about}.{field.key}"


def apart(changed: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Of what an act changed the custom fields, and the columns."""
    fields = {name: pair for name, pair in changed.items() if "." in name}
    return fields, {name: pair for name, pair in changed.items() if name not in fields}


def customer_of(ticket: Ticket, places: Mapping[str, Any]) -> Customer:
    """The ticket's customer, held if one of these fields is theirs: before the ticket, as everywhere."""
    if any(not place.startswith(f"{About.TICKET}.") for place in apart(places)[0]):
        return Customer.objects.locked(ticket.customer)
    return ticket.customer


def owner(place: str, ticket: Ticket, customer: Customer) -> Owner | None:
    """The locked row that has the value; None where the customer belongs to no organisation."""
    about = About(place.partition(".")[0])
    if about == About.TICKET:
        return ticket
    if about == About.CUSTOMER:
        return customer
    if customer.organization_id is None:
        return None
    return Organization.objects.select_for_update(no_key=True).get(pk=customer.organization_id)


def value(place: str, row: Owner | None) -> Any:
    """What stands there; None for nothing."""
    return None if row is None else row.custom.get(place.partition(".")[2])


def put(place: str, row: Owner | None, value: Any) -> None:
    """Write it, None for nothing. The ticket's own row whoever has it saves."""
    if row is None:
        return
    key = place.partition(".")[2]
    kept = {name: each for name, each in row.custom.items() if name != key}
    row.custom = kept if value is None else {**kept, key: value}
    if not isinstance(row, Ticket):
        row.save(update_fields=["custom"])
