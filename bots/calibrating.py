"""Correcting the stated confidence by this installation's own outcomes.

Two numbers, a slope and an intercept on the logarithm of the odds, as likely as the outcomes make
them, held near "as shipped" by a prior that fifty outcomes begin to outweigh.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from math import exp, log

import numpy as np
from django.db import transaction

from bots import confidence, outcomes
from bots.models import Calibration
from tickets.models import Answer, Decision

FEWEST = 50
MOST = 5_000  # the newest outcomes: articles and customers change
SLOPE_SPREAD = 0.25  # how far from 1, and from 0, the prior holds likely
INTERCEPT_SPREAD = 0.75
SMALLEST_SLOPE = 0.2
BINS = 10


@dataclass(frozen=True, slots=True)
class Outcome:
    """An answer: how sure it was before any correction, and whether it was right."""

    stated: float
    right: bool


@dataclass(frozen=True, slots=True)
class Bin:
    """Answers that were about as sure: what was stated as shipped, corrected, and what was so."""

    low: float
    high: float
    count: int
    stated: float
    corrected: float
    actual: float


@dataclass(frozen=True, slots=True)
class Result:
    """What came of it: the correction in use, the one before, and how they fit the outcomes."""

    outcomes: int
    before: tuple[float, float]
    after: tuple[float, float]
    reliability: list[Bin]
    loss_before: float = 0.0
    loss_after: float = 0.0

    @property
    def enough(self) -> bool:
        return self.outcomes >= FEWEST


def calibrate() -> Result:
    """Fit the correction to the outcomes, and use it; with too few of them nothing changes."""
    known = read_outcomes()
    active = Calibration.objects.filter(active=True).first()
    before = (active.slope, active.intercept) if active else (1.0, 0.0)
    if len(known) < FEWEST:
        return Result(len(known), before, before, reliability(known, before))
    after = fitted(known)
    bins = reliability(known, after)
    with transaction.atomic():
        Calibration.objects.select_for_update().filter(active=True).update(active=False)
        Calibration.objects.create(
            slope=after[0],
            intercept=after[1],
            outcomes=len(known),
            reliability=[asdict(one) for one in bins],
            active=True,
        )
    confidence.forget_correction()
    return Result(len(known), before, after, bins, loss(known, before), loss(known, after))


def read_outcomes() -> list[Outcome]:
    """The newest answers of which is known whether they were right. Three queries.

    An offer is not among them: that one of three articles helped does not say it was the first.
    """
    turned_out = [
        one
        for one in outcomes.recent(MOST)
        if one.right is not None and one.decision == Decision.ANSWER
    ]
    given = _given([one.answer_id for one in turned_out])
    history = list(
        Calibration.objects.order_by("created_at").values_list("created_at", "slope", "intercept")
    )
    since = [made for made, _slope, _intercept in history]
    found = []
    for one in turned_out:
        when = given.get(one.answer_id)
        place = bisect_right(since, when) - 1 if when else -1
        _made, slope, intercept = history[place] if place >= 0 else (None, 1.0, 0.0)
        odds = (confidence.odds_of(one.confidence) - intercept) / slope
        found.append(Outcome(_share(odds), bool(one.right)))
    return found


def _given(answers: Sequence[int]) -> dict[int, datetime]:
    """When each answer was given."""
    rows = Answer.objects.filter(pk__in=answers).values_list("pk", "message__created_at")
    return dict(rows)


def fitted(known: Sequence[Outcome]) -> tuple[float, float]:
    """Slope and intercept that are most likely, given the outcomes and the prior."""
    odds = np.array([confidence.odds_of(one.stated) for one in known])
    right = np.array([one.right for one in known], dtype=np.float64)
    given = np.column_stack([odds, np.ones(len(odds))])
    expected = np.array([1.0, 0.0])
    prior = np.diag([SLOPE_SPREAD**-2, INTERCEPT_SPREAD**-2])
    found = expected.copy()
    for _ in range(50):
        stated = 1 / (1 + np.exp(-given @ found))
        slope = given.T @ (right - stated) - prior @ (found - expected)
        curve = (given.T * (stated * (1 - stated))) @ given + prior
        step = np.linalg.solve(curve, slope)
        found = found + step
        if np.abs(step).max() < 1e-9:
            break
    return max(float(found[0]), SMALLEST_SLOPE), float(found[1])


def reliability(known: Sequence[Outcome], correction: tuple[float, float]) -> list[Bin]:
    """Stated and corrected against actual, in tenths of what was stated; empty ones left out."""
    bins: dict[int, list[Outcome]] = {}
    for one in known:
        bins.setdefault(min(int(one.stated * BINS), BINS - 1), []).append(one)
    return [
        Bin(
            low=number / BINS,
            high=(number + 1) / BINS,
            count=len(some),
            stated=sum(one.stated for one in some) / len(some),
            corrected=sum(corrected(one.stated, correction) for one in some) / len(some),
            actual=sum(one.right for one in some) / len(some),
        )
        for number, some in sorted(bins.items())
    ]


def corrected(stated: float, correction: tuple[float, float]) -> float:
    slope, intercept = correction
    return _share(slope * confidence.odds_of(stated) + intercept)


def loss(known: Sequence[Outcome], correction: tuple[float, float]) -> float:
    """The mean surprise at the outcomes (logarithmic loss): less is better."""
    stated = [(corrected(one.stated, correction), one.right) for one in known]
    return -sum(log(share if right else 1 - share) for share, right in stated) / len(stated)


def _share(odds: float) -> float:
    return 1 / (1 + exp(-max(min(odds, 30.0), -30.0)))
