"""How somebody feels as far as their message and what came before show it, with the words that do.

VADER's lexicon gives the tone, our own lists add what customers write when they have had enough,
examples and the tone of the vector (see `detectors`, `tone`) what no list holds. Polite people show
that they are not content by what they do: they say no, correct, ask again. Only strong signs count
as anger.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from rapidfuzz import fuzz

CALM, CONFUSED, FRUSTRATED, ANGRY, DISTRESSED = (
    *("calm", "confused", "frustrated"),
    *("angry", "distressed"),
)

_ANGER = re.compile(
    r"\b(ridiculous|disgrace\w*|disgusting|scam\w*|rip[- ]?off|pathetic|outrag\w+|furious|livid|"
    r"unacceptable|useless|worst (company|service|shop|support|experience)|sick (and tired|of)|"
    r"fed up|joke of a|what a joke|wasting my time|waste of (my )?time|had enough|lawyer|sue you|"
    r"never (buy|order|shop)\w* (from|with|here)|bloody|damn\w*|wtf|ffs|fuck\w*|bullshit|crap\w*|"
    r"incompetent|liars?|shame on you|how dare you|go to hell|unverschämt\w*|frechheit|lächerlich|"
    r"verarsch\w*|scheiß\w*|scheiss\w*|sauerei)\b"
)
_FRUSTRATION = re.compile(
    r"\b(still (not|no|waiting|hasn'?t|haven'?t|doesn'?t|can'?t|won'?t|isn'?t)|again and again|"
    r"(third|fourth|fifth|3rd|4th|5th|second|2nd) time|already (told|said|wrote|asked|explained)|"
    r"(nobody|no one|no body) (answers|replies|cares|helps)|for (days|weeks|months)|annoy\w+|"
    r"frustrat\w+|"
    r"disappoint\w+|not (acceptable|good enough|happy)|keeps? (happening|failing|saying)|"
    r"how (many|much) (more )?times|just want|at all|unhappy|complain\w*|immer noch|ärger\w*|"
    r"enttäuscht|schon (wieder|mehrfach)|zum (dritten|zweiten) mal)\b"
)
_SHOUTING = re.compile(r"\b[A-ZÄÖÜ]{4,}\b")
ANGRY_FROM = 0.75  # of 1; set so that plain disappointment stays below
FRUSTRATED_FROM = 0.45
STRAINED_FROM = 0.62  # of `frustration` without what came before, where meaning counts too

# What a customer's turn does to the assistant's last one. Only looked at when there was one.
_REFUSES = re.compile(
    r"^\W*(no|nope|nah|not|nein|nee|negative|wrong|incorrect|never ?mind|actually)\b", re.IGNORECASE
)
_DENIES = re.compile(
    r"\b(not|\w+n['’]?t|wrong|incorrect|nicht|falsch|too (early|late|expensive|far|much|long|high|low|"
    r"big|small|slow))\b",
    re.IGNORECASE,
)
_ASKS_FOR_OTHER = re.compile(
    r"\b(again|once more|another|(something|anything|someone|anyone|somewhere|what|who) else|other|"
    r"different|instead|try|rather|earlier|later|cheaper|change|actually|nochmal|ander\w+)\b",
    re.IGNORECASE,
)
_FAILED = re.compile(
    r"\b(sorry|unable|unfortunately|could ?n['’]?t|could not|can ?not|can['’]?t|did not go through|"
    r"failed|not available|no (available|other|such)|apologi\w+|sadly|was not|were not|wasn['’]?t|"
    r"problem|unsuccessful\w*|did not find|leider|nicht gefunden)\b",
    re.IGNORECASE,
)
_THANKS = re.compile(
    r"\b(thank\w*|thanks|great|perfect|good|nice|fine|ok|okay|yes|yeah|sure|yep|sounds|correct|love|"
    r"like it|works|awesome|wonderful|danke|super|prima)\b",
    re.IGNORECASE,
)
_OFFERED = re.compile(
    r"\b(would you|do you|should i|shall i|can i|may i|could i|anything else|help you)\b[^?]*\?",
    re.IGNORECASE,
)
_SAME = 70  # of 100; how alike two turns are to count as said again
READ = 4_000  # characters of a message
# VADER's work grows with the square of its words, and it makes several words of one emoji.
MOST_WORDS, MOST_EMOJI = 200, 12


@dataclass(frozen=True, slots=True)
class Feeling:
    """`name` is one of the five; `level` 0 to 1; `words` are those that show it."""

    name: str
    level: float
    words: tuple[str, ...]


def feel(text: str) -> Feeling:
    """The feeling of one message by its words alone: calm, frustrated or angry."""
    text = text[:READ]
    return _felt(text, tone_of_words(text))


def feel_at_a_glance(text: str) -> Feeling:
    """The same by our own lists only: for a request or a transaction, which no analysis may hold."""
    return _felt(text[:READ], 0.0)


def _felt(text: str, tone: float) -> Feeling:
    low = text.lower().replace("’", "'")
    angry = [found.group() for found in _ANGER.finditer(low)]
    tired = [found.group() for found in _FRUSTRATION.finditer(low)]
    shouted = [word for word in _SHOUTING.findall(text) if word.lower() != word]
    loud = len(shouted) >= 3 or (len(shouted) >= 2 and len(text.split()) <= 8)
    level = 0.35 * max(0.0, tone) + 0.5 * bool(angry) + 0.15 * (len(angry) > 1)
    level += 0.3 * bool(tired) + 0.1 * (len(tired) > 1) + 0.3 * loud + 0.1 * ("!!" in text)
    level = min(1.0, level)
    name = ANGRY if level >= ANGRY_FROM else FRUSTRATED if level >= FRUSTRATED_FROM else CALM
    return Feeling(name, round(level, 3), tuple(angry + tired + (shouted if loud else [])))


def strain(text: str, by_words: Feeling, *, examples: float | None, tone: float | None) -> float:
    """How discontent a text is by itself, about -3 to 6; no `examples` or `tone` without an encoder."""
    raw = tone_of_words(text[:READ]) + 2 * by_words.level
    if examples is not None:
        raw += 0.5 * examples
    if tone is not None:
        raw += 0.5 * tone
    return raw


def is_strained(raw: float, text: str) -> bool:
    """Whether a text alone shows that somebody is frustrated; one "no" does not."""
    return len(text.split()) >= 3 and _as_level(raw) >= STRAINED_FROM


def frustration(raw: float, text: str, earlier: Sequence[str], answers: Sequence[str]) -> float:
    """How discontent a turn is, 0 to 1, by itself and by what it answers."""
    return round(_as_level(raw + _of_the_course(text, earlier, answers)), 4)


def _as_level(raw: float) -> float:
    return 1 / (1 + math.exp(-0.9 * (raw - 1.6)))


def _of_the_course(text: str, earlier: Sequence[str], answers: Sequence[str]) -> float:
    """What a turn shows by what it answers: refusing, correcting, asking for something else."""
    if not answers:
        return 0.0
    start, last = text[:400], answers[-1][:2000]
    refuses = bool(_REFUSES.search(start))
    raw = (
        2.2 * refuses
        + 1.2 * bool(_DENIES.search(start))
        + 1.0 * bool(_ASKS_FOR_OTHER.search(start))
    )
    raw += 1.2 * bool(_FAILED.search(last)) + 0.7 * said_before(text, earlier)
    raw -= 0.5 * bool(_THANKS.search(start))
    if refuses and _OFFERED.search(last):
        raw -= 0.8  # "no" to an offer is an answer
    if refuses and len(start.split()) <= 3:
        raw -= 0.9
    return raw


def said_before(text: str, earlier: Sequence[str]) -> bool:
    """Whether a turn says the same as one of the three before it, by its words."""
    low = text[:400].lower()
    return any(fuzz.token_set_ratio(low, one[:400].lower()) > _SAME for one in earlier[-3:])


@lru_cache(maxsize=256)  # asked twice of a message
def tone_of_words(text: str) -> float:
    """-1 (content) to 1 (discontent), by VADER's lexicon, from both ends of a long text."""
    return -float(_analyzer().polarity_scores(_enough(text))["compound"])


def _enough(text: str) -> str:
    """As much of a text as VADER reads at once."""
    words = text[:READ].split()
    if len(words) > MOST_WORDS:
        words = words[: MOST_WORDS // 2] + words[-MOST_WORDS // 2 :]
    emoji = _analyzer().emojis
    seen = 0
    kept = []
    for character in " ".join(words):
        seen += character in emoji
        if seen <= MOST_EMOJI or character not in emoji:
            kept.append(character)
    return "".join(kept)


@cache
def _analyzer() -> Any:
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    return SentimentIntensityAnalyzer()
