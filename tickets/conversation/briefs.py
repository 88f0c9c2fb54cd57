"""The brief of a hand-over: what the person who takes over reads first.

How it is written is the assistant's craft: `bots` registers its writer here. Without one there is a
plain brief, so that a hand-over never waits for anything.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import Subquery
from django.db.models.functions import Coalesce

from tickets.models import AuthorKind, HandOver, Identity, Note, NoteKind, Reason, Ticket

HINTS = 5  # of leads, in one brief


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
        identity=Identity.of(ticket.customer),
    )


_writer: Writer = _plain


def use(writer: Writer) -> None:
    """Let `writer` write the briefs from now on. It reads rows only: no model, no network."""
    global _writer
    _writer = writer


def write(ticket: Ticket, reason: Reason, detail: str) -> Brief:
    """The brief as of now, with the hints that leads gave since the last one. One query for these."""
    brief = _writer(ticket, reason, detail)
    last = HandOver.objects.filter(ticket=ticket).order_by("-pk").values("read_to")[:1]
    given = Note.objects.filter(
        ticket=ticket, kind=NoteKind.HINT, position__gt=Coalesce(Subquery(last), 0)
    ).select_related("author")
    hints = [
        {"kind": "hint", "text": note.body, "positions": [note.position], "by": str(note.author)}
        for note in given.order_by("position")[:HINTS]
    ]
    return replace(brief, statements=[*brief.statements, *hints]) if hints else brief
