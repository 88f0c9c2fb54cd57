"""Contact details as whoever looks may see them: whole, or as `m•••@w•••.example` and `••• 48`.

Every page, frame and text for somebody who works here is made inside `as_seen(contacts=...)`; what is
shown inside goes through `shown`. The rows themselves stay whole: actions read and write what is true.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

DOTS = "•••"
_hidden: ContextVar[bool] = ContextVar("contacts_hidden", default=False)

# What stands between spaces and brackets; with an @ inside it is taken for an address.
_PIECE = re.compile(r"[^\s<>()\[\]\"',;:]+")
_TELEPHONE = re.compile(r"(?<![\w+])(?:\+|0)[0-9 ()/.\-]{6,24}[0-9](?!\w)")
_TELEPHONE_ALONE = re.compile(r"\+?[0-9 ()/.\-]{3,40}")


@contextmanager
def as_seen(*, contacts: bool) -> Iterator[None]:
    """What is shown inside is for somebody who may see contact details, or may not."""
    before = _hidden.set(not contacts)
    try:
        yield
    finally:
        _hidden.reset(before)


def hides() -> bool:
    """Whether whoever looks may not see contact details."""
    return _hidden.get()


def shown(text: str) -> str:
    """A value or a short text as whoever looks may see it: addresses and telephones in it masked."""
    return masked(text) if text and _hidden.get() else text


def masked(text: str) -> str:
    """The same for whoever may not."""
    if _TELEPHONE_ALONE.fullmatch(text):
        return _telephone(text)
    if "@" in text:
        text = _PIECE.sub(lambda found: _address(found[0]), text)
    return _TELEPHONE.sub(lambda found: _telephone(found[0]), text)


def _address(piece: str) -> str:
    """An address without what says whose it is; what is none stays. A mention (`@dana`) is none."""
    address = piece.rstrip(".!?")
    local, at, domain = address.lstrip("@").rpartition("@")
    if not at or not local or not domain:
        return piece
    host, _dot, end = domain.rpartition(".")
    masked_domain = f"{host[0]}{DOTS}.{end}" if host else DOTS
    return f"{local[0]}{DOTS}@{masked_domain}{piece[len(address) :]}"


def _telephone(number: str) -> str:
    digits = "".join(filter(str.isdecimal, number))
    return f"{DOTS} {digits[-2:]}" if len(digits) > 4 else number
