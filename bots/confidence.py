"""How likely the first article is the right one: a logistic model over what the search found.

The coefficients were fitted on public question sets, half of whose questions have no article at
all (on topic, but not covered), so that "near" does not pass for "answered".
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp

from knowledgebase.search import ArticleHit

# Fitted by logistic regression; see docs/assistant.md for the sets and the measured precision.
INTERCEPT = -7.2
COEFFICIENTS = {"score": 9.6, "margin": 9.0, "lexical": 0.6}


@dataclass(frozen=True, slots=True)
class Features:
    """What speaks for the first hit: its fused score, its lead on the second, and shared words."""

    score: float
    margin: float
    lexical: float


def features(hits: list[ArticleHit]) -> Features:
    """The features of a ranked list; all zero for an empty one."""
    if not hits:
        return Features(0.0, 0.0, 0.0)
    first = hits[0]
    second = hits[1].score if len(hits) > 1 else 0.0
    return Features(first.score, min(first.score - second, 0.4), first.lexical)


def probability(found: Features) -> float:
    """The probability, 0 to 1, that the first hit answers the question."""
    z = INTERCEPT + sum(
        weight * float(getattr(found, name)) for name, weight in COEFFICIENTS.items()
    )
    return 1 / (1 + exp(-max(-30.0, min(30.0, z))))
