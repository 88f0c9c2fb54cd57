"""Hints of leads for whoever takes a conversation next: its brief carries them. Never for customers."""

from __future__ import annotations

from dataclasses import replace

from django.db.models import Subquery
from django.db.models.functions import Coalesce

from tickets.conversation.briefs import Brief
from tickets.models import HandOver, Note, NoteKind, Ticket

MOST = 5  # in one brief


def carried_by(brief: Brief, ticket: Ticket) -> Brief:
    """The brief with the hints that were given since the last one. One query."""
    last = HandOver.objects.filter(ticket=ticket).order_by("-pk").values("read_to")[:1]
    given = Note.objects.filter(
        ticket=ticket, kind=NoteKind.HINT, position__gt=Coalesce(Subquery(last), 0)
    ).select_related("author")
    hints = [
        {"kind": "hint", "text": note.body, "positions": [note.position], "by": note.by}
        for note in given.order_by("position")[:MOST]
    ]
    return replace(brief, statements=[*brief.statements, *hints]) if hints else brief
