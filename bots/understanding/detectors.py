"""What notices something in a sentence: because of its words, or because it was shown examples.

A detector's score for a sentence is 0 to 1, from two signs, of which either is enough: one of its
phrases is in the words, or the sentence means what the examples mean. The second is how much nearer
it is to the examples than to the counter-examples, and on which side of a line between the two.
A sentence that is itself a counter-example is never noticed. Without the encoder the phrases alone
decide.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from bots.understanding import catalogue, vectors
from bots.understanding.catalogue import TASK, Definition
from bots.understanding.vectors import EncoderUnavailable, Vectors

BY_PHRASE = 0.95  # the score of a phrase alone
_NEAREST = 3  # examples that a sentence is compared with
_SMOOTH = 0.03  # of the line
_LINE, _NEAR, _MIDDLE, _STEEP = 3.0, 3.0, 1.0, 1.5
_CROWD = (
    0.3  # the more sentences a message has, the sooner one of them resembles something by chance
)

Places = NDArray[np.int64]
Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Nearest:
    """The example most like a sentence, and how like it is, as a cosine."""

    text: str
    likeness: float


@dataclass(frozen=True, slots=True)
class Trained:
    """One detector: the places of its examples and counter-examples among all, and its line."""

    definition: Definition
    shown: frozenset[str]  # examples and counter-examples as they are compared by words
    denied: frozenset[str]
    near: Places | None = None
    against: Places | None = None
    line: Numbers | None = None

    def says(self, sentence: str) -> str:
        """The words of a sentence that are one of the phrases."""
        if not self.definition.shipped:
            return ""
        return catalogue.phrasebook().match(sentence).quoted(self.definition.slug)


@dataclass(frozen=True, slots=True)
class Detectors:
    """All detectors that are switched on. `ready` is whether they know meaning, not only words."""

    trained: tuple[Trained, ...]
    examples: Vectors | None = None
    by_slug: dict[str, Trained] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.by_slug.update({one.definition.slug: one for one in self.trained})

    @property
    def ready(self) -> bool:
        return self.examples is not None

    def tells(self, sentence: str) -> bool:
        """Whether phrases notice something."""
        return bool(catalogue.phrasebook().match(sentence).found)

    def scores(
        self, sentences: Sequence[str], made: Mapping[str, Vectors], *, whole: str = ""
    ) -> dict[str, dict[str, float]]:
        """Slug: sentence: score. What has no vector is read by its words alone.

        `whole` is the message that several sentences are of. Only its meaning counts: a phrase does
        not reach over the end of a sentence.
        """
        units = list(dict.fromkeys([*sentences, whole] if whole else sentences))
        known = [one for one in units if one in made] if self.ready else []
        meant: dict[str, Numbers] = {}
        if known and self.examples is not None:
            stacked = np.vstack([made[one] for one in known])
            likeness = stacked @ self.examples.T
            meant = {
                one.definition.slug: _meaning(one, stacked, likeness, len(sentences))
                for one in self.trained
            }
        places = {sentence: place for place, sentence in enumerate(known)}
        plain = {sentence: _plain(sentence) for sentence in sentences}

        def score(one: Trained, text: str) -> float:
            meaning = float(meant[one.definition.slug][places[text]]) if text in places else 0.0
            return _score(one, text, plain[text], meaning) if text in plain else meaning

        return {
            one.definition.slug: {text: score(one, text) for text in units} for one in self.trained
        }

    def nearest(self, slug: str, vector: Vectors) -> Nearest | None:
        """The example of a detector that a sentence is most like."""
        one = self.by_slug.get(slug)
        if one is None or one.near is None or self.examples is None:
            return None
        likeness = self.examples[one.near] @ vector
        best = int(likeness.argmax())
        return Nearest(one.definition.examples[best], round(float(likeness[best]), 3))


def _score(one: Trained, sentence: str, plain: str, meaning: float) -> float:
    if plain in one.denied:
        return 0.0
    said = plain in one.shown or bool(one.says(sentence))
    return 1 - (1 - BY_PHRASE * said) * (1 - meaning)


def _meaning(one: Trained, stacked: Vectors, likeness: Vectors, among: int) -> Numbers:
    """How surely each sentence means what the examples mean, 0 to 1."""
    if one.near is None or one.line is None:
        return np.zeros(len(stacked))
    near, against = likeness[:, one.near], likeness[:, one.against]
    raw = _LINE * (stacked @ one.line[:-1] + one.line[-1]) + _NEAR * (_top(near) - _top(against))
    raw -= _CROWD * math.log(max(1, among))
    return np.asarray(1 / (1 + np.exp(-_STEEP * (raw - _MIDDLE))), dtype=np.float64)


def train(definitions: Sequence[Definition]) -> Detectors:
    """The detectors with the vectors of their examples; by words alone without an encoder."""
    neutral = catalogue.neutral()
    texts = list(dict.fromkeys([*neutral, *(text for one in definitions for text in _texts(one))]))
    try:
        made = vectors.of_examples(texts)
        examples = np.vstack([made[text] for text in texts])
    except (EncoderUnavailable, ValueError):  # or a model of another dimension, being swapped
        return Detectors(tuple(_by_words(one) for one in definitions))
    places = {text: place for place, text in enumerate(texts)}
    return Detectors(
        tuple(_train(one, _others(one, definitions), examples, places) for one in definitions),
        examples,
    )


def _texts(definition: Definition) -> tuple[str, ...]:
    return (*definition.examples, *definition.counter_examples)


def _others(definition: Definition, all_definitions: Sequence[Definition]) -> list[str]:
    """What a task or an admin's topic is told from: the examples of the others of its kind."""
    if definition.shipped and definition.kind != TASK:
        return []
    return [
        text
        for one in all_definitions
        if one.kind == definition.kind and one.slug != definition.slug
        for text in one.examples
    ]


