"""How somebody feels, as far as their message and what came before show it, with the words that do.

Detectors say which feeling it is. Letters add what no word says (shouting, "!!"), and the course of
the conversation what a polite turn hides: who refuses, or says the same again, is not content.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from bots.understanding import by_words
from bots.understanding.vocabulary import ANGRY, CALM, CONFUSED, DISTRESSED, FRUSTRATED

READ = 4_000  # characters of a message
_SHOUTED = re.compile(r"\b[A-ZÄÖÜ]{4,}\b")
_SAME = 70  # of 100; how alike two turns are to count as said again
# How much each sign says by itself that a turn is not content, 0 to 1.
_SIGNS = {FRUSTRATED: 1.0, ANGRY: 1.0, DISTRESSED: 0.8, CONFUSED: 0.5}
_LOUD, _REFUSED, _CORRECTS, _AGAIN, _SORRY = 0.3, 0.4, 0.6, 0.3, 0.3
_PLAIN, _THANKS = 0.1, 0.5  # of a turn without any sign, and by how much thanks lower it


@dataclass(frozen=True, slots=True)
class Feeling:
    """`name` is one of the five, `words` are those that show it."""

    name: str
    words: tuple[str, ...] = ()


def feel(text: str) -> Feeling:
    """The feeling of one message by its words alone."""
    text = text[:READ]
    return name(text, lambda slug: by_words.quoted(slug, text))


def name(text: str, noticed: Callable[[str], str]) -> Feeling:
    """The gravest of what was noticed; `noticed` gives the words for a feeling, or ""."""
    shouted = _shouted(text)
    loud = bool(shouted) or "!!" in text
    if words := noticed(DISTRESSED):
        return Feeling(DISTRESSED, (words,))
    angry, frustrated = noticed(ANGRY), noticed(FRUSTRATED)
    if angry or (frustrated and loud):
        words_of = [one for one in (angry, frustrated) if one]
        return Feeling(ANGRY, (*dict.fromkeys(words_of), *shouted[:4]))
    if words := noticed(CONFUSED):
        return Feeling(CONFUSED, (words,))
    return Feeling(FRUSTRATED, (frustrated,)) if frustrated else Feeling(CALM)


def _shouted(text: str) -> tuple[str, ...]:
    """The words in capitals, if there are too many of them for names."""
    found = tuple(_SHOUTED.findall(text[:READ]))
    return found if len(found) >= 3 or (len(found) == 2 and len(text.split()) <= 8) else ()


def frustration(
    text: str,
    scores: Callable[[str], float],
    *,
    earlier: Sequence[str],
    answers: Sequence[str],
    refused: bool,
) -> float:
    """How discontent a turn is, 0 to 1: every sign takes its share of what speaks for content."""
    signs = [_PLAIN, *(share * scores(slug) for slug, share in _SIGNS.items())]
    signs.append(_LOUD * bool(_shouted(text)))
    if answers:
        signs.append(_REFUSED * refused)
        signs.append(_CORRECTS * scores("corrects"))
        signs.append(_AGAIN * said_before(text, earlier))
        signs.append(_SORRY * bool(by_words.quoted("sorry", answers[-1][:READ])))
    return round(_any_of(signs) * (1 - _THANKS * by_words.share("courtesy", text[:READ])), 4)


def _any_of(signs: Iterable[float]) -> float:
    content = 1.0
    for sign in signs:
        content *= 1 - sign
    return min(1.0, max(0.0, 1 - content))


def said_before(text: str, earlier: Sequence[str]) -> bool:
    """Whether a turn says the same as one of the three before it, by its words."""
    low = text[:400].lower()
    return any(fuzz.token_set_ratio(low, one[:400].lower()) > _SAME for one in earlier[-3:])
