"""Questions without a good answer: filed by meaning, and what an author makes of a group of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from bots.models import GapQuestion, KnowledgeGap
from knowledgebase import actions as articles
from knowledgebase import samples
from knowledgebase.models import Article, Encoder
from tickets.actions import ActionError, change_setting
from tickets.actors import Actor
from tickets.models import Message

Vector = Sequence[float]


@transaction.atomic
def file_question(
    *,
    actor: Actor,
    encoder: Encoder,
    message: Message,
    words: str,
    vector: Vector,
    language: str,
    threshold: float,
) -> GapQuestion | None:
    """File a question in the nearest gap if that is at least `threshold` (cosine) near, else a new one.

    A gap that comes as near to another by it takes in the other: they ask for one article.
    None if the message was filed before. What authors dismissed takes in more of the same, so that
    it does not come back; what an article covers does not: if it still is not answered, it is open.
    """
    encoder = Encoder.objects.select_for_update().get(pk=encoder.pk)  # one after the other
    if GapQuestion.objects.filter(message=message).exists():
        return None
    taking = KnowledgeGap.objects.exclude(state=KnowledgeGap.State.COVERED)
    gap, nearness = _nearest(encoder, vector, among=taking)
    if gap is None or nearness < threshold:
        gap = KnowledgeGap(
            label=words[:300], language=language[:10], encoder=encoder, centroid=list(vector)
        )
        gap.save()
    else:
        number = gap.questions.count()
        gap.centroid = _mean([np.asarray(gap.centroid) * number, np.asarray(vector)])
        gap.save(update_fields=["centroid"])
    question = GapQuestion(gap=gap, ticket_id=message.ticket_id, message=message, text=words[:500])
    question.save()
    _join_the_nearest(gap, threshold)
    return question


@transaction.atomic
def replace_centroid(
    *, actor: Actor, gap: KnowledgeGap, encoder: Encoder, vectors: Sequence[Vector]
) -> KnowledgeGap:
    """Give a gap the mean of its questions' vectors by another encoder."""
    gap = _locked(gap)
    gap.encoder = encoder
    gap.centroid = _mean([np.asarray(vector) for vector in vectors])
    gap.save(update_fields=["encoder", "centroid"])
    return gap


@transaction.atomic
def start_article(
    *, actor: Actor, gap: KnowledgeGap, questions: Sequence[str], texts: Sequence[str]
) -> Article:
    """Make a draft from a gap: its questions as sample questions, agents' answers as raw text.

    A gap that has an article already keeps it.
    """
    gap = _locked(gap)
    if gap.article is not None:
        return gap.article
    article = articles.save_article(
        actor=actor.user,
        article=None,
        title=gap.label,
        body="\n\n---\n\n".join(texts)[: articles.LONGEST_BODY],
        questions=list(dict.fromkeys(samples.plain(question[:500]) for question in questions))[
            : articles.MOST_QUESTIONS
        ],
        language=gap.language or "en",
        note=_("Started from questions without an answer"),
    )
    gap.article = article
    change_setting(actor=actor, instance=gap)
    return article


@transaction.atomic
def cover_gap(*, actor: Actor, gap: KnowledgeGap) -> KnowledgeGap:
    """An article answers it now."""
    return _set(actor, _locked(gap), KnowledgeGap.State.COVERED)


@transaction.atomic
def dismiss_gap(*, actor: Actor, gap: KnowledgeGap) -> KnowledgeGap:
    """It is nothing for an article."""
    return _set(actor, _locked(gap), KnowledgeGap.State.DISMISSED)


@transaction.atomic
def reopen_gap(*, actor: Actor, gap: KnowledgeGap) -> KnowledgeGap:
    """It is open after all."""
    return _set(actor, _locked(gap), KnowledgeGap.State.OPEN)


def _set(actor: Actor, gap: KnowledgeGap, state: KnowledgeGap.State) -> KnowledgeGap:
    if actor.user is not None and not actor.works_here:
        raise ActionError(_("You may not do this."), code="forbidden")
    gap.state = state
    change_setting(actor=actor, instance=gap, save=lambda: gap.save(update_fields=["state"]))
    return gap


def _locked(gap: KnowledgeGap) -> KnowledgeGap:
    return KnowledgeGap.objects.select_for_update().get(pk=gap.pk)


def _join_the_nearest(gap: KnowledgeGap, threshold: float) -> None:
    """Take in the nearest gap that nobody has begun to work on, if it is near enough by now."""
    if gap.state != KnowledgeGap.State.OPEN:
        return
    untouched = KnowledgeGap.objects.exclude(pk=gap.pk).filter(
        state=KnowledgeGap.State.OPEN, article=None
    )
    other, nearness = _nearest(gap.encoder, gap.centroid, among=untouched)
    if other is None or nearness < threshold:
        return
    other = _locked(other)
    if other.state != KnowledgeGap.State.OPEN or other.article_id is not None:
        return
    parts = [np.asarray(one.centroid) * one.questions.count() for one in (gap, other)]
    gap.centroid = _mean(parts)
    other.questions.update(gap=gap)
    other.delete()
    gap.save(update_fields=["centroid"])


def _nearest(
    encoder: Encoder, vector: Vector, *, among: QuerySet[KnowledgeGap]
) -> tuple[KnowledgeGap | None, float]:
    """The nearest gap, and its cosine."""
    gaps = list(among.filter(encoder=encoder))
    if not gaps:
        return None, 0.0
    near = np.stack([np.asarray(gap.centroid, dtype=np.float32) for gap in gaps]) @ np.asarray(
        vector, dtype=np.float32
    )
    best = int(near.argmax())
    return gaps[best], float(near[best])


def _mean(vectors: Sequence[np.ndarray]) -> list[float]:
    total = np.sum(vectors, axis=0)
    length = float(np.linalg.norm(total))
    found: list[float] = (total / length if length else total).tolist()
    return found
