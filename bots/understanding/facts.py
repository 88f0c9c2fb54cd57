"""What a message states once and nobody should ask again: order numbers, addresses, amounts."""

from __future__ import annotations

import re
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
        "amount",
        re.compile(
            r"(?:[£€$]\s?\d[\d.,]{0,15}\d|\b\d[\d.,]{0,15}\s?(?:€|£|eur|gbp|usd)\b)", re.IGNORECASE
        ),
    ),
)
_PERSONAL = ("order_number", "email", "phone")  # whose question it was is known by these
MOST = 10  # facts of one message; a pasted list is not a set of facts


@dataclass(frozen=True, slots=True)
class FoundFact:
    key: str
    value: str


def find_facts(text: str) -> list[FoundFact]:
    """The facts in a message, in the order of the patterns, each once."""
    found: dict[tuple[str, str], FoundFact] = {}
    for key, pattern in _PATTERNS:
        for match in pattern.finditer(text[:5000]):
            value = (match.group(1) if match.groups() else match.group()).strip()
            value = value.upper() if key == "order_number" else value
            found.setdefault((key, value.lower()), FoundFact(key, value))
    return list(found.values())[:MOST]


def without_personal(text: str) -> str:
    """The text without order numbers and addresses, as it may be kept apart from its customer."""
    for key, pattern in _PATTERNS:
        if key in _PERSONAL:
            text = pattern.sub(_left_out, text)
    return re.sub(r"\s+([,.!?])", r"\1", " ".join(text.split()))


def _left_out(match: re.Match[str]) -> str:
    return match.group().replace(match.group(1), "") if match.groups() else ""
