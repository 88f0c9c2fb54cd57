"""Internal notes about what an agent asks: of conversations that they see, for them only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet

from knowledgebase import ranking
from tickets import access
from tickets.actors import Actor
from tickets.intake.text import first_line
from tickets.models import Note, Ticket

SHOWN = 3
READ = 40  # notes of the nearest conversations
LONGEST = 280  # characters of one


@dataclass(frozen=True, slots=True)
class Noted:
    """A note as it is shown, and where it stands."""

    text: str
    author: str
    reference: str
    position: int


def tickets_with_notes(actor: Actor) -> QuerySet[Ticket]:
    """The conversations in which `actor` may read a note."""
    return access.tickets_for(actor).filter(Exists(Note.objects.filter(ticket=OuterRef("pk"))))


def best(question: str, near: Mapping[int, float]) -> Sequence[Noted]:
    """The notes that fit a question best, of conversations that are near it (by how much each is).

    These were found for whoever asks. One query.
    """
    rows = list(
        Note.objects.filter(ticket__in=near)
        .select_related("author", "ticket")
        .order_by("-created_at")[:READ]
    )
    shares = ranking.shared(question, [note.body for note in rows])
    pairs = zip(rows, shares, strict=True)
    ordered = sorted(pairs, key=lambda pair: -(near[pair[0].ticket_id] + pair[1]))
    return [
        Noted(
            first_line(" ".join(note.body.split()), limit=LONGEST),
            note.by,
            note.ticket.reference,
            note.position,
        )
        for note, _share in ordered[:SHOWN]
    ]
