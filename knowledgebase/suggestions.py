"""What may answer a question that is still being written: sections of public articles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from knowledgebase import search, sections

MOST: Final = 3
LEAST_WORDS: Final = 3  # of which something can be made
LEAST_SCORE: Final = 0.35  # what an article answers has a better one in 95 of 100 (CLINC150)
ENCODE_SECONDS: Final = 0.5  # a suggestion that comes later is none


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A section by its article's address and title; `heading` is "" for the beginning."""

    slug: str
    title: str
    heading: str
    anchor: str


def near(text: str) -> list[Suggestion]:
    """Up to three that come near, the nearest first. Runs the encoder; nothing where it is away."""
    text = search.readable(text)
    if len(text.split()) < LEAST_WORDS:
        return []
    vector = search.encoded(text, ENCODE_SECONDS)
    if vector is None:
        return []
    found = search.search(text, limit=MOST, vector=vector)
    near = [hit for hit in found.hits if found.by_meaning and hit.score >= LEAST_SCORE]
    suggested = []
    for hit in near:
        best = next(iter(sections.find(hit.article_id, text, vector)), hit)
        suggested.append(Suggestion(hit.slug, hit.title, best.heading, best.anchor))
    return suggested
