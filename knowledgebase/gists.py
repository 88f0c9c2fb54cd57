"""What articles are about, learned from an installation's sample questions.

A question is worded unlike the article that answers it, in ways that all questions share: "how do
I ...". Sample questions show these ways. How the vectors of one article differ among themselves
(titles, sample questions, passages) is wording more than subject, so directions in which they
differ much are weighed less: the inverse of the pooled covariance within articles, drawn towards
equal weights. An article's gist is the middle of its sample questions and of its text, seen so.

Measured with five sample questions per article, trials outside the database: the right article
first for .894 instead of .883 and .752 instead of .696 of the questions of two sets; articles
without samples beside others that have some gain too. Without any sample questions it helped two
sets and harmed two, so the weight goes with the share of articles that have some.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from django.db import connection, transaction
from numpy.typing import NDArray

from knowledgebase.models import Article, Encoder, Gist

WEIGHT: Final = 0.3  # in an article's score, where every article has sample questions
TOWARDS_EQUAL: Final = 0.7  # .2 to .7 found as much
FEWEST_ARTICLES: Final = 10  # of fewer it cannot be told what is wording and what is subject
_METHOD: Final = 1  # counted up, all gists are made anew
_AT_ONCE: Final = 2_000

Numbers = NDArray[np.float64]

# Sample questions are encoded one by one and together; together they would count twice.
_PUBLIC: Final = """
FROM knowledgebase_embedding AS embedding
JOIN knowledgebase_passage AS passage
    ON passage.id = embedding.passage_id AND passage.kind NOT IN ('asked', 'heading')
JOIN knowledgebase_article AS article
    ON article.published_id = passage.version_id AND article.state = 'published'
WHERE embedding.encoder_id = %s
"""
_MADE_FROM: Final = f"""
SELECT count(*), coalesce(max(embedding.id), 0), coalesce(sum(embedding.id), 0),
    count(*) FILTER (WHERE passage.kind = 'question') {_PUBLIC}
"""
_VECTORS: Final = f"""
SELECT embedding.id, article.id, passage.kind = 'question', embedding.vector::text {_PUBLIC}
    AND embedding.id > %s ORDER BY embedding.id LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class Made:
    """An article's gist before it is stored."""

    vector: Numbers
    shift: float
    weight: float


def renew(encoder: Encoder) -> bool:
    """Make the gists anew if what is public and indexed has changed; say whether it was done.

    Nothing but a comparison where nothing has changed, so that every sweep may ask.
    """
    made_from, questions = _made_from(encoder)
    known = Encoder.objects.filter(pk=encoder.pk).values_list("gists_from", flat=True).first()
    if known is None or known == made_from:
        return False
    made = fitted(*_vectors(encoder)) if questions else {}
    with transaction.atomic():
        Encoder.objects.select_for_update().filter(pk=encoder.pk).first()  # two at once take turns
        there = Article.objects.filter(pk__in=made).values_list("pk", flat=True)
        Gist.objects.filter(encoder=encoder).delete()
        Gist.objects.bulk_create(
            [
                Gist(
                    article_id=pk,
                    encoder=encoder,
                    vector=made[pk].vector,
                    shift=made[pk].shift,
                    weight=made[pk].weight,
                )
                for pk in there
            ],
            batch_size=200,
        )
        Encoder.objects.filter(pk=encoder.pk).update(gists_from=made_from)
    return True


def fitted(articles: Sequence[int], questions: Sequence[bool], vectors: Numbers) -> dict[int, Made]:
    """The gists of articles, from each vector's article and whether it is a sample question."""
    ids, of = np.unique(np.asarray(articles, dtype=np.int64), return_inverse=True)
    asked = np.asarray(questions, dtype=bool)
    if len(ids) < FEWEST_ARTICLES or len(vectors) <= len(ids) or not asked.any():
        return {}
    centre = vectors.mean(axis=0)
    middles = _middles(vectors, of, len(ids))
    apart = vectors - middles[of]
    within = apart.T @ apart / (len(vectors) - len(ids))
    size = np.trace(within) / len(within)
    if size <= 0:
        return {}
    equal = size * np.eye(len(within))
    metric = size * np.linalg.inv((1 - TOWARDS_EQUAL) * within + TOWARDS_EQUAL * equal)
    of_questions, of_texts = (
        _middles(vectors[some], of[some], len(ids)) for some in (asked, ~asked)
    )
    has_questions, has_texts = (
        np.bincount(of[some], minlength=len(ids)) > 0 for some in (asked, ~asked)
    )
    both = (has_questions & has_texts)[:, np.newaxis]
    subjects = np.where(both, (of_questions + of_texts) / 2, middles) - centre
    lengths = _lengths(subjects, metric)
    usual = float(_lengths(vectors[asked] - centre, metric).mean())
    if usual <= 0:
        return {}
    weight = WEIGHT * float(has_questions.mean())
    found = {}
    for pk, subject, length in zip(ids.tolist(), subjects, lengths, strict=True):
        if length > 0:
            vector = metric @ subject / (length * usual)
            found[pk] = Made(vector, float(-centre @ vector), weight)
    return found


def _middles(vectors: Numbers, of: NDArray[np.intp], count: int) -> Numbers:
    """The mean vector of each article; zero where there is none."""
    added = np.zeros((count, vectors.shape[1]))
    np.add.at(added, of, vectors)
    counts: Numbers = np.maximum(np.bincount(of, minlength=count), 1)[:, np.newaxis]
    return np.asarray(added / counts)


def _lengths(vectors: Numbers, metric: Numbers) -> Numbers:
    return np.asarray(np.sqrt(np.maximum(np.einsum("ij,ij->i", vectors @ metric, vectors), 0.0)))


def _made_from(encoder: Encoder) -> tuple[str, int]:
    """What says whether the gists are current, and how many sample questions there are."""
    with connection.cursor() as cursor:
        cursor.execute(_MADE_FROM, [encoder.pk])
        count, newest, added, questions = cursor.fetchone() or (0, 0, 0, 0)
    return f"{_METHOD}:{count}:{newest}:{added}", int(questions)


def _vectors(encoder: Encoder) -> tuple[list[int], list[bool], Numbers]:
    """All vectors of what is public, in parts, so that their text is never there at once."""
    articles: list[int] = []
    questions: list[bool] = []
    parts: list[Numbers] = [np.zeros((0, encoder.dimension))]
    last = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_VECTORS, [encoder.pk, last, _AT_ONCE])
            rows = cursor.fetchall()
        if not rows:
            return articles, questions, np.vstack(parts)
        last = rows[-1][0]
        articles += [article for _id, article, _asked, _vector in rows]
        questions += [asked for _id, _article, asked, _vector in rows]
        texts = (vector for _id, _article, _asked, vector in rows)
        parts.append(np.array([np.fromstring(text[1:-1], sep=",") for text in texts]))
