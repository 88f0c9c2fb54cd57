"""Finds the conversations most like one, among those that an agent may see, and what solved them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import BooleanField, Exists, F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Length
from django.db.models.lookups import GreaterThanOrEqual
from pgvector import HalfVector
from pgvector.django import CosineDistance, HalfVectorField

from bots.models import TicketVector
from bots.similar.learning import words_of
from bots.understanding import vectors
from knowledgebase import markdown
from knowledgebase.embeddings import Vectors
from knowledgebase.models import Encoder
from tickets import access
from tickets.actors import Actor
from tickets.intake.text import first_line
from tickets.models import Answer, AuthorKind, Message, Ticket, Turn
from tickets.models.states import SOLVED

SHOWN = 5
# Cosine from which two are shown. Among the demo's 187 conversations most pairs from .50 on are about
# the same matter (a refund that has not come), of those from .45 to .50 about half only share words.
NEAR = 0.50
OPEN = 1_000  # open conversations that are compared: the latest
EXCERPT = 280  # characters of what solved it
SAYS = 60  # characters of a reply that is more than a farewell
READ = 4  # the customer's messages that are read: what they want now may be something new


@dataclass(frozen=True, slots=True)
class Similar:
    """A conversation that is like another one."""

    reference: str
    title: str
    is_solved: bool
    state: str  # in words
    at: datetime  # when it was closed, else its last message
    cosine: float
    solution: str = ""  # the last words of the agent, or of the assistant's answer; "" if open
    article: str = ""  # the title of the article that solved it, where the assistant answered
    slug: str = ""
    position: int | None = None  # where the solution stands


def to(ticket: Ticket, *, actor: Actor, wanted: Sequence[Vectors] = ()) -> list[Similar]:
    """The conversations most like this one that `actor` may see: solved ones first, the nearest first.

    `wanted` is what its customer wants, if that was encoded already.
    At most twelve statements. Runs the encoder, so never inside a transaction. Raise
    EncoderUnavailable.
    """
    encoder = _encoder()
    words = [] if wanted else _wanted(ticket)
    if encoder is None or not (wanted or words):
        return []
    made = list(wanted) or list(vectors.of(words).values())
    if made[0].shape[0] != encoder.dimension:  # it is being exchanged at this moment
        return []
    others = access.tickets_for(actor).exclude(pk=ticket.pk)
    solved = _nearest(made, encoder, others.filter(resolution__in=SOLVED))
    latest = others.exclude(turn=Turn.CLOSED).order_by("-last_message_at", "-pk")[:OPEN]
    still_open = _nearest_of(made, encoder, latest)
    return _shown(solved, still_open)


def about(words: str, *, tickets: QuerySet[Ticket]) -> dict[int, float]:
    """Of these tickets the nearest to what somebody asks, each with its cosine. Runs the encoder, so
    never inside a transaction. Raise EncoderUnavailable.
    """
    encoder = _encoder()
    if encoder is None or not words:
        return {}
    made = list(vectors.of([words]).values())
    return _nearest(made, encoder, tickets) if made[0].shape[0] == encoder.dimension else {}


def _encoder() -> Encoder | None:
    """The encoder by which conversations were learned; None if none was."""
    learned = Exists(TicketVector.objects.filter(encoder=OuterRef("pk")))
    return Encoder.objects.filter(learned, name=settings.ENCODER_MODEL).first()


def _wanted(ticket: Ticket) -> list[str]:
    """What the customer wanted at first, and what they want now if that is something else."""
    said = ticket.messages.filter(author_kind=AuthorKind.CUSTOMER)
    first = said.order_by("position").values("pk")[:1]
    lately = said.order_by("-position").values("pk")[:READ]
    bodies = Message.objects.filter(pk__in=first.union(lately)).order_by("position")
    found = [words for body in bodies.values_list("body", flat=True) if (words := words_of(body))]
    long_enough = [words for words in found[1:] if len(words.split()) > 3]
    return list(dict.fromkeys([*found[:1], *long_enough[-1:]]))


def _nearest(
    wanted: Sequence[Vectors], encoder: Encoder, tickets: QuerySet[Ticket]
) -> dict[int, float]:
    """The nearest among all of these tickets, by the index. A statement for each of `wanted`.

    The ticket decides row by row: the index is read on until enough of what it finds may be seen.
    """
    holds = tickets.filter(pk=OuterRef("ticket")).order_by().values(holds=Value(True))
    rows = TicketVector.objects.filter(Subquery(holds, output_field=BooleanField()))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL hnsw.iterative_scan = relaxed_order")
        return _by_cosine(wanted, encoder, rows)


def _nearest_of(
    wanted: Sequence[Vectors], encoder: Encoder, tickets: QuerySet[Ticket]
) -> dict[int, float]:
    """The nearest among a few tickets, each compared: an index of all would be read for few."""
    keys = list(tickets.values_list("pk", flat=True))
    return _by_cosine(wanted, encoder, TicketVector.objects.filter(pk__in=keys))


def _by_cosine(
    wanted: Sequence[Vectors], encoder: Encoder, rows: QuerySet[TicketVector]
) -> dict[int, float]:
    found: dict[int, float] = {}
    field = HalfVectorField(dimensions=encoder.dimension)
    for vector in wanted:
        distance = CosineDistance(Cast(F("vector"), field), HalfVector(vector))
        near = rows.filter(encoder=encoder).order_by(distance)
        for ticket, far in near.values_list("pk", distance)[:SHOWN]:
            if far is not None and 1 - far >= NEAR:
                found[ticket] = max(found.get(ticket, 0.0), 1 - far)
    return found


def _shown(solved: dict[int, float], still_open: dict[int, float]) -> list[Similar]:
    """The solved ones and two open ones; a conversation that was solved meanwhile is shown once."""
    cosines = still_open | solved
    ordered = sorted(solved, key=lambda pk: -solved[pk])
    ordered += sorted(still_open.keys() - solved.keys(), key=lambda pk: -still_open[pk])[:2]
    tickets = Ticket.objects.in_bulk(ordered)
    words = dict(TicketVector.objects.filter(pk__in=ordered).values_list("pk", "words"))
    solutions = _solutions([pk for pk in ordered if pk in solved])
    return [
        Similar(
            reference=ticket.reference,
            title=ticket.subject or words.get(pk, ""),
            is_solved=ticket.resolution in SOLVED,
            state=str(ticket.get_resolution_display() or ticket.get_turn_display()),
            at=ticket.closed_at or ticket.last_message_at,
            cosine=cosines[pk],
            **solutions.get(pk, {}),
        )
        for pk in ordered
        if (ticket := tickets.get(pk)) is not None
    ]


def _solutions(tickets: Sequence[int]) -> dict[int, dict[str, Any]]:
    """What was said before it was solved: the agent's last words that say something, else the answer
    that helped."""
    answers = (
        Answer.objects.filter(message__ticket__in=tickets, helpful=True)
        .order_by("message__ticket", "-message__position")
        .distinct("message__ticket")
        .select_related("message")
        .prefetch_related("citations")
    )
    found = {answer.message.ticket_id: _answer(answer) for answer in answers}
    replies = (
        Message.objects.filter(ticket__in=tickets, author_kind=AuthorKind.AGENT)
        .annotate(says_something=GreaterThanOrEqual(Length("body"), SAYS))
        .order_by("ticket", "-says_something", "-position")
        .distinct("ticket")
    )
    for ticket, position, body in replies.values_list("ticket", "position", "body"):
        found[ticket] = {"solution": _excerpt(body), "position": position}
    return found


def _answer(answer: Answer) -> dict[str, Any]:
    cited = sorted(answer.citations.all(), key=lambda one: (not one.quoted, one.rank))[:1]
    return {
        "solution": _excerpt(cited[0].short_answer or _words(cited[0].passage)) if cited else "",
        "position": answer.message.position,
        "article": cited[0].title if cited else "",
        "slug": cited[0].slug if cited else "",
    }


def _words(text: str) -> str:
    """What is read of Markdown, without its marks."""
    return " ".join(markdown.plain(token) for token in markdown.parse(text) if token.children)


def _excerpt(text: str) -> str:
    return first_line(" ".join(text.split()), limit=EXCERPT)
