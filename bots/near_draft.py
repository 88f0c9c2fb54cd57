"""Recent questions of customers that come near to a draft, and whether it would be found first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from django.db.models import OuterRef, Subquery
from django.db.models.functions import Left

from bots import telling
from bots.understanding import query_of, vectors
from knowledgebase import drafts, search
from knowledgebase.drafts import Draft
from tickets import access
from tickets.actors import Actor
from tickets.intake.text import first_line
from tickets.models import Answer, AuthorKind, Message

READ = 100  # the newest questions that are compared: as many as can be encoded while somebody waits
SHOWN = 10
NEAR = 0.45  # cosine, from which a question has to do with the draft
BEGINNING = 400  # characters of a question that are read


@dataclass(frozen=True, slots=True)
class Near:
    """A question without what is personal in it, and what the search would find first for it."""

    words: str
    reference: str
    cosine: float
    is_first: bool
    first_title: str  # "" if nothing would be found


def questions(draft: Draft, *, actor: Actor) -> list[Near]:
    """The recent questions nearest to a draft, of conversations that `actor` may see.

    Runs the encoder, so never inside a transaction. Raise EncoderUnavailable.
    """
    asked = dict(_recent(actor))
    if not asked:
        return []
    found = vectors.of(list(asked))
    cosines = draft.nearness(np.stack([found[words] for words in asked]))
    near = sorted(zip(asked, cosines.tolist(), strict=True), key=lambda pair: -pair[1])[:SHOWN]
    shown = []
    with drafts.as_published(draft):
        for words, cosine in near:
            if cosine < NEAR:
                break
            hits = search.search(words, limit=1, vector=found[words], for_assistant=True).hits
            is_first = bool(hits) and hits[0].article_id == draft.version.article_id
            title = hits[0].title if hits else ""
            shown.append(Near(words, asked[words], cosine, is_first, title))
    return shown


def _recent(actor: Actor) -> Iterator[tuple[str, str]]:
    """What was asked last, each once, with its conversation. One query."""
    before = Message.objects.filter(
        ticket=OuterRef("message__ticket"),
        position__lt=OuterRef("message__position"),
        author_kind=AuthorKind.CUSTOMER,
    ).order_by("-position")
    # 0 and 1 are no probabilities: greetings, and what was not looked up.
    rows = (
        Answer.objects.filter(
            confidence__gt=0,
            confidence__lt=1,
            message__ticket__in=access.tickets_for(actor).values("pk"),
        )
        .annotate(asked=Subquery(before.values(start=Left("body", BEGINNING))[:1]))
        .order_by("-pk")
        .values_list("asked", "message__ticket__reference")[:READ]
    )
    for body, reference in reversed(rows):  # of the same words the newest conversation
        words = query_of(telling.wish(body or "") or first_line(body or ""))
        if len(words.split()) > 1:
            yield words, reference
