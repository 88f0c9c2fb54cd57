"""Does a message say the same again, that the answer did not help, or that it was not the question?"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from rapidfuzz import fuzz
from rapidfuzz.utils import default_process

from bots.understanding import by_words
from bots.understanding.vectors import Vectors
from bots.understanding.vocabulary import NO, NOT_ASKED, QUESTION

READ, ENCODED = 2_000, 800  # characters that are compared by words, and by meaning
_LIKE_BY_WORDS = 84  # of 100
_LIKE_BY_MEANING = 0.82
_LOOKED_BACK = 5
_FEWEST_WORDS = 3


def by_words_alone(text: str, earlier: Sequence[str]) -> str:
    """Which kind of repetition a message is after an answer, without the encoder; "" if none."""
    return of(text, earlier, [""], {}, lambda slug: by_words.quoted(slug, text))[0]


def of(
    text: str,
    earlier: Sequence[str],
    answers: Sequence[str],
    made: Mapping[str, Vectors],
    noticed: Callable[[str], str],
) -> tuple[str, tuple[str, ...]]:
    """Which kind of repetition, and the words that show it; `noticed` gives those of a detector."""
    if answers or earlier:
        for kind, slug in ((NOT_ASKED, "not_asked"), (NO, "refused")):
            if words := noticed(slug):
                return kind, (words[:120],)
    if earlier:
        if again := _said_again(text[:READ], earlier, made):
            return QUESTION, again
        if words := noticed("says_again"):
            return QUESTION, (words,)
    return "", ()


def _said_again(text: str, earlier: Sequence[str], made: Mapping[str, Vectors]) -> tuple[str, ...]:
    if len(text.split()) < _FEWEST_WORDS:
        return ()
    low = text.lower().strip()
    mine = made.get(whole(text))
    for one in reversed(earlier[-_LOOKED_BACK:]):
        if len(one.split()) < _FEWEST_WORDS:
            continue
        other = one[:READ].lower().strip()
        if not _same_numbers(low, other):
            continue
        alike = fuzz.token_sort_ratio(low, other, processor=default_process) >= _LIKE_BY_WORDS
        theirs = made.get(whole(one))
        if not alike and mine is not None and theirs is not None and mine.shape == theirs.shape:
            alike = float(mine @ theirs) >= _LIKE_BY_MEANING
        if alike:
            return (text[:120], one[:120])
    return ()


def whole(text: str) -> str:
    """A message as it is encoded as a whole."""
    return text[:ENCODED].replace("\0", " ")


def _same_numbers(one: str, other: str) -> bool:
    """ "Size 40?" after "size 39?" is another question, however alike they are."""
    return set(re.findall(r"\d+", one)) == set(re.findall(r"\d+", other))
