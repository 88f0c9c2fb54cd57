"""Which section of an article answers: among all of them, by text, heading and sample questions.

An article is found by its best passages. Which of its sections is quoted is a question of its own. Each
counts by the passage that is nearest, by the question's words in it, by its heading under the title, and
by the sample questions that its author put to it, as far as they are near. With 219 questions to the
demo's articles no weights were better than others by more than chance; these are such that a heading or
a sample question that says the same as the customer decides. See docs/measurements.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from django.db import connection

from knowledgebase import ranking, search, statements
from knowledgebase.embeddings import Vectors

WORDS: Final = (
    0.1  # what words in common add, beside the text's 1; among few passages they mean little
)
HEADING: Final = 0.6
SAMPLE: Final = 0.5  # of what a sample question is nearer than `NEAR`
NEAR: Final = 0.5  # cosine
NEARBY: Final = 0.06  # in score: from where another section may be meant as well
MOST_NEARBY: Final = 2
ALONE: Final = 0.1  # the lead of an article's only section
CONSIDERED: Final = 400  # passages of one article


@dataclass(frozen=True, slots=True)
class SectionHit:
    """A section of an article: how well it fits, and its passage that fits best.

    `heading` is "" for what stands before the first one.
    """

    heading: str
    anchor: str
    passage: str
    score: float


@dataclass(slots=True)
class _Section:
    heading: str
    anchor: str
    near: float | None = None  # the heading's cosine; None where it was never encoded
    sample: float = 0.0  # that of the nearest sample question
    passage: str = ""
    text: float = 0.0  # the best passage's score


def find(article_id: int, query: str, vector: Vectors) -> list[SectionHit]:
    """The sections of a public article, the one that answers best first. One statement.

    `vector` is the query's own (float32). Empty where the article is public no longer, or was never
    encoded by this process's encoder.
    """
    setting = search.current_setting()
    fitting = search.fitting(vector, setting)
    if fitting is None:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            statements.SECTIONS,
            {
                "article": article_id,
                "encoder": setting.encoder,
                "vector": search.written(fitting),
            },
        )
        rows = cursor.fetchmany(CONSIDERED)
    texts = [f"{title} {heading} {text}" for _kind, title, heading, _anchor, text, _near in rows]
    question, texts = setting.wording.alike(query, texts)
    shares = ranking.shared(question, texts)
    found: dict[str, _Section] = {}
    beginning = 0.0
    for (kind, _title, heading, anchor, text, near), share in zip(rows, shares, strict=True):
        if kind == "title":
            beginning = near
            continue
        if kind == "question" and not heading:
            continue  # of no section in particular
        section = found.setdefault(anchor, _Section(heading if anchor else "", anchor))
        if kind == "heading":
            section.near = near
            continue
        if kind == "question":
            section.sample = max(section.sample, near)
            continue
        score = near + WORDS * share
        if score > section.text or not section.passage:
            section.text, section.passage = score, text
    return _ranked(found.values(), beginning)


def lead(sections: Sequence[SectionHit]) -> float | None:
    """How far the first section leads the next, in score; None where there is none."""
    if not sections:
        return None
    return sections[0].score - sections[1].score if len(sections) > 1 else ALONE


def nearby(sections: Sequence[SectionHit]) -> list[SectionHit]:
    """The sections beside the first that may be meant as well: those that nearly tie with it."""
    if not sections:
        return []
    least = sections[0].score - NEARBY
    return [one for one in sections[1 : 1 + MOST_NEARBY] if one.score > least]


def _ranked(sections: Iterable[_Section], beginning: float) -> list[SectionHit]:
    """What stands before the first heading stands under the title alone, and so does every section
    of an article that was indexed before headings were: none of them has an advantage by it.
    """
    hits = []
    for one in sections:
        if not one.passage:
            continue
        score = one.text + HEADING * (beginning if one.near is None else one.near)
        score += SAMPLE * max(0.0, one.sample - NEAR)
        hits.append(SectionHit(one.heading, one.anchor, one.passage, score / (1 + HEADING)))
    return sorted(hits, key=lambda hit: -hit.score)
