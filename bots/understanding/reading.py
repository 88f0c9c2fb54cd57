"""Everything that is understood of one customer message, each value with the words that show it."""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from bots.understanding import feeling as feelings
from bots.understanding import installed, language, repetition, sentences, tone, vectors
from bots.understanding.detectors import Bank
from bots.understanding.feeling import ANGRY, CALM, CONFUSED, DISTRESSED, FRUSTRATED
from bots.understanding.person import asks_when, asks_whether_human, wants_person
from bots.understanding.shipped import SENSITIVE, TOPIC
from bots.understanding.vectors import EncoderUnavailable, Vectors
from tickets.conditions import Value

logger = logging.getLogger(__name__)

_URGENT = ("safety", "outage", "deadline")  # the gravest first
_MOST_QUOTED = 160
_WHOLE = 800  # characters of a message that are encoded as a whole
_EARLIER = 3


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier customer message. `reading` is what was stored of it, if anything."""

    text: str
    reading: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What was understood, by field; see the documentation for the fields."""

    values: dict[str, Value] = field(default_factory=dict)
    scores: dict[str, float] = field(default_factory=dict)  # of each detector, for measuring


@dataclass(frozen=True, slots=True)
class Said:
    """A message to be understood: its text, what the customer said before, what they were told."""

    text: str
    earlier: Sequence[str] = ()
    answers: Sequence[str] = ()
    vector: Vectors | None = None


def understand(
    text: str,
    *,
    earlier: Sequence[str | Turn] = (),
    answers: Sequence[str] = (),
    vector: Vectors | None = None,
) -> Reading:
    """Read one message. Never raises; without the encoder it goes by words alone."""
    before = [one.text if isinstance(one, Turn) else one for one in earlier]
    return understand_many([Said(text, before, answers, vector)])[0]


def warm() -> None:
    """Load all that the first message would wait for: a worker does so before it is ready."""
    understand("Where is my order? I have been waiting for two weeks.")


def encode_ahead(texts: Sequence[str]) -> None:
    """Let the encoder read these messages at once, so that none of them waits for it afterwards."""
    bank = installed.bank()
    if bank.ready:
        said = [Said(text) for text in texts]
        parts = [sentences.telling(sentences.split(text), bank.tells) for text in texts]
        _encoded(said, parts)


def understand_many(messages: Sequence[Said]) -> list[Reading]:
    """Read several messages with one round of encoding."""
    bank = installed.bank()
    parts = [sentences.split(one.text) for one in messages]
    chosen = [sentences.telling(part, bank.tells) for part in parts]
    made = _encoded(messages, chosen) if bank.ready else {}
    return [_read(message, part, bank, made) for message, part in zip(messages, parts, strict=True)]


def _encoded(messages: Sequence[Said], chosen: Sequence[list[str]]) -> dict[str, Vectors]:
    made: dict[str, Vectors] = {}
    wanted: list[str] = []
    for message, part in zip(messages, chosen, strict=True):
        whole = _whole(message.text)
        if message.vector is not None:
            made[whole] = np.asarray(message.vector, dtype=np.float32)
            vectors.remember([(whole, made[whole])])
        elif part:
            wanted.append(whole)
        if len(part) == 1 and message.vector is not None:
            made[part[0]] = made[whole]
        wanted.extend(part)
        wanted.extend(_whole(one) for one in message.earlier[-_EARLIER:] if one.strip())
    try:
        made |= vectors.of([one for one in dict.fromkeys(wanted) if one not in made])
    except EncoderUnavailable as error:
        logger.warning("read by words alone: %s", error)
        return {}
    return made


