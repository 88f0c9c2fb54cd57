"""Links in a mail that do one thing without a log-in, and nothing else, for some days.

Whoever has the mail may say what it asks: whether an answer helped, or that a person is wanted. The
link opens a page with one button, since programs open every link of a mail before anybody reads it;
only the button does it. It shows nothing of the conversation but its number.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from django.conf import settings
from django.core import signing
from django.urls import reverse

from tickets.models import Message, Ticket

VALID_FOR = timedelta(days=14)
_SALT = "tickets.email.links"


class Act(StrEnum):
    """What a link is for."""

    HELPED = "yes"
    DID_NOT_HELP = "no"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Link:
    """A link of ours: what it is for, in which conversation, to which answer of the assistant."""

    act: Act
    ticket: Ticket
    position: int


def make(act: Act, answer: Message) -> str:
    """The address of a link below an answer of the assistant."""
    name = f"{answer.ticket.reference}.{answer.position}.{act}"
    token = signing.TimestampSigner(salt=_SALT).sign(name)
    return f"{settings.SITE_URL}{reverse('by-mail', args=[token])}"


def read(token: str) -> Link | None:
    """What a token is for; None where it is none of ours, or too old."""
    try:
        name = signing.TimestampSigner(salt=_SALT).unsign(token, max_age=VALID_FOR)
    except signing.BadSignature:
        return None
    reference, position, act = name.split(".")
    ticket = Ticket.objects.filter(reference=reference).select_related("customer").first()
    return Link(Act(act), ticket, int(position)) if ticket else None
