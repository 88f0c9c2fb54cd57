"""A wish for a person in a sentence whose words have fallen apart: "I haveto spe akto anagent".

Compared are the letters alone, without spaces, with some ways to say it. Only asked when no word
pattern has matched.
"""

from __future__ import annotations

import re

from rapidfuzz import fuzz, process

_VERBS = (
    *("talk to", "talking to", "speak to", "speak with", "speaking to", "chat with"),
    *("chatting with", "contact", "contacting", "get in touch with"),
)
_PEOPLE = (
    *("an agent", "a human agent", "a human", "a person", "a real person", "someone", "somebody"),
    *("an operator", "a representative", "an assistant", "customer service", "customer support"),
    *("customer assistance", "customer care"),
)
_FEWEST = 12
_PHRASES = [
    phrase
    for verb in _VERBS
    for person in _PEOPLE
    if len(phrase := f"{verb}{person}".replace(" ", "")) >= _FEWEST
]
_LONGEST = 140  # letters; in long sentences there is always something alike
_ALIKE = 86  # of 100
_NOT_LETTERS = re.compile(r"[^a-z]")
# Three letters of one of the verbs are still together; comparing costs a third of a millisecond.
_LEFT_OF_A_VERB = re.compile(
    "tal|alk|lki|spe|pea|eak|aki|cha|hatw|hatt|cont|onta|ntac|tact|touc|ouch"
)
_TOLD = re.compile(
    r"\b(spoke|spoken|thank|thanks|talked|chatted|contacted|he|she|they|him|her|them)\b"
)


def asks(sentence: str) -> bool:
    """Whether a lower-case sentence is, letter by letter, like asking for a person."""
    letters = _NOT_LETTERS.sub("", sentence)
    if not _FEWEST - 2 <= len(letters) <= _LONGEST or not _LEFT_OF_A_VERB.search(letters):
        return False
    if _TOLD.search(sentence):
        return False
    return (
        process.extractOne(letters, _PHRASES, scorer=fuzz.partial_ratio, score_cutoff=_ALIKE)
        is not None
    )
