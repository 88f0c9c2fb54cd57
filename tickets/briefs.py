"""The brief of a hand-over: what the person who takes over reads first.

How it is written is the assistant's craft: `bots` registers its writer here. Without one there is a
plain brief, so that a hand-over never waits for anything.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tickets.models import AuthorKind, Reason, Ticket


@dataclass(frozen=True, slots=True)
class Brief:
    """Extracted, never invented: what they want, what was tried, why a person, how they feel."""

    wants: str = ""
    tried: str = ""
    why: str = ""
    feeling: str = ""
    facts: list[dict[str, Any]] = field(default_factory=list)
    articles: list[dict[str, Any]] = field(default_factory=list)


Writer = Callable[[Ticket, Reason, str], Brief]


def _plain(ticket: Ticket, reason: Reason, detail: str) -> Brief:
    first = ticket.messages.filter(author_kind=AuthorKind.CUSTOMER).first()
    return Brief(wants=first.body[:400] if first else "", why=detail or str(reason.label))


_writer: Writer = _plain


def use(writer: Writer) -> None:
    """Let `writer` write the briefs from now on. It reads rows only: no model, no network."""
    global _writer
    _writer = writer


def write(ticket: Ticket, reason: Reason, detail: str) -> Brief:
    return _writer(ticket, reason, detail)
