"""Correcting the stated confidence by this installation's own outcomes.

Two numbers, a slope and an intercept on the logarithm of the odds, as likely as the outcomes make
them, held near "as shipped" by a prior that fifty outcomes begin to outweigh. What an outcome weighs
is in `endings`. A correction that would move the share of answers by more than an admin's set step
waits for an admin's yes.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from math import exp, log

import numpy as np

from bots import actions, confidence, outcomes
from bots.models import AssistantSettings, Calibration
from bots.outcomes import TurnedOut
from tickets.actors import Actor
from tickets.models import Answer, Decision

FEWEST = 50.0  # of weight: as much as fifty customers' words
MOST = 5_000  # the newest turns: articles and customers change
SLOPE_SPREAD = 0.25  # how far from 1, and from 0, the prior holds likely
INTERCEPT_SPREAD = 0.75
SMALLEST_SLOPE = 0.2
BINS = 10
AS_SHIPPED = (1.0, 0.0)
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Outcome:
    """An answer: how sure it was before any correction, whether it was right, what that weighs."""

    stated: float
    right: bool
    weight: float = 1.0


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
class Change:
    """What another correction would do to the newest turns: which are answered then and now."""

    turns: int
    before: int
    after: int
    lost: list[TurnedOut] = field(default_factory=list)  # answered now, and not any more
    gained: list[TurnedOut] = field(default_factory=list)

    @property
    def share_before(self) -> float:
        return self.before / self.turns if self.turns else 0.0

    @property
    def share_after(self) -> float:
        return self.after / self.turns if self.turns else 0.0

    @property
    def step(self) -> float:
        """How far the share of answers would move, 0 to 1."""
        return abs(self.share_after - self.share_before)


@dataclass(frozen=True, slots=True)
class Result:
    """What came of it: the correction before and the new one, how they fit, and what would change."""

    outcomes: int
    weight: float
    before: tuple[float, float]
    after: tuple[float, float]
    reliability: list[Bin]
    loss_before: float = 0.0
    loss_after: float = 0.0
    change: Change | None = None
    waits: bool = False  # for an admin's yes

    @property
    def enough(self) -> bool:
        return self.weight >= FEWEST


def calibrate() -> Result:
    """Fit the correction to the outcomes, and use or propose it; with too few nothing changes."""
    turns = outcomes.recent(MOST)
    known = read_outcomes(turns)
    weight = sum(one.weight for one in known)
    before = in_use()
    if weight < FEWEST:
        return Result(len(known), weight, before, before, reliability(known, before))
    after = fitted(known)
    bins = reliability(known, after)
    settings = AssistantSettings.load()
    change = changed(turns, before, after, settings.answer_threshold)
    waits = change.step > settings.calibration_step + ROUNDING
    actions.propose_calibration(
        actor=Actor.system(),
        calibration=Calibration(
            slope=after[0],
            intercept=after[1],
            outcomes=len(known),
            reliability=[asdict(one) for one in bins],
        ),
        use=not waits,
    )
    confidence.forget_correction()
    return Result(
        *(len(known), weight, before, after, bins),
        *(loss(known, before), loss(known, after), change, waits),
    )


def in_use() -> tuple[float, float]:
    """The correction that is in use. One query."""
    active = Calibration.objects.filter(state=Calibration.State.ACTIVE).first()
    return active.correction if active else AS_SHIPPED


def read_outcomes(turns: Sequence[TurnedOut]) -> list[Outcome]:
    """The answers of which is known how they ended. Two queries.

    An offer is not among them: that one of three articles helped does not say it was the first.
    """
    answers = [one for one in turns if one.right is not None and one.decision == Decision.ANSWER]
    return [
        Outcome(stated, bool(one.right), one.weight)
        for one, stated in zip(answers, as_shipped(answers), strict=True)
    ]


def as_shipped(turns: Sequence[TurnedOut]) -> list[float]:
    """How sure each turn was before it was corrected by what was in use at the time. Two queries."""
    given = _given([one.answer_id for one in turns])
    used = Calibration.objects.filter(used_from__isnull=False).order_by("used_from")
    history = list(used.values_list("used_from", "slope", "intercept"))
    since = [start for start, _slope, _intercept in history if start is not None]
    found = []
    for one in turns:
        when = given.get(one.answer_id)
        place = bisect_right(since, when) - 1 if when else -1
        slope, intercept = history[place][1:] if place >= 0 else AS_SHIPPED
        odds = (confidence.odds_of(one.confidence) - intercept) / slope
        found.append(_share(odds))
    return found


def _given(answers: Sequence[int]) -> dict[int, datetime]:
    """When each answer was given."""
    rows = Answer.objects.filter(pk__in=answers).values_list("pk", "message__created_at")
    return dict(rows)


def changed(
    turns: Sequence[TurnedOut],
    before: tuple[float, float],
    after: tuple[float, float],
    answer_from: float,
) -> Change:
    """What the newest turns would have been under another correction. Two queries.

    The words and rules of those turns stay as they were: only how sure it would have been differs.
    """
    lost, gained, now, then = [], [], 0, 0
    for turn, stated in zip(turns, as_shipped(turns), strict=True):
        is_answered = corrected(stated, before) >= answer_from
        would_be = corrected(stated, after) >= answer_from
        now, then = now + is_answered, then + would_be
        if is_answered and not would_be:
            lost.append(turn)
        elif would_be and not is_answered:
            gained.append(turn)
    return Change(len(turns), now, then, lost, gained)


def fitted(known: Sequence[Outcome]) -> tuple[float, float]:
    """Slope and intercept that are most likely, given the weighed outcomes and the prior."""
    odds = np.array([confidence.odds_of(one.stated) for one in known])
    right = np.array([one.right for one in known], dtype=np.float64)
    weight = np.array([one.weight for one in known])
    given = np.column_stack([odds, np.ones(len(odds))])
    expected = np.array(AS_SHIPPED)
    prior = np.diag([SLOPE_SPREAD**-2, INTERCEPT_SPREAD**-2])
    found = expected.copy()
    for _ in range(50):
        stated = 1 / (1 + np.exp(-given @ found))
        slope = given.T @ (weight * (right - stated)) - prior @ (found - expected)
        curve = (given.T * (weight * stated * (1 - stated))) @ given + prior
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
            stated=_mean(some, [one.stated for one in some]),
            corrected=_mean(some, [corrected(one.stated, correction) for one in some]),
            actual=_mean(some, [one.right for one in some]),
        )
        for number, some in sorted(bins.items())
    ]


def corrected(stated: float, correction: tuple[float, float]) -> float:
    slope, intercept = correction
    return _share(slope * confidence.odds_of(stated) + intercept)


def loss(known: Sequence[Outcome], correction: tuple[float, float]) -> float:
    """The mean surprise at the weighed outcomes (logarithmic loss): less is better."""
    shares = [corrected(one.stated, correction) for one in known]
    surprise = [
        log(share if one.right else 1 - share) for one, share in zip(known, shares, strict=True)
    ]
    return -_mean(known, surprise)


def _mean(known: Sequence[Outcome], values: Sequence[float]) -> float:
    weighed = sum(one.weight * value for one, value in zip(known, values, strict=True))
    return weighed / sum(one.weight for one in known)


def _share(odds: float) -> float:
    return 1 / (1 + exp(-max(min(odds, 30.0), -30.0)))
