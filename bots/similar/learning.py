"""Makes the vectors of conversations in the background: of new ones soon, of older ones bit by bit.
Of macros all that changed.

No reaction is owed for it: what came by an import or a replay is found like what came just now, and
nobody waits for it.
"""

from __future__ import annotations

import time

from django.core.cache import cache
from django.db.models import Exists, Max, OuterRef

from bots import telling
from bots.models import TicketVector
from bots.models.similar import WORDS_LENGTH
from bots.similar import fitting_macros
from bots.understanding import query_of
from knowledgebase import embeddings, indexing
from knowledgebase.models import Encoder
from tickets.intake.text import first_line
from tickets.models import AuthorKind, Message, Ticket

BATCH = 24  # conversations at a time: a customer who asks meanwhile waits for half a second at most
SECONDS = 20.0  # that the encoder may take for a batch
LOOK_EVERY = 3600  # seconds; whether an older one has none is looked for by reading all tickets
_LOOKED = "similar:looked"


def learn(*, seconds: float) -> int:
    """Make vectors for so long; returns how many conversations and macros were read.

    Raises EncoderUnavailable: they are made when it is back.
    """
    until = time.monotonic() + seconds
    encoder = indexing.current_encoder()
    TicketVector.objects.make_index(encoder)
    done = fitting_macros.learn(encoder)
    while time.monotonic() < until and (batch := _newer(encoder)):
        done += _keep(batch, encoder)
    before = cache.get(_LOOKED)
    while before != 0 and time.monotonic() < until:
        batch = _older(encoder, before)
        done += _keep(batch, encoder)
        before = batch[-1] if batch else 0
        cache.set(_LOOKED, before, timeout=LOOK_EVERY)
    return done


def words_of(body: str) -> str:
    """What a message wants, as it is compared: without greeting, facts and farewell; "" if nothing."""
    words = query_of(telling.wish(body, limit=WORDS_LENGTH) or first_line(body))[:WORDS_LENGTH]
    return words if any(letter.isalpha() for letter in words) else ""


def _newer(encoder: Encoder) -> list[int]:
    """Tickets that came after all that are known. One that was committed late is found as an older one."""
    newest = TicketVector.objects.filter(encoder=encoder).aggregate(pk=Max("pk"))["pk"]
    if newest is None:
        return []
    newer = Ticket.objects.filter(pk__gt=newest).order_by("pk")
    return list(newer.values_list("pk", flat=True)[:BATCH])


def _older(encoder: Encoder, before: int | None) -> list[int]:
    """The newest tickets without a vector by this encoder, below one."""
    known = TicketVector.objects.filter(ticket=OuterRef("pk"), encoder=encoder)
    missing = Ticket.objects.filter(~Exists(known)).order_by("-pk")
    if before is not None:
        missing = missing.filter(pk__lt=before)
    return list(missing.values_list("pk", flat=True)[:BATCH])


def _keep(tickets: list[int], encoder: Encoder) -> int:
    """Write a row for each, also where nothing was said: it is not looked at again."""
    words = dict.fromkeys(tickets, "")
    first = Message.objects.filter(ticket__in=tickets, author_kind=AuthorKind.CUSTOMER)
    first = first.order_by("ticket", "position").distinct("ticket")
    words |= {ticket: words_of(body) for ticket, body in first.values_list("ticket", "body")}
    said = list(dict.fromkeys(text for text in words.values() if text))
    vectors = dict(zip(said, embeddings.encode(said, timeout=SECONDS), strict=True))
    rows = [
        TicketVector(
            ticket_id=ticket,
            encoder=encoder,
            words=text,
            vector=vectors[text].tolist() if text else None,
        )
        for ticket, text in words.items()
    ]
    TicketVector.objects.keep(rows)
    return len(rows)
