"""Finds the macros that fit a conversation, by the vector of what was wanted in it and of their text.

Both vectors are made in the background, so that nobody waits for the encoder when macros are opened.
"""

from __future__ import annotations

import re

from django.db.models import Exists, OuterRef, QuerySet
from pgvector.django import CosineDistance

from bots.models import MacroVector, TicketVector
from knowledgebase import embeddings
from knowledgebase.models import Encoder
from tickets.conversation.fitting_macros import MOST
from tickets.models import Macro, Ticket

# Cosine from which one is said to fit. Between eleven sentences of customers and the demo's eight macros
# those that an agent would use have .35 to .76, most others less than .30.
NEAR = 0.33
BATCH = 24
SECONDS = 20.0  # that the encoder may take for a batch
LENGTH = 400  # characters of a macro that are read
_PLACEHOLDER = re.compile(r"\{[^{}]*\}")


def find(ticket: Ticket, among: QuerySet[Macro]) -> list[int]:
    """Those that fit, best first; none while a vector is missing. Two statements."""
    mine = TicketVector.objects.filter(ticket=ticket, vector__isnull=False).first()
    if mine is None:
        return []
    far = CosineDistance("vector", mine.vector)
    rows = MacroVector.objects.filter(encoder=mine.encoder_id, macro__in=among.values("pk"))
    near = rows.annotate(far=far).filter(far__lte=1 - NEAR).order_by("far", "pk")
    return list(near.values_list("pk", flat=True)[:MOST])


def learn(encoder: Encoder) -> int:
    """Make the vectors of macros that were added or changed; returns how many.

    Raises EncoderUnavailable: they are made when it is back.
    """
    known = MacroVector.objects.filter(
        macro=OuterRef("pk"), encoder=encoder, version=OuterRef("version")
    )
    done = 0
    while batch := list(Macro.objects.filter(~Exists(known)).order_by("pk")[:BATCH]):
        made = embeddings.encode([_text(macro) for macro in batch], timeout=SECONDS)
        MacroVector.objects.keep(
            [
                MacroVector(
                    macro=macro, encoder=encoder, version=macro.version, vector=one.tolist()
                )
                for macro, one in zip(batch, made, strict=True)
            ]
        )
        done += len(batch)
    return done


def _text(macro: Macro) -> str:
    """What is compared: the name, and what the customer would read, or else colleagues."""
    words = _PLACEHOLDER.sub(" ", macro.body or macro.note)
    return " ".join(f"{macro.name}. {words}".split())[:LENGTH]
