"""Internal notes of conversations that are about what an agent asks. For agents only, and only theirs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef

from bots.similar import finding
from knowledgebase import ranking
from knowledgebase.embeddings import EncoderUnavailable
from tickets import access
from tickets.actors import Actor
from tickets.intake.text import first_line
from tickets.models import Note

SHOWN = 3
READ = 40  # notes of the nearest conversations
LONGEST = 280  # characters of one


@dataclass(frozen=True, slots=True)
class Told:
    """A note as it is shown, and where it stands."""

    text: str
    author: str
    reference: str
    position: int


def about(question: str, *, actor: Actor) -> Sequence[Told]:
    """Notes in the conversations nearest to a question that `actor` may see, the best first.

    Runs the encoder, so never inside a transaction; none where no encoder is there.
    """
    noted = Exists(Note.objects.filter(ticket=OuterRef("pk")))
    try:
        near = finding.about(question, tickets=access.tickets_for(actor).filter(noted))
    except EncoderUnavailable:
        return []
    rows = list(
        Note.objects.filter(ticket__in=near)
        .select_related("author", "ticket")
        .order_by("-created_at")[:READ]
    )
    shares = ranking.shared(question, [note.body for note in rows])
    pairs = zip(rows, shares, strict=True)
    ordered = sorted(pairs, key=lambda pair: -(near[pair[0].ticket_id] + pair[1]))
    return [
        Told(
            first_line(" ".join(note.body.split()), limit=LONGEST),
            str(note.author),
            note.ticket.reference,
            note.position,
        )
        for note, _share in ordered[:SHOWN]
    ]
