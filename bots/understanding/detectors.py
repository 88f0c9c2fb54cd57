"""What notices something in a sentence because it was shown examples: one mechanism for all.

A detector's score for a sentence is made of three parts: how much nearer it is to the examples than
to the counter-examples and to neutral sentences, a line drawn between the two, and whether one of
its expressions is in the words. A topic with much around it has its examples in two groups, each
with a line of its own, and the higher score counts. Without the encoder the expressions alone decide.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bots.understanding import vectors
from bots.understanding.phrases import neutral
from bots.understanding.shipped import Definition, Fit
from bots.understanding.vectors import EncoderUnavailable, Vectors

Places = NDArray[np.int64]

_LOUDEST = 100  # as many examples does another detector count at most; no topic drowns the rest
_LINE, _NEAR, _MIDDLE, _STEEP = 3.0, 3.0, 1.0, 1.5
BY_WORDS_ALONE = 0.9  # the score of an expression when there is no encoder


@dataclass(frozen=True, slots=True)
class Nearest:
    """The example most like a sentence, and how like it is, as a cosine."""

    text: str
    likeness: float


@dataclass(frozen=True, slots=True)
class Group:
    """Examples of one detector that are learned together: their places among all, and their line."""

    near: Places
    line: NDArray[np.float64]
    fit: Fit


@dataclass(frozen=True, slots=True)
class Trained:
    """One detector: what it was shown, in groups, and the places of what it was shown against them."""

    definition: Definition
    pattern: re.Pattern[str] | None
    groups: tuple[Group, ...] = ()
    against: Places | None = None

    def says(self, sentence: str) -> str:
        """The words of a sentence that one of the expressions is."""
        found = self.pattern.search(sentence) if self.pattern else None
        return found.group() if found else ""


@dataclass(frozen=True, slots=True)
class Bank:
    """All detectors that are switched on. `ready` is whether they know meaning, not only words."""

    trained: tuple[Trained, ...]
    examples: Vectors | None = None

    @property
    def ready(self) -> bool:
        return self.examples is not None

    def named(self, slug: str) -> Trained | None:
        return next((one for one in self.trained if one.definition.slug == slug), None)

    def tells(self, sentence: str) -> bool:
        return any(one.says(sentence) for one in self.trained)

    def scores(
        self, sentences: Sequence[str], made: Mapping[str, Vectors], *, among: int = 1
    ) -> dict[str, dict[str, float]]:
        """Slug: sentence: score. Sentences without a vector are read by expressions alone.

        `among` is how many sentences the message has that they are from.
        """
        known = [one for one in sentences if one in made] if self.ready else []
        others = [one for one in sentences if one not in made] if self.ready else list(sentences)
        found = {
            one.definition.slug: {
                sentence: BY_WORDS_ALONE if one.says(sentence) else 0.0 for sentence in others
            }
            for one in self.trained
        }
        if known and self.examples is not None:
            stacked = np.vstack([made[one] for one in known])
            likeness = stacked @ self.examples.T
            for one in self.trained:
                values = _scores(one, known, stacked, likeness, among)
                found[one.definition.slug].update(zip(known, values, strict=True))
        return found

    def nearest(self, slug: str, vector: Vectors) -> Nearest | None:
        """The example of a detector that a sentence is most like."""
        one = self.named(slug)
        if one is None or not one.groups or self.examples is None:
            return None
        likeness = np.concatenate([self.examples[group.near] @ vector for group in one.groups])
        best = int(likeness.argmax())
        return Nearest(one.definition.shown[best], round(float(likeness[best]), 3))


def _scores(
    one: Trained, sentences: Sequence[str], stacked: Vectors, likeness: Vectors, among: int
) -> list[float]:
    said = np.array([bool(one.says(sentence)) for sentence in sentences], dtype=float)
    if one.against is None:
        return list((said * BY_WORDS_ALONE).tolist())
    raw = np.full(len(sentences), -np.inf)
    for group in one.groups:
        fit = group.fit
        of_group = _LINE * (stacked @ group.line[:-1] + group.line[-1])
        of_group += _NEAR * _top(likeness[:, group.near], fit.nearest)
        of_group -= _NEAR * _top(likeness[:, one.against], fit.nearest)
        raw = np.maximum(raw, of_group + fit.lift - fit.crowd * math.log(among))
    raw += one.definition.weight * said
    return list((1 / (1 + np.exp(-_STEEP * (raw - _MIDDLE)))).tolist())


def train(definitions: Sequence[Definition]) -> Bank:
    """The detectors with the vectors of their examples; by expressions alone without an encoder."""
    texts = list(
        dict.fromkeys(
            [
                *neutral.SENTENCES,
                *(text for one in definitions for text in (*one.shown, *one.negative)),
            ]
        )
    )
    try:
        made = vectors.of_examples(texts)
        examples = np.vstack([made[text] for text in texts])
    except (EncoderUnavailable, ValueError):  # or a model of another dimension, being swapped
        return Bank(tuple(Trained(one, _pattern(one)) for one in definitions))
    places = {text: place for place, text in enumerate(texts)}
    return Bank(tuple(_train(one, definitions, examples, places) for one in definitions), examples)


def _train(
    definition: Definition,
    all_definitions: Sequence[Definition],
    examples: Vectors,
    places: Mapping[str, int],
) -> Trained:
    pattern = _pattern(definition)
    known = set(definition.shown)
    if not known:
        return Trained(definition, pattern)
    negative = [one for one in (*definition.negative, *neutral.SENTENCES) if one not in known]
    others: list[str] = []
    share = [1.0] * len(negative)
    for one in all_definitions:
        # What came with the helpdesk was written apart; an admin's topic may well overlap with it.
        if not (definition.shipped and one.shipped) or one.slug == definition.slug or one.overlaps:
            continue
        texts = [text for text in (*one.shown, *one.negative) if text not in known]
        if one.kind == definition.kind:
            others += texts
            share += [min(1.0, _LOUDEST / len(texts))] * len(texts) if texts else []
    far = examples[[places[text] for text in (*negative, *others)]]

    def group(texts: Sequence[str], fit: Fit) -> Group:
        near = np.array([places[text] for text in texts])
        return Group(near, _line(examples[near], far, np.array(share), fit.ridge), fit)

    groups = [
        group(texts, fit)
        for texts, fit in (
            (definition.positive, definition.fit),
            (definition.wide, definition.wide_fit),
        )
        if texts
    ]
    return Trained(
        definition, pattern, tuple(groups), np.array([places[text] for text in negative])
    )


def _line(
    positive: Vectors, negative: Vectors, share: NDArray[np.float64], ridge: float
) -> NDArray[np.float64]:
    """The weights and the constant that best part the two, each counting half.

    `share` is what each of the second counts among them.
    """
    rows = np.vstack([positive, negative]).astype(np.float64)
    rows = np.hstack([rows, np.ones((len(rows), 1))])
    wanted = np.r_[np.ones(len(positive)), -np.ones(len(negative))]
    weight = np.r_[np.full(len(positive), 0.5 / len(positive)), 0.5 * share / share.sum()]
    held = np.full(rows.shape[1], ridge)
    held[-1] = 1e-6
    left = (rows * weight[:, None]).T @ rows + np.diag(held)
    return np.asarray(np.linalg.solve(left, (rows * weight[:, None]).T @ wanted))


def _top(likeness: Vectors, count: int) -> NDArray[np.float64]:
    """The mean likeness to the nearest of the examples, for each sentence."""
    count = min(count, likeness.shape[1])
    if not count:
        return np.zeros(likeness.shape[0])
    nearest = np.partition(likeness, -count, axis=1)[:, -count:]
    return np.asarray(nearest.sum(axis=1) / count, dtype=np.float64)


def _pattern(definition: Definition) -> re.Pattern[str] | None:
    if not definition.expressions:
        return None
    return re.compile("|".join(f"(?:{one})" for one in definition.expressions), re.IGNORECASE)
