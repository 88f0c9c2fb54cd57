"""How well passages, and the articles they are of, fit a question: three views, weighed.

- meaning: the cosine of the vectors;
- words: how much of the question's words the passage has, the rare ones counting more (their
  summed inverse document frequency over that of all the question's words, by PostgreSQL);
- phrases: the same of the question's words and word pairs as they are written, small words
  included, counted among the candidates only. "how do I cancel" and "can I cancel" share a rare
  word, and are told apart by this.

An article scores by its best passage and the mean of its best three, so that several that fit
count a little more than one that does; a missing one counts as the weakest candidate. Measured on
four public sets (recall at 1 and 3, means): meaning and words by the best passage .754 and .895,
with the mean of three .767 and .899, with phrases too .806 and .921. All weights are flat around
their values: phrases .2 to .5 of a whole of 1.5, the mean of three .3 to .5.

One sample question is a narrow thing: it counts a little less than text that fits as well, and all
of an article's together count in full. With five of them per article this found the right one first
for .746 and .880 of the questions of two sets, and without that for .708 and .864.
"""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

MEANING: Final = 0.57
WORDS: Final = 0.10
PHRASES: Final = 0.33
BEST_THREE: Final = 0.35
SAMPLE: Final = 0.15  # taken from the score of one sample question
FLOOR: Final = 60  # a passage that is missing counts as the 60th

_WORD: Final = re.compile(r"\w+")
_START: Final = "^"

Gram = str | tuple[str, str]


@dataclass(slots=True)
class Candidate:
    """A passage that the database found by meaning or by words. `phrases` and `score` are set here."""

    passage_id: int
    article_id: int
    slug: str
    language: str
    kind: str
    title: str
    heading: str
    anchor: str
    text: str
    cosine: float
    lexical: float
    counts: bool = True  # one that is only there to be quoted does not
    about: float | None = None  # how much the question is about its article, where that is known
    about_weight: float | None = None
    phrases: float = 0.0
    score: float = 0.0
    read: str = ""  # what is compared with the question: a body's passage under its title

    def __post_init__(self) -> None:
        if not self.read:
            above = f"{self.title} {self.heading} " if self.kind in ("body", "asked") else ""
            self.read = above + self.text


@dataclass(frozen=True, slots=True)
class Ranked:
    """An article: its score, its candidates from best to worst, and its best of each view."""

    score: float
    passages: list[Candidate]

    @property
    def best(self) -> Candidate:
        return self.passages[0]

    @property
    def cosine(self) -> float:
        return max(one.cosine for one in self.passages)

    @property
    def phrases(self) -> float:
        return max(one.phrases for one in self.passages)


def rank(question: str, candidates: Sequence[Candidate], *, by_meaning: bool) -> list[Ranked]:
    """The candidates' articles, best first; sets each candidate's phrases and score."""
    weigh(question, candidates, by_meaning=by_meaning)
    counted = sorted((one for one in candidates if one.counts), key=_order)
    if not counted:
        return []
    floor = counted[:FLOOR][-1].score
    articles: dict[int, list[Candidate]] = {}
    for one in counted:
        articles.setdefault(one.article_id, []).append(one)
    subjects = _subjects(articles)
    found = [
        Ranked((_article_score(passages, floor) + added) / whole, passages)
        for passages, (added, whole) in zip(articles.values(), subjects, strict=True)
    ]
    return sorted(found, key=lambda article: (-article.score, article.best.article_id))


def weigh(question: str, candidates: Sequence[Candidate], *, by_meaning: bool) -> None:
    """Set the phrases and the score of each candidate."""
    shares = shared(question, [one.read for one in candidates])
    whole = (MEANING if by_meaning else 0.0) + WORDS + PHRASES
    for one, share in zip(candidates, shares, strict=True):
        one.phrases = share
        meaning = MEANING * one.cosine if by_meaning else 0.0
        one.score = (meaning + WORDS * one.lexical + PHRASES * share) / whole
        if one.kind == "question":
            one.score -= SAMPLE


def shared(question: str, texts: Sequence[str]) -> list[float]:
    """How much of the question's words and word pairs each text has, 0 to 1."""
    wanted = set(grams(question))
    if not wanted or not texts:
        return [0.0] * len(texts)
    found = [_held(wanted, text) for text in texts]
    counts = dict.fromkeys(wanted, 0)
    for some in found:
        for gram in some:
            counts[gram] += 1
    rarity = {
        gram: math.log(1 + (len(texts) - count + 0.5) / (count + 0.5))
        for gram, count in counts.items()
    }
    whole = sum(rarity.values())
    return [sum(rarity[gram] for gram in some) / whole for some in found]


def grams(text: str) -> Iterable[Gram]:
    """The words of a text, and each pair that stands together; the first is paired with the start."""
    words, pairs = _words_and_pairs(text)
    return chain(words, pairs)


def _held(wanted: set[Gram], text: str) -> set[Gram]:
    """Those of the question's words and pairs that a text has, of a hundred texts in a millisecond."""
    words, pairs = _words_and_pairs(text)
    return wanted.intersection(words) | wanted.intersection(pairs)


def _words_and_pairs(text: str) -> tuple[list[str], Iterable[tuple[str, str]]]:
    words = _WORD.findall(text.casefold())
    return words, zip([_START, *words], words, strict=False)


def _article_score(passages: Sequence[Candidate], floor: float) -> float:
    best = [one.score for one in passages[:3]]
    best += [min(floor, best[-1])] * (3 - len(best))
    return (1 - BEST_THREE) * best[0] + BEST_THREE * sum(best) / 3


def _subjects(articles: Mapping[int, Sequence[Candidate]]) -> list[tuple[float, float]]:
    """What each article gains by its subject, and by what its score is then divided.

    One that is not known yet gains as the mean of the others. The weight counts twice in the whole,
    so that a lead goes on to mean as much as without (measured: as many false answers).
    """
    firsts = [passages[0] for passages in articles.values()]
    weight = max((one.about_weight or 0.0 for one in firsts), default=0.0)
    known = [one.about for one in firsts if one.about is not None]
    if not known or not weight:
        return [(0.0, 1.0)] * len(firsts)
    mean = sum(known) / len(known)
    return [(weight * (mean if one.about is None else one.about), 1 + 2 * weight) for one in firsts]


def _order(one: Candidate) -> tuple[float, int, int]:
    return (-one.score, one.kind != "body", one.passage_id)
