"""Finding articles: by meaning (vectors) and by words (full text), in one statement.

The database gives the passages nearest in meaning and those that have most of the question's words;
knowledgebase.ranking weighs them. An article is found by its title, a sample question or its body;
what is quoted is always from the body, where there is one.
"""

import json
import logging
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from django.conf import settings
from django.db import connection

from knowledgebase import embeddings, ranking, statements
from knowledgebase.embeddings import EncoderUnavailable, Vectors
from knowledgebase.lately import Lately
from knowledgebase.passages import length
from knowledgebase.ranking import Candidate, Ranked
from knowledgebase.wording import Wording

logger = logging.getLogger(__name__)

LONGEST_QUERY: Final = 2_000
ENCODE_SECONDS: Final = 1.0
_CANDIDATES: Final = 60  # passages taken by meaning, and as many by words
_AFFORDED: Final = 500  # passages that the words of a question may bring, beside meaning
_UNLIMITED: Final = sys.maxsize  # where words are all there is
_LEXEMES: Final = 24  # of a long question the longest words, which are the rare ones


@dataclass(frozen=True, slots=True)
class PassageHit:
    """A passage and how well it fits: `cosine` -1 to 1; `lexical`, `phrases`, `score` up to 1."""

    passage_id: int
    article_id: int
    slug: str
    title: str
    kind: str
    heading: str
    anchor: str
    text: str
    cosine: float
    lexical: float
    score: float
    phrases: float = 0.0


@dataclass(frozen=True, slots=True)
class ArticleHit:
    """An article, its passage that fits best, and how well it fits.

    `cosine` and `lexical` are those of the passage that fitted best, which may be the title or a
    sample question (`matched`); `closest` and `phrases` are the best of any of its passages. The
    cosines are 0 when the encoder was not there. What is quoted of it: see knowledgebase.sections.
    """

    article_id: int
    slug: str
    title: str
    heading: str
    anchor: str
    passage: str
    cosine: float
    lexical: float
    score: float
    matched: str
    closest: float = 0.0
    phrases: float = 0.0
    language: str = ""
    question_words: int = 8  # of the question that found it


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Articles, best first, and whether they were found by meaning or by words only."""

    hits: list[ArticleHit]
    by_meaning: bool


def search(
    query: str,
    *,
    limit: int = 10,
    vector: Vectors | None = None,
    timeout: float = ENCODE_SECONDS,
    for_assistant: bool = False,
) -> SearchResult:
    """The public articles that fit a question best. One statement, whatever they find, and one a second.

    `vector` is the question's own, if it was encoded already (float32, of one dimension). Without
    an encoder the search goes on by words only, and says so. `for_assistant` leaves out what the
    assistant may not quote.
    """
    query = readable(query)
    if not query or limit < 1:
        return SearchResult([], by_meaning=True)
    setting = current_setting()
    if vector is None and setting.encoder is not None:
        vector = encoded(query, timeout)
    vector = fitting(vector, setting)
    candidates = _candidates(query, vector, setting, for_assistant=for_assistant)
    question = _written_alike(query, candidates, setting.wording)
    ranked = ranking.rank(question, candidates, by_meaning=vector is not None)
    quotable = {one.article_id: one for one in candidates if not one.counts}
    words = length(query)
    hits = [_hit(article, quotable, words) for article in ranked[:limit]]
    return SearchResult(hits, by_meaning=vector is not None)


def passages(query: str, *, vector: Vectors | None, limit: int = 10) -> list[PassageHit]:
    """The public passages that fit best, of any kind; by words only when `vector` is None."""
    query = readable(query)
    if not query or limit < 1:
        return []
    setting = current_setting()
    vector = fitting(vector, setting)
    candidates = _candidates(query, vector, setting, for_assistant=False)
    question = _written_alike(query, candidates, setting.wording)
    ranked = ranking.rank(question, candidates, by_meaning=vector is not None)
    found = [one for article in ranked for one in article.passages]
    found.sort(key=lambda one: (-one.score, one.passage_id))
    return [
        PassageHit(
            passage_id=one.passage_id,
            article_id=one.article_id,
            slug=one.slug,
            title=one.title,
            kind=one.kind,
            heading=one.heading,
            anchor=one.anchor,
            text=one.text,
            cosine=one.cosine,
            lexical=one.lexical,
            score=one.score,
            phrases=one.phrases,
        )
        for one in found[:limit]
    ]


def related(article_id: int, *, limit: int = 3) -> list[tuple[str, str]]:
    """Slug and title of the public articles nearest to one, by the stored vectors of their titles
    and bodies: one statement. Nothing while it is not indexed.
    """
    with connection.cursor() as cursor:
        cursor.execute(statements.RELATED, {"article": article_id, "limit": limit})
        return [(str(slug), str(title)) for slug, title in cursor.fetchall()]


def readable(query: str) -> str:
    """A question as it can be searched: no NUL or half characters, at most 2,000 characters."""
    query = query[: 2 * LONGEST_QUERY].replace("\x00", " ")
    return " ".join(query.encode("utf-8", "ignore").decode().split())[:LONGEST_QUERY]


@dataclass(frozen=True, slots=True)
class Setting:
    """This process's encoder (its number), if all public articles had its vectors at some time,
    and the words that an admin taught the search.
    """

    encoder: int | None
    dimension: int
    wording: Wording


def _load_setting() -> Setting:
    with connection.cursor() as cursor:
        cursor.execute(statements.SETTING, [settings.ENCODER_MODEL])
        encoder, dimension, groups, ignored = cursor.fetchone() or (None, 0, None, None)
    wording = Wording(
        groups=[(words, language) for words, language in groups or []],
        ignored=frozenset(word.casefold() for word in ignored or []),
    )
    return Setting(encoder, dimension or 0, wording)


current_setting = Lately(_load_setting)


def encoded(query: str, timeout: float) -> Vectors | None:
    """A question's vector; None, and said in the log, where there is no encoder within `timeout` seconds."""
    try:
        (vector,) = embeddings.encode([query], timeout=timeout, awaited=True)
    except EncoderUnavailable as error:
        logger.warning("searching by words only: %s", error)
        return None
    return np.asarray(vector, dtype=np.float32)


