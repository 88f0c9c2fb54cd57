"""How somebody feels as far as one message shows it, with the words that show it.

VADER's lexicon gives the tone, our own list adds what customers write when they have had enough.
No method is sure from one polite sentence, so only strong signs count as anger.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

CALM, FRUSTRATED, ANGRY = "calm", "frustrated", "angry"

_ANGER = re.compile(
    r"\b(ridiculous|disgrace\w*|disgusting|scam\w*|rip[- ]?off|pathetic|outrag\w+|furious|livid|"
    r"unacceptable|useless|worst (company|service|shop|support|experience)|sick (and tired|of)|"
    r"fed up|joke of a|what a joke|wasting my time|waste of (my )?time|had enough|lawyer|sue you|"
    r"never (buy|order|shop)\w* (from|with|here)|bloody|damn\w*|wtf|ffs|fuck\w*|bullshit|crap\w*|"
    r"incompetent|unverschämt\w*|frechheit|lächerlich)\b"
)
_FRUSTRATION = re.compile(
    r"\b(still (not|no|waiting|hasn'?t|haven'?t|doesn'?t|can'?t|won'?t|isn'?t)|again and again|"
    r"(third|fourth|fifth|3rd|4th|5th|second|2nd) time|already (told|said|wrote|asked|explained)|"
    r"(nobody|no one|no body) (answers|replies|cares|helps)|for (days|weeks|months)|annoy\w+|"
    r"frustrat\w+|"
    r"disappoint\w+|not (acceptable|good enough|happy)|keeps? (happening|failing|saying)|"
    r"how (many|much) (more )?times|just want|at all|unhappy|complain\w*|immer noch|ärger\w*|enttäuscht)\b"
)
_SHOUTING = re.compile(r"\b[A-ZÄÖÜ]{4,}\b")
ANGRY_FROM = 0.75  # of 1; set so that plain disappointment stays below
FRUSTRATED_FROM = 0.45


@dataclass(frozen=True, slots=True)
class Feeling:
    """`name` is calm, frustrated or angry; `level` 0 to 1; `words` are those that show it."""

    name: str
    level: float
    words: tuple[str, ...]


def feel(text: str) -> Feeling:
    """The feeling of one message."""
    text = text[:4000]
    low = text.lower()
    angry = [found.group() for found in _ANGER.finditer(low)]
    tired = [found.group() for found in _FRUSTRATION.finditer(low)]
    shouted = [word for word in _SHOUTING.findall(text) if word.lower() != word]
    loud = len(shouted) >= 3 or (len(shouted) >= 2 and len(text.split()) <= 8)
    tone = -_analyzer().polarity_scores(text)["compound"]
    level = 0.35 * max(0.0, tone) + 0.5 * bool(angry) + 0.15 * (len(angry) > 1)
    level += 0.3 * bool(tired) + 0.1 * (len(tired) > 1) + 0.3 * loud + 0.1 * ("!!" in text)
    level = min(1.0, level)
    name = ANGRY if level >= ANGRY_FROM else FRUSTRATED if level >= FRUSTRATED_FROM else CALM
    return Feeling(name, round(level, 3), tuple(angry + tired + (shouted if loud else [])))


@cache
def _analyzer() -> Any:
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    return SentimentIntensityAnalyzer()
