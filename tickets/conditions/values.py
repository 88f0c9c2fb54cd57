"""The value of a field in one situation, with the words that show it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a situation, as JSON. Conditions compare it, and cite its evidence.

    `evidence` is the customer's words, verbatim; `score` is 0 to 1, where there is one.
    """

    value: Any
    evidence: tuple[str, ...] = ()
    score: float | None = None

    def stored(self) -> dict[str, Any]:
        """As it is kept with the message."""
        return {"value": self.value, "evidence": list(self.evidence), "score": self.score}

    @classmethod
    def of(cls, stored: dict[str, Any]) -> Value:
        """What was kept with a message."""
        return cls(stored.get("value"), tuple(stored.get("evidence", ())), stored.get("score"))


# What is known of a ticket at one moment: the value of each field, by the field's name.
Situation = Mapping[str, Value]