def fitting(vector: Vectors | None, setting: Setting) -> Vectors | None:
    """The vector, if it can be compared with the stored ones."""
    if vector is None or setting.encoder is None:
        return None
    vector = np.asarray(vector, dtype=np.float32)
    if vector.shape != (setting.dimension,) or not bool(np.isfinite(vector).all()):
        logger.warning("searching by words only: the vector's shape is %s", vector.shape)
        return None
    return vector


def written(vector: Vectors) -> str:
    """A vector as the database reads it."""
    return "[" + ",".join(f"{value:.7g}" for value in vector.tolist()) + "]"


def _candidates(
    query: str, vector: Vectors | None, setting: Setting, *, for_assistant: bool
) -> list[Candidate]:
    parameters: dict[str, Any] = {
        "query": setting.wording.words(query),
        "synonyms": json.dumps(setting.wording.meant(query)),
        "candidates": _CANDIDATES,
        "worded": _CANDIDATES if vector is not None else 2 * _CANDIDATES,
        "lexemes": _LEXEMES,
        "afforded": _AFFORDED if vector is not None else _UNLIMITED,
    }
    public = "article.state = 'published'"
    if for_assistant:
        public += " AND article.assistant_may_use"
    held = statements.HELD
    tail, gist, gists = statements.BY_WORDS.format(held=held), statements.NO_GIST, ""
    if vector is not None:
        parameters["vector"] = written(vector)
        # Written into the statement, since only a constant lets the partial index be used.
        tail = statements.BY_MEANING.format(
            encoder=setting.encoder, dimension=setting.dimension, public=public, held=held
        )
        gist, gists = statements.GIST, statements.GISTS.format(encoder=setting.encoder)
    found = statements.FOUND.format(public=public, gist=gist, gists=gists)
    statement = "".join([statements.LEXICAL.format(public=public), tail, found])
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return [Candidate(*row) for row in cursor.fetchall()]


def _written_alike(query: str, candidates: Sequence[Candidate], wording: Wording) -> str:
    """The question as its words are compared; candidates' words that mean the same say the same."""
    question, texts = wording.alike(query, [one.read for one in candidates])
    for one, text in zip(candidates, texts, strict=True):
        one.read = text
    return question


def _hit(article: Ranked, quotable: dict[int, Candidate], words: int) -> ArticleHit:
    best = article.best
    bodies = [one for one in article.passages if one.kind == "body"]
    quoted = next(iter(bodies), quotable.get(best.article_id, best))
    return ArticleHit(
        article_id=best.article_id,
        slug=best.slug,
        title=best.title,
        heading=quoted.heading,
        anchor=quoted.anchor,
        passage=quoted.text,
        cosine=best.cosine,
        lexical=best.lexical,
        score=article.score,
        matched=best.kind,
        closest=article.cosine,
        phrases=article.phrases,
        language=best.language,
        question_words=words,
    )
