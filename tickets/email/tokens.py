"""Signed names of conversations, by which an answer finds its own: nobody guesses or makes one.

A token says which conversation, and for whom it was made: its customer's side, or one agent. It
stands in the address that an answer goes to, in the Message-ID of what we send, and in a line of
its text, since mail programs keep sometimes the one and sometimes the other. In an address letters
lose their case, so the signature is of small letters and digits.

A token is no right by itself: it is quoted and forwarded. Who sent the mail is asked beside it.
"""

from __future__ import annotations

import base64
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import urlsplit

from django.conf import settings

from tickets.models import Ticket, User

_SALT = b"tickets.email.tokens"
_LETTERS = 16  # of the signature: 80 bits in base 32
_NAMED = r"(?P<token>[0-9a-z]{8,12}(?:-u[0-9]{1,18})?\.[a-z2-7]{16})"
_IN_ADDRESS = re.compile(rf"\+{_NAMED}@", re.IGNORECASE | re.ASCII)
_IN_ID = re.compile(rf"\.{_NAMED}@", re.IGNORECASE | re.ASCII)
_IN_TEXT = re.compile(rf"^##HD-{_NAMED}##$", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class Token:
    """A token whose signature is ours: the conversation, and the agent for whom it was made."""

    reference: str
    user: int | None = None


def make(ticket: Ticket, *, user: User | None = None) -> str:
    """A token of a conversation: for those outside who take part in it, or for one agent."""
    name = ticket.reference.lower() + (f"-u{user.pk}" if user else "")
    return f"{name}.{_signature(name, settings.SECRET_KEY)}"


def address(ours: str, token: str) -> str:
    """The address to answer to: `support@…` with a token is `support+TOKEN@…`."""
    local, _at, domain = ours.partition("@")
    return f"{local}+{token}@{domain}"


def message_id(key: str, token: str) -> str:
    """The Message-ID of a mail of ours; the same key gives the same, however often it is sent."""
    return f"<{key}.{token}@{host()}>"


def marker(token: str) -> str:
    """The line with a token that stands at the end of a mail's text."""
    return f"##HD-{token}##"


def in_address(address: str) -> Token | None:
    """The token of an address that a mail was sent to."""
    return _found(_IN_ADDRESS.search(address))


def in_ids(ids: Iterable[str]) -> Token | None:
    """The first token of Message-IDs, of which those of our own have one."""
    return next(filter(None, (_found(_IN_ID.search(one)) for one in ids)), None)


def in_markers(markers: Iterable[str]) -> Token | None:
    """The first token of lines in a mail's text."""
    return next(filter(None, (_found(_IN_TEXT.match(one)) for one in markers)), None)


def without(address: str) -> str:
    """An address of ours as it is without a token."""
    return _IN_ADDRESS.sub("@", address)


def host() -> str:
    """The host whose name stands in our Message-IDs."""
    return urlsplit(settings.SITE_URL).hostname or "localhost"


def _found(match: re.Match[str] | None) -> Token | None:
    if match is None:
        return None
    name, _dot, signature = match["token"].lower().rpartition(".")
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    if not any(hmac.compare_digest(signature, _signature(name, key)) for key in keys):
        return None
    reference, _dash, user = name.partition("-u")
    return Token(reference.upper(), int(user) if user else None)


def _signature(name: str, key: str) -> str:
    made = hmac.new(key.encode(), _SALT + name.encode(), sha256).digest()
    return base64.b32encode(made).decode().lower()[:_LETTERS]
