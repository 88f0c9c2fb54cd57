"""Sections that compete: another section is nearly as near to what customers ask of this one.

What customers ask of a section are its sample questions, and its heading under the title. Where the text
of another section comes as near to one of them as the section's own, either may be quoted: the author
tells them apart, or moves the question.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.db import connection

from knowledgebase.models import Article, Encoder
from knowledgebase.sections import NEARBY

MOST: Final = 3  # rivals of a section
_ASKED: Final = 60  # questions and headings of one article that are compared
_LOOKED_AT: Final = 12  # passages near to each

# The nearest passages come from the vector index, a dozen for each question.
_RIVALS: Final = """
WITH asked AS MATERIALIZED (
    SELECT passage.anchor, passage.text, passage.kind, embedding.vector, passage.version_id
    FROM knowledgebase_article AS article
    JOIN knowledgebase_passage AS passage ON passage.version_id = article.published_id
    JOIN knowledgebase_embedding AS embedding
        ON embedding.passage_id = passage.id AND embedding.encoder_id = {encoder}
    WHERE article.id = %(article)s AND article.state = 'published'
        AND (passage.kind = 'heading' OR (passage.kind = 'question' AND passage.heading <> ''))
    ORDER BY passage.position LIMIT {asked}
)
SELECT asked.anchor, article.id, article.slug, passage.title, passage.heading, passage.anchor,
    CASE WHEN asked.kind = 'question' THEN asked.text ELSE '' END
FROM asked, LATERAL (
    SELECT max(1 - (embedding.vector <=> asked.vector)) AS cosine
    FROM knowledgebase_passage AS passage
    JOIN knowledgebase_embedding AS embedding
        ON embedding.passage_id = passage.id AND embedding.encoder_id = {encoder}
    WHERE passage.version_id = asked.version_id AND passage.kind = 'body'
        AND passage.anchor = asked.anchor
) AS own, LATERAL (
    SELECT embedding.passage_id, 1 - (embedding.vector <=> asked.vector) AS cosine
    FROM knowledgebase_embedding AS embedding
    WHERE embedding.encoder_id = {encoder}
    ORDER BY embedding.vector::vector({dimension}) <=> asked.vector::vector({dimension})
    LIMIT {looked_at}
) AS near
JOIN knowledgebase_passage AS passage ON passage.id = near.passage_id AND passage.kind = 'body'
JOIN knowledgebase_article AS article
    ON article.published_id = passage.version_id AND article.state = 'published'
WHERE near.cosine > own.cosine - {nearby}
    -- Under one title all headings of an article are near to all of its text.
    AND (article.id <> %(article)s OR (asked.kind = 'question' AND passage.anchor <> asked.anchor))
ORDER BY near.cosine - own.cosine DESC, passage.id
"""


@dataclass(frozen=True, slots=True)
class Rival:
    """Another section, and the sample question that it is near to; "" if it is near to the heading."""

    article_id: int
    slug: str
    title: str
    heading: str
    anchor: str
    question: str


def rivals(article: Article) -> dict[str, list[Rival]]:
    """For the anchor of each section of a public article the others that compete. Two queries."""
    encoder = Encoder.objects.filter(
        name=settings.ENCODER_MODEL, state=Encoder.State.ACTIVE
    ).first()
    if encoder is None:
        return {}
    statement = _RIVALS.format(
        encoder=encoder.pk,
        dimension=encoder.dimension,
        asked=_ASKED,
        looked_at=_LOOKED_AT,
        nearby=NEARBY,
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, {"article": article.pk})
        rows = cursor.fetchall()
    found: dict[str, list[Rival]] = {}
    for anchor, *other in rows:
        one = Rival(*other)
        there = found.setdefault(anchor, [])
        is_new = (one.article_id, one.anchor) not in [(its.article_id, its.anchor) for its in there]
        if is_new and len(there) < MOST:
            there.append(one)
    return found
