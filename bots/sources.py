"""What an answer shows of an article: the section that answers, quoted, or the article to choose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from knowledgebase import answers, sections
from knowledgebase.search import ArticleHit
from knowledgebase.sections import SectionHit

MOST_SECTIONS = 3  # shown of an article to choose from


@dataclass(frozen=True, slots=True)
class Source:
    """An article as it is shown. Of one that is `quoted` the customer reads its `short_answer`, if it
    has one, and `text`, a part of `section` where that is not "". `nearby` are other sections of it
    that may be meant as well.
    """

    article_id: int
    slug: str
    title: str
    language: str
    heading: str
    anchor: str
    text: str
    score: float
    quoted: bool = False
    section: str = ""
    nearby: tuple[SectionHit, ...] = ()
    short_answer: str = ""

    @property
    def place(self) -> tuple[int, str]:
        """The section: its article, and its anchor there."""
        return self.article_id, self.anchor


def listed(hit: ArticleHit, found: Sequence[SectionHit] = ()) -> Source:
    """An article to choose from, with the sections `found` in it, or to read beside an answer."""
    best = found[0] if found else SectionHit(hit.heading, hit.anchor, hit.passage, hit.score)
    return Source(
        article_id=hit.article_id,
        slug=hit.slug,
        title=hit.title,
        language=hit.language,
        heading=best.heading,
        anchor=best.anchor,
        text=best.passage,
        score=hit.score,
        nearby=tuple(found[:MOST_SECTIONS]),
    )


def quoted(hit: ArticleHit, query: str, found: Sequence[SectionHit]) -> Source | None:
    """The section of an article that answers a query: the first of those `found` in it.

    None if it was unpublished a moment ago. One query of the database.
    """
    best = found[0] if found else SectionHit(hit.heading, hit.anchor, hit.passage, hit.score)
    quote = answers.quote_from(
        hit.article_id,
        anchor=best.anchor,
        passage=best.passage,
        question=query,
        heading=best.heading,
    )
    if quote is None:
        return None
    return Source(
        article_id=hit.article_id,
        slug=hit.slug,
        title=hit.title,
        language=hit.language,
        heading=best.heading,
        anchor=best.anchor,
        text=quote.text,
        score=hit.score,
        quoted=True,
        section=quote.section,
        nearby=tuple(sections.nearby(found)),
        short_answer=quote.short_answer,
    )