def _by_words(definition: Definition) -> Trained:
    return Trained(
        definition,
        frozenset(map(_plain, definition.examples)),
        frozenset(map(_plain, definition.counter_examples)),
    )


def _train(
    definition: Definition, others: list[str], examples: Vectors, places: Mapping[str, int]
) -> Trained:
    plain = _by_words(definition)
    if not definition.examples:
        return plain
    known = set(definition.examples)
    negative = [*definition.counter_examples, *catalogue.neutral(), *others]
    near = np.array([places[text] for text in definition.examples])
    against = np.array([places[text] for text in dict.fromkeys(negative) if text not in known])
    line = _line(examples[near], examples[against])
    return Trained(definition, plain.shown, plain.denied, near, against, line)


def _line(positive: Vectors, negative: Vectors) -> Numbers:
    """The weights and the constant that best part the two, each counting half."""
    rows = np.vstack([positive, negative]).astype(np.float64)
    rows = np.hstack([rows, np.ones((len(rows), 1))])
    wanted = np.r_[np.ones(len(positive)), -np.ones(len(negative))]
    share = (len(positive), len(negative))
    weight = np.r_[tuple(np.full(count, 0.5 / count) for count in share)]
    held = np.full(rows.shape[1], _SMOOTH)
    held[-1] = 1e-6
    left = (rows * weight[:, None]).T @ rows + np.diag(held)
    return np.asarray(np.linalg.solve(left, (rows * weight[:, None]).T @ wanted))


def _top(likeness: Vectors) -> Numbers:
    """The mean likeness to the nearest of the examples, for each sentence."""
    count = min(_NEAREST, likeness.shape[1])
    nearest = np.partition(likeness, -count, axis=1)[:, -count:]
    return np.asarray(nearest.sum(axis=1) / count, dtype=np.float64)


def _plain(text: str) -> str:
    """A sentence as it is compared by words."""
    return " ".join(word.text for word in catalogue.phrasebook().match(text).words)
