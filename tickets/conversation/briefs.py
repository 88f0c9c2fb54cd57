"""The brief of a hand-over: what the person who takes over reads first.

How it is written is the assistant's craft: `bots` registers its writer here. Without one there is a
plain brief, so that a hand-over never waits for anything.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tickets.conversation import identity
from tickets.models import AuthorKind, Reason, Ticket


@dataclass(frozen=True, slots=True)
class Brief:
    """Extracted, never invented: what they want, what was tried, why a person, how they feel.

    `statements` are its lines one by one, each with the positions of the messages it comes from:
    `{"kind": "wants" | "tried" | "why" | "feeling" | "hint", "text", "positions"}`.
    """

    wants: str = ""
    tried: str = ""
    why: str = ""
    feeling: str = ""
    facts: list[dict[str, Any]] = field(default_factory=list)
    articles: list[dict[str, Any]] = field(default_factory=list)
    statements: list[dict[str, Any]] = field(default_factory=list)
    feeling_start: str = ""
    identity: str = ""
    language: str = ""


Writer = Callable[[Ticket, Reason, str], Brief]


def _plain(ticket: Ticket, reason: Reason, detail: str) -> Brief:
    first = ticket.messages.filter(author_kind=AuthorKind.CUSTOMER).first()
    wants = (
        {"kind": "wants", "text": first.body[:400], "positions": [first.position]} if first else {}
    )
    return Brief(
        wants=first.body[:400] if first else "",
        why=detail or str(reason.label),
        statements=[wants] if wants else [],
        identity=identity.level_of(ticket),
    )


_writer: Writer = _plain


def use(writer: Writer) -> None:
    """Let `writer` write the briefs from now on. It reads rows only: no model, no network."""
    global _writer
    _writer = writer


def write(ticket: Ticket, reason: Reason, detail: str) -> Brief:
    return _writer(ticket, reason, detail)
