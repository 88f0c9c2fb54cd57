"""Who somebody is in a conversation, as far as we know: the level, how and when it was reached, and whose
address it rests on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime

from tickets import clock
from tickets.conditions import identity as asked
from tickets.models import How, Identity, Ticket


@dataclass(frozen=True, slots=True)
class Known:
    """`email` is the address that was proved or vouched for, and `customer` the key of whose it is: the
    customer's of the conversation, or who proved theirs in it by a code. Both are empty below
    "confirmed". `until` is when a code counts no more, if nobody writes.
    """

    level: Identity
    how: How | None = None
    at: datetime | None = None
    email: str = ""
    customer: int | None = None
    name: str = ""
    until: datetime | None = None


def of(ticket: Ticket) -> Known:
    """Of a ticket that was loaded through access: no query. Of another one, as it is now: one."""
    found: dict[str, Any] | None = getattr(ticket, "identity_grounds", None)
    if found is None:
        rows = Ticket.objects.filter(pk=ticket.pk).values_list(asked.grounds(clock.now()))
        found = rows.get()[0]
    return _known(ticket, found)


def level_of(ticket: Ticket) -> Identity:
    """The level alone, as it is now. One query."""
    found = Ticket.objects.filter(pk=ticket.pk).values_list(asked.level(clock.now()), flat=True)
    return Identity(found.get())


def _known(ticket: Ticket, found: dict[str, Any]) -> Known:
    email, whose = found["email"] or "", ticket.customer_id
    if proof := found["verified"]:
        return Known(
            Identity.VERIFIED,
            How.CODE,
            _moment(proof["at"]),
            proof["address"],
            proof["customer"],
            proof["name"],
            _moment(proof["until"]),
        )
    if at := found["signed_in"]:
        return Known(Identity.SIGNED_IN, How.SIGN_IN, _moment(at), email, whose)
    if found["email"]:
        if at := found["confirmed"]:
            return Known(Identity.CONFIRMED, How.MAIL, _moment(at), email, whose)
        return Known(Identity.CONFIRMED, How.KNOWN, _moment(found["since"]), email, whose)
    if found["claimed"]:
        return Known(Identity.CLAIMED, How.LEFT, _moment(found["left"]))
    return Known(Identity.UNKNOWN)


def _moment(text: str | None) -> datetime | None:
    return parse_datetime(text) if text else None
