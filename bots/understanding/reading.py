"""Everything that is understood of one customer message, each value with the words that show it."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from bots.understanding import feeling as feelings
from bots.understanding import installed, language, repetition, sentences, vectors
from bots.understanding.catalogue import SENSITIVE, TASK, TOPIC
from bots.understanding.detectors import Detectors
from bots.understanding.repetition import whole
from bots.understanding.vectors import EncoderUnavailable, Vectors
from bots.understanding.vocabulary import GRAVEST_FIRST
from tickets.conditions import Value

logger = logging.getLogger(__name__)

_MOST_QUOTED = 160
_MARGIN = 0.05  # by which one task must be surer than the next
_EARLIER = 3  # messages that are encoded, too


@dataclass(frozen=True, slots=True)
class Analysis:
    """What was understood, by field; see the documentation for the fields."""

    values: dict[str, Value] = field(default_factory=dict)
    scores: dict[str, float] = field(default_factory=dict)  # of each detector, for measuring


@dataclass(frozen=True, slots=True)
class Utterance:
    """A message to be understood: its text, what the customer said before, what they were told."""

    text: str
    earlier: Sequence[str] = ()
    answers: Sequence[str] = ()
    vector: Vectors | None = None
    known: Mapping[str, Vectors] = field(default_factory=dict)  # what `vectors_of` gave before


def understand(
    text: str,
    *,
    earlier: Sequence[str] = (),
    answers: Sequence[str] = (),
    vector: Vectors | None = None,
    known: Mapping[str, Vectors] | None = None,
    detectors: Detectors | None = None,
) -> Analysis:
    """Read one message. Never raises; without the encoder it goes by words alone.

    Without `detectors`: those of this installation.
    """
    message = Utterance(text, earlier, answers, vector, known or {})
    return understand_many([message], detectors)[0]


def sentences_of(text: str) -> list[str]:
    """What is encoded of a message to understand it, and later ones by it."""
    told = sentences.telling(sentences.split(text), installed.detectors().tells)
    return list(dict.fromkeys(_wanted(Utterance(text, earlier=[text]), told)))


def vectors_of(text: str, vector: Vectors | None = None) -> dict[str, Vectors]:
    """The vectors of all that is encoded of a message; `vector` is that of the whole, if it is known.

    Runs the encoder, so never inside a transaction. Raise EncoderUnavailable.
    """
    if not installed.detectors().ready:
        raise EncoderUnavailable("the detectors know words only")
    told = sentences.telling(sentences.split(text), installed.detectors().tells)
    return _made([Utterance(text, earlier=[text], vector=vector)], [told])


def warm() -> None:
    """Load all that the first message would wait for: a worker does so before it is ready."""
    understand("Where is my order? I have been waiting for two weeks.")


def encode_ahead(texts: Sequence[str]) -> None:
    """Let the encoder read these messages at once, so that none of them waits for it afterwards."""
    detectors = installed.detectors()
    if detectors.ready:
        parts = [sentences.telling(sentences.split(text), detectors.tells) for text in texts]
        _encoded([Utterance(text) for text in texts], parts)


def understand_many(
    messages: Sequence[Utterance], detectors: Detectors | None = None
) -> list[Analysis]:
    """Read several messages with one round of encoding."""
    detectors = detectors or installed.detectors()
    parts = [sentences.split(one.text) for one in messages]
    chosen = [sentences.telling(part, detectors.tells) for part in parts]
    made = _encoded(messages, chosen) if detectors.ready else {}
    return [
        _read(message, part, detectors, made) for message, part in zip(messages, parts, strict=True)
    ]


def _encoded(messages: Sequence[Utterance], chosen: Sequence[list[str]]) -> dict[str, Vectors]:
    try:
        return _made(messages, chosen)
    except EncoderUnavailable as error:
        logger.warning("read by words alone: %s", error)
        return {}


def _made(messages: Sequence[Utterance], chosen: Sequence[list[str]]) -> dict[str, Vectors]:
    made: dict[str, Vectors] = {}
    wanted: list[str] = []
    for message, part in zip(messages, chosen, strict=True):
        made |= message.known
        if message.vector is not None:
            text = whole(message.text)
            made[text] = np.asarray(message.vector, dtype=np.float32)
            vectors.remember([(text, made[text])])
            if len(part) == 1:
                made[part[0]] = made[text]
        wanted += _wanted(message, part)
    return made | vectors.of([one for one in dict.fromkeys(wanted) if one not in made])


def _wanted(message: Utterance, part: list[str]) -> list[str]:
    """What is to be encoded of a message, of which `part` are the sentences that tell something."""
    text = [whole(message.text)] if part and message.vector is None else []
    return [*text, *part, *(whole(one) for one in message.earlier[-_EARLIER:] if one.strip())]


def _read(
    message: Utterance, parts: list[str], detectors: Detectors, made: Mapping[str, Vectors]
) -> Analysis:
    text = whole(message.text)
    several = text if len(parts) > 1 else ""
    try:
        scores = detectors.scores(parts, made, whole=several)
    except ValueError as error:  # vectors of two encoders, while one is swapped for another
        logger.warning("read by words alone: %s", error)
        made, scores = {}, detectors.scores(parts, {})
    noticed = _Noticed(detectors, scores, text)
    again, words = repetition.of(
        message.text, message.earlier, message.answers, made, noticed.words
    )
    feeling = feelings.name(message.text, noticed.words)
    frustration = feelings.frustration(
        message.text,
        lambda slug: noticed.best(slug)[0],
        earlier=message.earlier,
        answers=message.answers,
        refused=again != "",
    )
    sensitive = noticed.all_of_kind(SENSITIVE)
    urgent = next((slug for slug in GRAVEST_FIRST if noticed.holds(slug)), "")
    tasks = _surest(noticed.all_of_kind(TASK))
    topic = max(noticed.all_of_kind(TOPIC), key=lambda one: one[1], default=("", 0.0, ""))
    return Analysis(
        {
            "language": Value(language.detect(message.text)),
            "wants_person": noticed.seen("wants_person", unless="asks_hours"),
            "asks_hours": noticed.seen("asks_hours"),
            "asks_identity": noticed.seen("asks_identity", unless="wants_person"),
            "feeling": Value(feeling.name, feeling.words[:6]),
            "frustration": Value(frustration, feeling.words[:4], frustration),
            "sensitive": Value(
                [slug for slug, _, _ in sensitive],
                tuple(dict.fromkeys(words for _, _, words in sensitive)),
                max((score for _, score, _ in sensitive), default=None),
            ),
            "urgent": Value(urgent, noticed.evidence(urgent), noticed.score(urgent)),
            "wants_to_cancel": noticed.seen("wants_to_cancel"),
            "billing_dispute": noticed.seen("billing_dispute"),
            "repeats": Value(again, words),
            "tasks": Value(
                [slug for slug, _, _ in tasks],
                tuple(dict.fromkeys(words for _, _, words in tasks)),
                tasks[0][1] if tasks else None,
            ),
            "topic": Value(topic[0], (topic[2],) if topic[0] else (), topic[1] or None),
        },
        {slug: noticed.best(slug)[0] for slug in scores},
    )


def _surest(found: list[tuple[str, float, str]]) -> list[tuple[str, float, str]]:
    """The surest, and those that are as good as that: there nobody can tell which is meant."""
    found = sorted(found, key=lambda one: -one[1])
    return [one for one in found if found[0][1] - one[1] < _MARGIN]


@dataclass(frozen=True, slots=True)
class _Noticed:
    """The detectors' scores for the sentences of one message, and for it as a whole."""

    detectors: Detectors
    scores: dict[str, dict[str, float]]
    whole: str

    def best(self, slug: str) -> tuple[float, str]:
        """The highest score and its sentence; the whole only where no sentence is as high."""
        found = self.scores.get(slug)
        if not found:
            return 0.0, ""
        sentence = max(found, key=lambda one: (found[one], one != self.whole))
        return found[sentence], sentence

    def holds(self, slug: str) -> bool:
        """Whether a sentence scores from the threshold on."""
        one = self.detectors.by_slug.get(slug)
        return one is not None and self.best(slug)[0] >= one.definition.threshold

    def words(self, slug: str) -> str:
        """The words that show it: the phrase, else the sentence; "" if it does not hold."""
        if not self.holds(slug):
            return ""
        sentence = self.best(slug)[1]
        said = self.detectors.by_slug[slug].says(sentence)
        return (said or sentence)[:_MOST_QUOTED]

    def evidence(self, slug: str) -> tuple[str, ...]:
        return tuple(filter(None, [self.words(slug)]))

    def score(self, slug: str) -> float | None:
        return round(self.best(slug)[0], 3) if self.holds(slug) else None

    def seen(self, slug: str, *, unless: str = "") -> Value:
        """Yes or no; no where `unless` holds of the very same sentence."""
        holds = self.holds(slug)
        if unless and holds and self.holds(unless) and self.best(slug)[1] == self.best(unless)[1]:
            holds = False
        return Value(holds, *((self.evidence(slug), self.score(slug)) if holds else ()))

    def all_of_kind(self, kind: str) -> list[tuple[str, float, str]]:
        """Slug, score and sentence of each detector of a kind that notices something."""
        return [
            (slug, round(self.best(slug)[0], 3), self.best(slug)[1][:_MOST_QUOTED])
            for slug, one in self.detectors.by_slug.items()
            if one.definition.kind == kind and self.holds(slug)
        ]
