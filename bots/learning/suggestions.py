"""Customers' wordings that an article answered, proposed as its sample questions."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
from django.db.models import Count, OuterRef, Q, Subquery
from django.utils import timezone

from bots import actions, telling
from bots.models import QuestionSuggestion
from bots.understanding import query_of
from knowledgebase import embeddings, indexing
from knowledgebase.models import Article, Embedding, Encoder, Passage
from tickets.actors import Actor
from tickets.models import Answer, AuthorKind, Decision, Message, Ticket, Turn
from tickets.models.states import SOLVED

Source = QuestionSuggestion.Source

SAME = 0.85  # cosine from which a wording adds nothing to one that the article has
LATELY = timedelta(days=14)
BATCH = 24  # wordings of one run: a customer who asks meanwhile waits for half a second at most
WAITING = 20  # proposals of one article that wait; more would only be a burden
SECONDS = 30.0
_LINK = re.compile(r"/help/([-a-z0-9_]{1,200})/", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Wording:
    """How a customer asked for what an article answered."""

    article_id: int
    words: str
    ticket_id: int
    source: Source


def propose_new() -> int:
    """Propose the wordings that are new to their articles; returns how many.

    Raises EncoderUnavailable: they are proposed when it is back.
    """
    found = _not_proposed([*solved(), *resolved_by_agents()])[:BATCH]
    if not found:
        return 0
    encoder = indexing.current_encoder()
    vectors = embeddings.encode([wording.words for wording in found], timeout=SECONDS)
    if vectors.shape[1] != encoder.dimension:
        return 0
    known = _known(encoder, {wording.article_id for wording in found})
    articles = Article.objects.in_bulk({wording.article_id for wording in found})
    tickets = Ticket.objects.in_bulk({wording.ticket_id for wording in found})
    proposed = 0
    for wording, vector in zip(found, vectors, strict=True):
        beside = known[wording.article_id]
        if beside and float((np.stack(beside) @ vector).max()) >= SAME:
            continue
        beside.append(vector)
        proposed += (
            actions.propose_question(
                actor=Actor.assistant(),
                article=articles[wording.article_id],
                words=wording.words,
                ticket=tickets[wording.ticket_id],
                source=wording.source,
            )
            is not None
        )
    return proposed


def solved() -> list[Wording]:
    """Questions whose answer the customer called the solution. One query."""
    question = Message.objects.filter(
        ticket=OuterRef("message__ticket"),
        position__lt=OuterRef("message__position"),
        author_kind=AuthorKind.CUSTOMER,
    ).order_by("-position")
    rows = (
        Answer.objects.filter(
            helpful=True,
            decision=Decision.ANSWER,
            citations__rank=1,
            message__created_at__gte=timezone.now() - LATELY,
        )
        .exclude(message__ticket__turn=Turn.SPAM)
        .annotate(question=Subquery(question.values("body")[:1]))
        .order_by("-pk")
        .values_list("citations__article", "question", "message__ticket")[: BATCH * 8]
    )
    return _wordings(rows, Source.SOLVED)


def resolved_by_agents() -> list[Wording]:
    """First questions of conversations that an agent solved with a link to an article. Two queries."""
    first = Message.objects.filter(
        ticket=OuterRef("ticket"), author_kind=AuthorKind.CUSTOMER
    ).order_by("position")
    rows = list(
        Message.objects.filter(
            author_kind=AuthorKind.AGENT,
            body__contains="/help/",
            ticket__resolution__in=SOLVED,
            ticket__closed_at__gte=timezone.now() - LATELY,
        )
        .annotate(question=Subquery(first.values("body")[:1]))
        .order_by("-pk")
        .values_list("body", "question", "ticket")[: BATCH * 8]
    )
    slugs = {slug.lower() for body, _question, _ticket in rows for slug in _LINK.findall(body)}
    by_slug = dict(Article.objects.public().filter(slug__in=slugs).values_list("slug", "pk"))
    cited = [
        (by_slug[slug.lower()], question, ticket)
        for body, question, ticket in rows
        for slug in _LINK.findall(body)
        if slug.lower() in by_slug
    ]
    return _wordings(cited, Source.TICKET)


def _wordings(rows: Any, source: Source) -> list[Wording]:
    return [
        Wording(article, words, ticket, source)
        for article, body, ticket in rows
        if len((words := query_of(telling.wish(body or "", limit=300))).split()) >= 3
    ]


def _not_proposed(found: list[Wording]) -> list[Wording]:
    """Those that were never proposed, each once, of articles that have not many waiting. Two queries."""
    ids = {wording.article_id for wording in found}
    before = set(QuestionSuggestion.objects.filter(article__in=ids).values_list("article", "text"))
    waiting = Count(
        "suggested_questions",
        filter=Q(suggested_questions__state=QuestionSuggestion.State.PROPOSED),
    )
    full = set(
        Article.objects.filter(pk__in=ids)
        .annotate(waiting=waiting)
        .filter(waiting__gte=WAITING)
        .values_list("pk", flat=True)
    )
    by_words = {(wording.article_id, wording.words): wording for wording in reversed(found)}
    return [
        wording
        for key, wording in by_words.items()
        if key not in before and wording.article_id not in full
    ]


def _known(encoder: Encoder, articles: set[int]) -> dict[int, list[np.ndarray]]:
    """By article, the vectors of its title, its sample questions, and what was proposed before."""
    known: dict[int, list[np.ndarray]] = defaultdict(list)
    stored = Embedding.objects.filter(
        encoder=encoder,
        passage__article__in=articles,
        passage__kind__in=[Passage.Kind.QUESTION, Passage.Kind.TITLE],
    )
    for article, vector in stored.values_list("passage__article", "vector"):
        known[article].append(np.asarray(vector, dtype=np.float32))
    proposed = list(
        QuestionSuggestion.objects.filter(article__in=articles)
        .order_by("-pk")
        .values_list("article", "text")[: BATCH * 2]
    )
    vectors = embeddings.encode([text for _article, text in proposed], timeout=SECONDS)
    for (article, _text), vector in zip(proposed, vectors, strict=True):
        known[article].append(vector)
    return known
