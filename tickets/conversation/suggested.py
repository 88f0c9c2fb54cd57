"""What a reply took over from the co-pilot's suggestions: their sources, and how much was edited since."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rapidfuzz.distance import LCSseq, Levenshtein

from knowledgebase.models import Article

SECTION, CONVERSATION = "section", "conversation"
LONGEST = 6_000  # characters of a suggestion
MOST_SOURCES = 10
LEFT = 0.2  # of a suggestion's words: with fewer left the reply is its author's own
_WORD = re.compile(r"\w+|[^\w\s]")

Source = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A text that is offered to an agent, and what it was put together from."""

    text: str
    sources: tuple[Source, ...]


def share_edited(suggested: str, sent: str) -> int:
    """How much of a reply differs from what was suggested, 0 to 100 percent.

    The Levenshtein distance (the fewest words added, left out or exchanged), counted in words and
    signs, divided by the length of the longer text: 0 is sent as suggested, 100 has nothing of it.
    Whatever was written besides counts as edited, too. Both texts are short enough for its square.
    """
    distance = Levenshtein.normalized_distance(_words(suggested), _words(sent))
    return round(100 * distance)


def is_left(suggested: str, sent: str) -> bool:
    """Whether enough of a suggestion stands in a reply, in its order, to say that it came from it."""
    words = _words(suggested)
    return bool(words) and LCSseq.similarity(words, _words(sent)) >= LEFT * len(words)


def left_in_draft(suggestion: Suggestion, used_at: str) -> dict[str, Any]:
    """What a draft keeps of a suggestion that was put into it."""
    return {
        "texts": [suggestion.text],
        "sources": list(suggestion.sources),
        "used_at": used_at,
    }


def with_another(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """What a draft keeps of several suggestions: all texts, and each source once."""
    if not before or not after:
        return dict(before or after)
    sources = [
        *before["sources"],
        *(one for one in after["sources"] if one not in before["sources"]),
    ]
    texts = [*before["texts"], *(one for one in after["texts"] if one not in before["texts"])]
    return {
        "texts": texts[-MOST_SOURCES:],
        "sources": sources[-MOST_SOURCES:],
        "used_at": before["used_at"],
    }


def left_in(kept: Mapping[str, Any], sent: str) -> str:
    """The suggested texts of which enough is left in a reply, as one; "" if it is its author's own."""
    return "\n\n".join(one for one in kept.get("texts", ()) if is_left(one, sent))


def withdrawn(sources: Iterable[Source]) -> str:
    """The title of an article that a suggestion may not be taken from any more: it was unpublished,
    changed or held back from the assistant since. "" where all are as they were. One query, or none.
    """
    sections = [one for one in sources if one["kind"] == SECTION]
    if not sections:
        return ""
    usable = Article.objects.public().filter(
        assistant_may_use=True, pk__in=[one["article"] for one in sections]
    )
    there = set(usable.values_list("pk", "published"))
    gone = (one for one in sections if (one["article"], one["version"]) not in there)
    return next((str(one["title"]) for one in gone), "")


def _words(text: str) -> Sequence[str]:
    return _WORD.findall(text.casefold())
