"""Which conversation a mail belongs to, by what it says of itself. Nothing here says who sent it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.db.models import QuerySet

from tickets.email import tokens
from tickets.email.reading.mail import Incoming
from tickets.email.tokens import Token
from tickets.models import IncomingMail, MailState, Ticket
from tickets.models.tickets import REFERENCE_LETTERS

_NUMBER = re.compile(rf"(?<![0-9A-Za-z])[{REFERENCE_LETTERS}]{{8}}(?![0-9A-Za-z])", re.IGNORECASE)
MOST_NUMBERS = 3  # of a subject that are looked up


class NotYet(Exception):
    """What it answers came in, too, and is not read yet: it has to wait for that."""


@dataclass(frozen=True, slots=True)
class Place:
    """The conversation that a mail names, how, and for which agent the name was made, if for one."""

    ticket: Ticket
    how: str
    user: int | None = None


def of(mail: Incoming) -> Place | None:
    """The conversation that a mail names by something that only we can make, or by its answers.

    The surest comes first: the address it was sent to, the ids of ours that it answers, a line of
    ours in its text, another mail of the same conversation. Raises NotYet.
    """
    answered = [*mail.in_reply_to, *reversed(mail.references)]
    sent_to = [*mail.envelope_to, *(person.address for person in (*mail.to, *mail.cc))]
    found = (
        ("address", next(filter(None, map(tokens.in_address, sent_to)), None)),
        ("id", tokens.in_ids(answered)),
        ("line", tokens.in_markers(mail.marker)),
    )
    for how, token in found:
        if token is not None and (ticket := _ticket_of(token)):
            return Place(ticket, how, token.user)
    return _answered(answered)


def numbered(mail: Incoming) -> list[Ticket]:
    """The conversations whose number stands in the subject. Anybody can write one there."""
    numbers = [number.upper() for number in _NUMBER.findall(mail.subject)][:MOST_NUMBERS]
    return list(_tickets().filter(reference__in=numbers)) if numbers else []


def of_what_came_back(mail: Incoming) -> Ticket | None:
    """The conversation of the mail of ours that this one says did not arrive."""
    token = tokens.in_ids([mail.bounce.message_id]) if mail.bounce else None
    return _ticket_of(token) if token else None


def is_ours(mail: Incoming) -> bool:
    """Whether it was sent by this helpdesk: its id has a token of ours."""
    return tokens.in_ids([mail.message_id]) is not None


def _ticket_of(token: Token) -> Ticket | None:
    return _tickets().filter(reference=token.reference).first()


def _tickets() -> QuerySet[Ticket]:
    """With their customers: whether they are who wrote is asked next."""
    return Ticket.objects.select_related("customer")


def _answered(ids: list[str]) -> Place | None:
    """The conversation of a mail of theirs that this one answers, the nearest of them."""
    if not ids:
        return None
    known = {
        mail.internet_message_id: mail
        for mail in IncomingMail.objects.filter(internet_message_id__in=ids)
        .defer("raw")
        .select_related("ticket__customer")
    }
    for one in ids:
        mail = known.get(one)
        if mail is not None and mail.state == MailState.RECEIVED:
            raise NotYet
        if mail is not None and mail.ticket is not None:
            return Place(mail.ticket, "answer")
    return None
