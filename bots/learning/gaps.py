"""Knowledge gaps: questions that got no good answer, grouped by meaning as they come in."""

from __future__ import annotations

import logging
from datetime import timedelta
from itertools import islice
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from bots import actions, telling
from bots.models import GapQuestion, KnowledgeGap
from bots.understanding import query_of
from knowledgebase import embeddings, indexing
from knowledgebase.models import NORWEGIAN, Article, Encoder
from tickets.actors import Actor
from tickets.models import (
    Answer,
    AuthorKind,
    Decision,
    Event,
    EventKind,
    Message,
    Reading,
    Reason,
    Turn,
)

logger = logging.getLogger(__name__)

# Cosine to a gap's centre from which a question belongs to it. Measured on 480 questions of 60
# intents, filed one after the other: of two in one gap .76 belong together, and .48 of those that do
# are in one. At .50 it is .78 and .65, at .70 .87 and .33; with noisier questions a low one lumps.
THRESHOLD = 0.60
LATELY = timedelta(days=14)  # older ones were looked at, or are forgotten
BATCH = 24  # questions of one run: a customer who asks meanwhile waits for half a second at most
LOOKED_AT = 500  # places where an answer was missing, of each kind; most are filed already
RENEWED = 20  # gaps of one run that are encoded again
SECONDS = 30.0  # that the encoder may take for a batch
# From this weight (telling.weigh) a sentence asks something or names a trouble. What somebody says
# further on may also be no more than "I am telling you", which is nothing to write an article about.
ASKS = 1.5
# A person was asked for because there was no answer.
_IN_VAIN = (Reason.NO_ARTICLE, Reason.NOT_UNDERSTOOD, Reason.UNSURE)


def file_new() -> int:
    """File the questions that nobody filed yet; returns how many.

    Raises EncoderUnavailable: they are filed when it is back.
    """
    encoder = indexing.current_encoder()
    renew(encoder)
    cover_published()
    ours = OurLanguages()
    with_words = (
        (message, words)
        for message in unanswered()
        if ours.have(str(_read(message, "language") or "")) and (words := words_of(message))
    )
    asked = list(islice(with_words, BATCH))
    if not asked:
        return 0
    vectors = embeddings.encode([words for _message, words in asked], timeout=SECONDS)
    if vectors.shape[1] != encoder.dimension:  # it is being exchanged at this moment
        return 0
    filed = [
        actions.file_question(
            actor=Actor.assistant(),
            encoder=encoder,
            message=message,
            words=words,
            vector=vector.tolist(),
            language=str(_read(message, "language") or ""),
            threshold=THRESHOLD,
        )
        for (message, words), vector in zip(asked, vectors, strict=True)
    ]
    return sum(question is not None for question in filed)


def unanswered() -> QuerySet[Message]:
    """The newest messages that got no good answer and are in no gap. Three queries."""
    since = timezone.now() - LATELY
    answers = (
        Answer.objects.filter(
            Q(decision=Decision.CLARIFY) | Q(helpful=False), message__created_at__gte=since
        )
        .exclude(message__ticket__turn=Turn.SPAM)
        .annotate(
            question=Subquery(_before(OuterRef("message__ticket"), OuterRef("message__position")))
        )
    )
    handed_over = (
        Event.objects.filter(
            kind=EventKind.PERSON_ASKED, data__reason__in=_IN_VAIN, created_at__gte=since
        )
        .exclude(ticket__turn=Turn.SPAM)
        .annotate(question=Subquery(_before(OuterRef("ticket"), OuterRef("position"))))
    )
    places = {
        *answers.order_by("-pk").values_list("question", flat=True)[:LOOKED_AT],
        *handed_over.order_by("-pk").values_list("question", flat=True)[:LOOKED_AT],
    }
    filed = GapQuestion.objects.values("message")
    return (
        Message.objects.filter(pk__in=places - {None})
        .exclude(pk__in=filed)
        .annotate(goes_on=Exists(_before(OuterRef("ticket"), OuterRef("position"))))
        .select_related("reading")
        .order_by("-pk")
    )


def words_of(message: Message) -> str:
    """The question in a message; "" for what is none, and for what is no article's business."""
    if _read(message, "sensitive") or _read(message, "repeats") in ("no", "not_asked"):
        return ""
    goes_on = getattr(message, "goes_on", False)  # annotated: not the first thing that they wrote
    words = telling.wish(message.body, limit=400, from_weight=ASKS if goes_on else telling.LEAST)
    words = query_of(words)
    return words if len(words.split()) >= 3 else ""


class OurLanguages:
    """The languages of the articles: what is asked in another one is no gap between them."""

    def __init__(self) -> None:
        written = Article.objects.public().order_by().values_list("language", flat=True).distinct()
        self.codes = {code[:2].lower() for code in written}

    def have(self, language: str) -> bool:
        """Whether there are articles in it; also where it was not told, or there are none at all."""
        code = language[:2].lower()
        mine = set(NORWEGIAN) if code in NORWEGIAN else {code}
        return not code or not self.codes or bool(self.codes & mine)


def renew(encoder: Encoder) -> int:
    """Encode the gaps of another encoder again, some at a time; returns how many."""
    old = list(KnowledgeGap.objects.exclude(encoder=encoder).order_by("-pk")[:RENEWED])
    for gap in old:
        texts = list(gap.questions.values_list("text", flat=True)[:BATCH]) or [gap.label]
        vectors = embeddings.encode(texts, timeout=SECONDS)
        actions.replace_centroid(
            actor=Actor.assistant(),
            gap=gap,
            encoder=encoder,
            vectors=[vector.tolist() for vector in vectors],
        )
    return len(old)


def cover_published() -> int:
    """A gap whose article was published is covered; returns how many were."""
    published = KnowledgeGap.objects.filter(
        state=KnowledgeGap.State.OPEN, article__state=Article.State.PUBLISHED
    )
    covered = [actions.cover_gap(actor=Actor.system(), gap=gap) for gap in published]
    return len(covered)


def _before(ticket: OuterRef, position: OuterRef) -> QuerySet[Message, Any]:
    """The customer's last message before a place in a conversation."""
    return (
        Message.objects.filter(
            ticket=ticket, position__lt=position, author_kind=AuthorKind.CUSTOMER
        )
        .order_by("-position")
        .values("pk")[:1]
    )


def _read(message: Message, name: str) -> object:
    reading: Reading | None = message.reading if hasattr(message, "reading") else None
    return reading.value(name) if reading else None
