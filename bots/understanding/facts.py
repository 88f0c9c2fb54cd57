"""What a message states once and nobody should ask again: order numbers, addresses, amounts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_PATTERNS = (
    ("order_number", re.compile(r"\b[A-Z]{2,4}[-–]\d{4,10}\b", re.IGNORECASE)),
    (
        "order_number",
        re.compile(
            r"\b(?:order|purchase|bestellung|invoice|rechnung)"
            r"(?:\s{0,3}(?:number|no\.?|nr\.?|nummer))?"
            r"\s{0,3}(?:is|ist|:|#)?\s{0,3}#?(\d{4,15})\b",
            re.IGNORECASE,
        ),
    ),
    ("email", re.compile(r"\b[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}\b")),
    ("phone", re.compile(r"(?<!\w)\+\d[\d \-()]{7,17}\d\b")),
    (
        "postcode",
        re.compile(
            r"\b(?:post ?code|zip(?: code)?|plz|postleitzahl)\s{0,3}(?:is|ist|:)?\s{0,3}"
            r"([A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2}|\d{4,5})\b",
            re.IGNORECASE,
        ),
    ),
    ("postcode", re.compile(r"\b([A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2})\b")),
    (
        "amount",
        re.compile(
            r"(?:[£€$]\s?\d[\d.,]{0,15}\d|\b\d[\d.,]{0,15}\s?(?:€|£|eur|gbp|usd)\b)", re.IGNORECASE
        ),
    ),
)
READ = 5_000  # characters of a message
MOST = 10  # facts of one message; a pasted list is not a set of facts


@dataclass(frozen=True, slots=True)
class FoundFact:
    """A kind of fact and its value as it was written, and where in the text it stands."""

    key: str
    value: str
    start: int = 0
    end: int = 0


def find_facts(text: str) -> list[FoundFact]:
    """The facts in a message, in the order of the patterns, each once."""
    found: dict[tuple[str, str], FoundFact] = {}
    for fact in everywhere(text[:READ]):
        found.setdefault((fact.key, fact.value.lower()), fact)
    return list(found.values())[:MOST]


def everywhere(text: str) -> Iterator[FoundFact]:
    """Every place where a fact stands, in the order of the patterns; places may overlap."""
    for key, pattern in _PATTERNS:
        for match in pattern.finditer(text):
            value = match.group(match.lastindex or 0).strip()
            value = value.upper() if key == "order_number" else value
            yield FoundFact(key, value, match.start(match.lastindex or 0), match.end())