def _read(message: Said, parts: list[str], bank: Bank, made: Mapping[str, Vectors]) -> Reading:
    whole = _whole(message.text)
    units = list(dict.fromkeys([*parts, whole])) if len(parts) > 1 else (parts or [whole])
    try:
        scores = bank.scores(units, made, among=len(units))
    except ValueError as error:  # vectors of two encoders, while one is swapped for another
        logger.warning("read by words alone: %s", error)
        made, scores = {}, bank.scores(units, {})
    noticed = _Noticed(bank, scores, whole)
    contact = wants_person(message.text)
    when = bool(contact) and asks_when(message.text)
    asked = "" if when else contact
    identity = asks_whether_human(message.text)
    feeling, frustration = _feeling(message, whole, parts, noticed, made)
    sensitive = noticed.all_of_kind(SENSITIVE)
    urgent = next((slug for slug in _URGENT if noticed.slug(slug)), "")
    again, words = repetition.of(message.text, message.earlier, message.answers, made)
    topic = max(noticed.all_of_kind(TOPIC), key=lambda one: one[1], default=("", 0.0, ""))
    return Reading(
        {
            "language": Value(language.detect(message.text)),
            "wants_person": Value(bool(asked), _quoted(asked)),
            "asks_hours": Value(when, _quoted(contact) if when else ()),
            "asks_identity": Value(bool(identity), _quoted(identity)),
            "feeling": feeling,
            "frustration": frustration,
            "sensitive": Value(
                [slug for slug, _, _ in sensitive],
                tuple(dict.fromkeys(words for _, _, words in sensitive)),
                max((score for _, score, _ in sensitive), default=None),
            ),
            "urgent": _seen(urgent, noticed.slug(urgent)),
            "wants_to_cancel": noticed.as_seen("wants_to_cancel"),
            "billing_dispute": noticed.as_seen("billing_dispute"),
            "repeats": Value(again, words),
            "topic": Value(topic[0], _quoted(topic[2]), topic[1] if topic[0] else None),
        },
        {slug: noticed.best(slug)[0] for slug in scores},
    )


@dataclass(frozen=True, slots=True)
class _Noticed:
    """The detectors' scores for the sentences of one message, and for it as a whole."""

    bank: Bank
    scores: dict[str, dict[str, float]]
    whole: str

    def best(self, slug: str) -> tuple[float, str]:
        """The highest score and its sentence; the whole only where no sentence is as high."""
        found = self.scores.get(slug)
        if not found:
            return 0.0, ""
        sentence = max(found, key=lambda one: (found[one], one != self.whole))
        return found[sentence], sentence

    def slug(self, slug: str) -> tuple[float, str] | None:
        """The score and the sentence, if it is from the threshold on."""
        one = self.bank.named(slug)
        score, sentence = self.best(slug)
        return (score, sentence) if one and score >= one.definition.threshold else None

    def as_seen(self, slug: str) -> Value:
        found = self.slug(slug)
        return _seen(bool(found), found)

    def all_of_kind(self, kind: str) -> list[tuple[str, float, str]]:
        """Slug, score and sentence of each detector of a kind that notices something."""
        return [
            (one.definition.slug, round(seen[0], 3), seen[1][:_MOST_QUOTED])
            for one in self.bank.trained
            if one.definition.kind == kind and (seen := self.slug(one.definition.slug))
        ]


def _feeling(
    message: Said,
    whole: str,
    parts: Sequence[str],
    noticed: _Noticed,
    made: Mapping[str, Vectors],
) -> tuple[Value, Value]:
    by_words = feelings.feel(message.text)
    vector = made.get(whole)
    examples: float | None = None
    sounding = None
    if noticed.bank.ready and vector is not None:
        of_whole = noticed.scores.get("dissatisfied", {}).get(whole)
        score, _ = noticed.best("dissatisfied")
        examples = _open((of_whole if of_whole is not None else score) * 0.6 + score * 0.4)
        sounding = tone.of(vector[None])
    sound = float(sounding[0]) if sounding is not None else None
    plain = feelings.strain(message.text, by_words, examples=examples, tone=sound)
    level = feelings.frustration(plain, message.text, message.earlier, message.answers)
    level_seen = Value(level, by_words.words[:4], level)
    if found := noticed.slug("distressed"):
        return Value(DISTRESSED, _quoted(found[1]), round(found[0], 3)), level_seen
    if by_words.name == ANGRY:
        return Value(ANGRY, by_words.words[:6], by_words.level), level_seen
    if confused := noticed.slug("confused"):
        return Value(CONFUSED, _quoted(confused[1]), round(confused[0], 3)), level_seen
    discontent = noticed.slug("dissatisfied")
    if by_words.name == FRUSTRATED or discontent or feelings.is_strained(plain, message.text):
        shown = by_words.words[:6] or _quoted(noticed.best("dissatisfied")[1])
        return Value(FRUSTRATED, shown or _quoted(parts[0] if parts else ""), level), level_seen
    return Value(CALM), level_seen


def _open(score: float) -> float:
    """A score of 0 to 1 as the sum it was made of, without its ends."""
    held = min(max(score, 0.0005), 0.9995)
    return math.log(held / (1 - held)) / 1.5 + 1.0


def _seen(value: object, found: tuple[float, str] | None) -> Value:
    if found is None:
        return Value(value)
    return Value(value, _quoted(found[1]), round(found[0], 3))


def _quoted(words: str) -> tuple[str, ...]:
    return (words[:_MOST_QUOTED],) if words else ()


def _whole(text: str) -> str:
    return text[:_WHOLE].replace("\0", " ")
