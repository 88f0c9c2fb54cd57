"""A draft as if it were published: the search finds it, in one block, and for nobody else.

What publishing would store is stored in a transaction that is always taken back. So what is tried is the
search itself, with all that it weighs, and not something that resembles it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final
from uuid import uuid4

import numpy as np
from django.db import transaction

from knowledgebase import embeddings, indexing
from knowledgebase.embeddings import EncoderUnavailable, Vectors
from knowledgebase.models import Article, ArticleVersion, Encoder
from knowledgebase.passages import Piece

ENCODE_SECONDS: Final = 10.0
MOST: Final = 200  # passages; a longer draft is tried by its beginning
WORDS: Final = (
    *("title", "summary", "body", "questions"),
    *("short_answers", "short_answers_read"),
)


@dataclass(frozen=True, slots=True)
class Draft:
    """A version with its passages and their vectors, of one length."""

    version: ArticleVersion
    encoder: Encoder
    pieces: list[Piece]
    vectors: Sequence[Vectors]

    def nearness(self, vectors: Vectors) -> Vectors:
        """For each of some vectors (one per row) the cosine of the draft's nearest passage."""
        nearest: Vectors = (vectors @ np.stack(list(self.vectors)).T).max(axis=1)
        return nearest


def read(version: ArticleVersion) -> Draft:
    """Cut and encode a version. Runs the encoder, so never inside a transaction.

    Raise EncoderUnavailable.
    """
    encoder = indexing.current_encoder()
    pieces = indexing.pieces_of(version)[:MOST]
    texts = [piece.encoded(version.title) for piece in pieces]
    vectors = embeddings.encode(texts, timeout=ENCODE_SECONDS, awaited=True)
    if vectors.shape[1] != encoder.dimension:
        raise EncoderUnavailable("the stored vectors have another length")
    return Draft(version, encoder, pieces, list(np.asarray(vectors, dtype=np.float32)))


@contextmanager
def as_published(draft: Draft) -> Iterator[None]:
    """Within the block the draft is what the search finds of its article, in this thread only.

    Answers that quote the article meanwhile do not wait: its key is not locked. A version that is
    not saved yet is taken back with everything else.
    """
    with _taken_back():
        version = draft.version
        if version.article.pk is None:
            slug = f"draft-{uuid4()}"
            version.article = Article.objects.create(slug=slug, language=version.article.language)
        article = Article.objects.select_for_update(no_key=True).get(pk=version.article.pk)
        if version.pk is None:
            last = article.versions.first()
            words = {name: getattr(version, name) for name in WORDS}
            version = ArticleVersion.objects.create(
                article=article, number=last.number + 1 if last else 1, **words
            )
        indexing.show(article, version, draft.pieces, draft.vectors, draft.encoder)
        yield


@contextmanager
def as_hidden(article: Article) -> Iterator[None]:
    """Within the block the article is not public, in this thread only."""
    with _taken_back():
        hidden = Article.objects.filter(pk=article.pk)
        hidden.update(state=Article.State.DRAFT, published=None)
        yield


@contextmanager
def _taken_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
