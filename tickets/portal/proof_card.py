"""What a conversation's page shows of proving who one is: the form for an address, or for its code.

It is made of the row alone, which is the same whether or not somebody has the address.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.dateparse import parse_datetime

from tickets import clock
from tickets.models import IdentityCheck, Ticket
from tickets.models.identity import MOST_TRIES
from tickets.portal.forms import ProofAddressForm, ProofCodeForm


@dataclass(frozen=True, slots=True)
class Card:
    """`address` is the one to which a code was asked for, `known` the one that the customer has named
    or proved before. `tries_left` is of the newest code, and without a `code_form` none can be typed.
    """

    address: str
    known: str
    tries_left: int
    was_wrong: bool
    is_tried_out: bool
    is_too_old: bool
    address_form: ProofAddressForm
    code_form: ProofCodeForm | None


def of(
    ticket: Ticket,
    *,
    address_form: ProofAddressForm | None = None,
    code_form: ProofCodeForm | None = None,
) -> Card | None:
    """The card of a ticket that was loaded through access; None while nothing is to be proved. No query.

    With a form as it was sent, where something was wrong with it.
    """
    check = _check(ticket)
    if ticket.is_closed or not (address_form or (check and check.is_open(clock.now()))):
        return None
    check = check or IdentityCheck(ticket=ticket)
    takes_codes = check.takes_codes(clock.now())
    initial = {"email": check.address or ticket.customer.reachable_at}
    return Card(
        address=check.address,
        known=ticket.customer.reachable_at,
        tries_left=MOST_TRIES - check.tries,
        was_wrong=check.tries > 0,
        is_tried_out=check.tries >= MOST_TRIES,
        is_too_old=bool(check.address) and not takes_codes and check.tries < MOST_TRIES,
        address_form=address_form or ProofAddressForm(initial=initial),
        code_form=(code_form or ProofCodeForm()) if takes_codes else None,
    )


def _check(ticket: Ticket) -> IdentityCheck | None:
    row = getattr(ticket, "check_shown", None)
    if row is None:
        return None
    moments = {name: parse_datetime(row[name]) if row[name] else None for name in _MOMENTS}
    return IdentityCheck(ticket=ticket, address=row["address"], tries=row["tries"], **moments)


_MOMENTS = ("wanted_at", "expires_at")
