"""What notices something in a sentence because it was shown examples: one mechanism for all.

A detector's score for a sentence is made of three parts: how much nearer it is to the examples than
to the counter-examples and to neutral sentences, a line drawn between the two, and whether one of
its expressions is in the words. Without the encoder the expressions alone decide.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bots.understanding import vectors
from bots.understanding.phrases import neutral
from bots.understanding.shipped import Definition
from bots.understanding.vectors import EncoderUnavailable, Vectors

NEAREST = 3  # examples whose likeness is averaged
_RIDGE = 0.01
_LINE, _NEAR, _MIDDLE, _STEEP = 3.0, 3.0, 1.0, 1.5
BY_WORDS_ALONE = 0.9  # the score of an expression when there is no encoder


@dataclass(frozen=True, slots=True)
class Nearest:
    """The example most like a sentence, and how like it is, as a cosine."""

    text: str
    likeness: float


@dataclass(frozen=True, slots=True)
class Trained:
    """One detector, ready to score vectors."""

    definition: Definition
    pattern: re.Pattern[str] | None
    positive: Vectors | None = None
    negative: Vectors | None = None
    line: NDArray[np.float64] | None = None

    def says(self, sentence: str) -> str:
        """The words of a sentence that one of the expressions is."""
        found = self.pattern.search(sentence) if self.pattern else None
        return found.group() if found else ""

    def scores(self, sentences: Sequence[str], made: Vectors | None) -> NDArray[np.float64]:
        """0 to 1 for each sentence."""
        said = np.array([bool(self.says(one)) for one in sentences], dtype=float)
        if made is None or self.positive is None or self.negative is None or self.line is None:
            return said * BY_WORDS_ALONE
        raw = _LINE * (made @ self.line[:-1] + self.line[-1])
        raw = raw + _NEAR * (_top(made, self.positive) - _top(made, self.negative))
        raw = raw + self.definition.weight * said
        return np.asarray(1 / (1 + np.exp(-_STEEP * (raw - _MIDDLE))), dtype=float)

    def nearest(self, vector: Vectors) -> Nearest | None:
        """The example that a sentence is most like."""
        if self.positive is None or not len(self.positive):
            return None
        likeness = self.positive @ vector
        best = int(likeness.argmax())
        return Nearest(self.definition.positive[best], round(float(likeness[best]), 3))


@dataclass(frozen=True, slots=True)
class Bank:
    """All detectors that are switched on. `ready` is whether they know meaning, not only words."""

    trained: tuple[Trained, ...]
    ready: bool

    def tells(self, sentence: str) -> bool:
        return any(one.says(sentence) for one in self.trained)

    def scores(
        self, sentences: Sequence[str], made: Mapping[str, Vectors]
    ) -> dict[str, dict[str, float]]:
        """Slug: sentence: score. Sentences without a vector are read by expressions alone."""
        known = [one for one in sentences if one in made]
        others = [one for one in sentences if one not in made]
        stacked = np.vstack([made[one] for one in known]) if known and self.ready else None
        found: dict[str, dict[str, float]] = {}
        for one in self.trained:
            if stacked is not None:
                values = dict(zip(known, one.scores(known, stacked).tolist(), strict=True))
            else:
                values = dict(zip(known, one.scores(known, None).tolist(), strict=True))
            values |= dict(zip(others, one.scores(others, None).tolist(), strict=True))
            found[one.definition.slug] = values
        return found


def train(definitions: Sequence[Definition]) -> Bank:
    """The detectors with the vectors of their examples; by expressions alone without an encoder."""
    neutrals = list(neutral.SENTENCES)
    texts = neutrals + [
        text for one in definitions for text in (*one.positive, *one.negative) if text
    ]
    try:
        made = vectors.of_examples(texts)
        trained = tuple(_train(one, definitions, made, neutrals) for one in definitions)
    except (EncoderUnavailable, ValueError):  # a model of another dimension that is being swapped
        return Bank(tuple(Trained(one, _pattern(one)) for one in definitions), ready=False)
    return Bank(trained, ready=True)


def _train(
    definition: Definition,
    all_definitions: Sequence[Definition],
    made: Mapping[str, Vectors],
    neutrals: Sequence[str],
) -> Trained:
    pattern = _pattern(definition)
    if not definition.positive:
        return Trained(definition, pattern)
    positive = np.vstack([made[text] for text in definition.positive])
    known = set(definition.positive)
    like_it = [one for one in (*definition.negative, *neutrals) if one not in known]
    negative = np.vstack([made[text] for text in like_it])
    # What came with the helpdesk was written apart; an admin's topic may well overlap with it.
    others = [
        text
        for one in all_definitions
        if definition.shipped and one.shipped and one.slug != definition.slug
        for text in ((*one.positive, *one.negative) if one.kind == definition.kind else ())
        if text not in known
    ]
    against = np.vstack([negative, *(made[text][None] for text in others)])
    return Trained(definition, pattern, positive, negative, _line(positive, against))


def _line(positive: Vectors, negative: Vectors) -> NDArray[np.float64]:
    """The weights and the constant that best part the two, each counting half."""
    rows = np.vstack([positive, negative]).astype(np.float64)
    rows = np.hstack([rows, np.ones((len(rows), 1))])
    wanted = np.r_[np.ones(len(positive)), -np.ones(len(negative))]
    weight = np.r_[
        np.full(len(positive), 0.5 / len(positive)), np.full(len(negative), 0.5 / len(negative))
    ]
    held = np.full(rows.shape[1], _RIDGE)
    held[-1] = 1e-6
    left = (rows * weight[:, None]).T @ rows + np.diag(held)
    return np.asarray(np.linalg.solve(left, (rows * weight[:, None]).T @ wanted))


def _top(made: Vectors, examples: Vectors) -> NDArray[np.float64]:
    likeness = made @ examples.T
    count = min(NEAREST, examples.shape[0])
    return np.asarray(
        np.partition(likeness, -count, axis=1)[:, -count:].mean(axis=1), dtype=np.float64
    )


def _pattern(definition: Definition) -> re.Pattern[str] | None:
    if not definition.expressions:
        return None
    return re.compile("|".join(f"(?:{one})" for one in definition.expressions), re.IGNORECASE)
