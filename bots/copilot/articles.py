"""The sections of articles that fit what somebody wants, with how sure that is; for agents only.

They are found as the assistant finds them for customers. What is held back from the assistant is found,
too, and marked: an agent may read it and decide.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.text import Truncator
from django.utils.translation import gettext as _

from bots import confidence, sources
from bots.queries import Query
from bots.sources import Source
from knowledgebase import markdown, search, sections
from knowledgebase.models import Article
from knowledgebase.search import ArticleHit
from knowledgebase.sections import SectionHit

SHOWN = 3
EXCERPT = 20  # words
BESIDE = (
    0.97  # of its score: what was found by a sentence or by what they wanted before counts less
)
LIKELY, MAY_BE = 0.65, 0.3  # how sure, in words; the first is from where the assistant answers


@dataclass(frozen=True, slots=True)
class Found:
    """An article's section that fits, and the query that found it.

    `sure` is how likely it answers, 0 to 1; None for those behind the first of a query, of which it is
    only known that they are near. `held_back`: the assistant does not quote it to customers.
    """

    source: Source
    version: int
    query: str
    sure: float | None
    near: bool
    held_back: bool

    @property
    def certainty(self) -> str:
        """How sure, in words."""
        if self.sure is not None and self.sure >= LIKELY:
            return _("likely answers it")
        if self.sure is not None and self.sure >= MAY_BE:
            return _("may answer it")
        return _("is near") if self.near else _("is further off")

    @property
    def excerpt(self) -> str:
        """Its beginning in plain words: the short answer, if its author wrote one."""
        if self.source.short_answer:
            return self.source.short_answer
        tokens = markdown.parse(self.source.text)
        words = " ".join(markdown.plain(token) for token in tokens if token.children)
        return Truncator(words).words(EXCERPT)

    @property
    def percent(self) -> int | None:
        return None if self.sure is None else round(100 * self.sure)


@dataclass(slots=True)
class _Candidate:
    hit: ArticleHit
    query: Query
    score: float
    sure: float | None
    parts: list[SectionHit] | None = None


def find(queries: Sequence[Query], *, limit: int = SHOWN) -> list[Found]:
    """The articles that fit best, each with its section. Statements: two for each query, two for each
    article. Runs the encoder where a query has no vector, so never inside a transaction.
    """
    best: dict[int, _Candidate] = {}
    for place, query in enumerate(queries):
        for candidate in _candidates(query, weight=BESIDE if place else 1.0):
            known = best.get(candidate.hit.article_id)
            if known is None or candidate.score > known.score:
                if known and known.sure is not None and candidate.sure is None:
                    candidate.sure = known.sure
                best[candidate.hit.article_id] = candidate
    ordered = sorted(best.values(), key=lambda one: -one.score)[:limit]
    public = Article.objects.public().filter(pk__in=[one.hit.article_id for one in ordered])
    now = {one.pk: one for one in public.only("pk", "published_id", "assistant_may_use")}
    shown = (_found(one, now.get(one.hit.article_id)) for one in ordered)
    return [one for one in shown if one is not None]


def _candidates(query: Query, *, weight: float) -> list[_Candidate]:
    hits = search.search(query.text, limit=confidence.CONSIDERED, vector=query.vector).hits
    if not hits:
        return []
    parts = _parts(hits[0], query)
    judged = confidence.judge(hits, section_lead=sections.lead(parts))
    first, *others = [_Candidate(hit, query, hit.score * weight, None) for hit in hits[: 2 * SHOWN]]
    first.sure, first.parts = judged.probability, parts
    return [first, *others]


def _found(one: _Candidate, article: Article | None) -> Found | None:
    """None if it was unpublished a moment ago."""
    parts = _parts(one.hit, one.query) if one.parts is None else one.parts
    source = sources.quoted(one.hit, one.query.text, parts)
    if source is None or article is None or article.published_id is None:
        return None
    return Found(
        source=source,
        version=article.published_id,
        query=one.query.text,
        sure=one.sure,
        near=confidence.may_be_meant(one.hit),
        held_back=not article.assistant_may_use,
    )


def _parts(hit: ArticleHit, query: Query) -> list[SectionHit]:
    return (
        sections.find(hit.article_id, query.text, query.vector) if query.vector is not None else []
    )
