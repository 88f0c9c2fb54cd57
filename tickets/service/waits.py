"""How long somebody in a queue will wait: a range, by a formula of plain numbers.

The picture is a queue with several servers. Agents who are free take the first of those who wait,
after a moment in which they notice: their *reaction*. Everybody behind waits until agents come
free: with m agents, each of whom takes the next one after an *interval* of mean s, conversations
leave the queue at the rate m/s, and whoever is the n-th to go waits a time that is Gamma(n, m/s).

Neither mean is known. Both are learned from the last acceptances, beside a prior that weighs as
much as some of them. The rate of an exponential with a conjugate prior is Gamma(a, b), where `a`
counts what was seen and `b` is its sum; so the wait is n (b/a) / m times a number that is
F-distributed with 2n and 2a degrees of freedom. Its quantiles are taken by the approximation of
E. Paulson, "An approximate normalization of the analysis of variance distribution", Annals of
Mathematical Statistics 13 (1942), which needs no tables.

What is said is the range between a low quantile and a high one, rounded outwards to numbers that
people say. `tests/tickets/test_waits.py` plays queues of many kinds against it: the real wait lies
in the range at least 8 times of 10.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import log, sqrt
from statistics import fmean, median

# The two quantiles, as standard normal deviates: 16 % come sooner than the low one and 7 % later
# than the high one. Outward rounding gives most of the former back.
SOONEST, LATEST = -1.0, 1.5

PRIOR_INTERVAL = 600.0  # seconds; a conversation in customer service takes about ten minutes
PRIOR_REACTION = 45.0  # seconds
PRIOR_WEIGHT = 3  # acceptances
# Real intervals spread more than exponential ones, and agents come and go. So a pace is never known
# better than by so many acceptances.
MOST_EVIDENCE = 12
PAUSE = 2 * 3600.0  # seconds; an agent who takes the next one after more than that had a break

SAID = (0, 2, 5, 10, 15, 20, 30, 45, 60, 90, 120)  # minutes that a range begins and ends with
MORE_THAN = 30  # minutes; less than "more than half an hour" is no news where no end is in sight


@dataclass(frozen=True, slots=True)
class Wait:
    """In minutes: at least so many, and at most so many, or None where there is no telling."""

    at_least: int
    at_most: int | None


@dataclass(frozen=True, slots=True)
class Acceptance:
    """When somebody was put into the queue, and when which agent took them; seconds of one clock."""

    asked: float
    accepted: float
    agent: int


@dataclass(frozen=True, slots=True)
class Pace:
    """In seconds: from one acceptance of an agent to the next, and until free agents noticed."""

    intervals: Sequence[float] = ()
    reactions: Sequence[float] = ()


def pace(acceptances: Iterable[Acceptance]) -> Pace:
    """The pace at which a team takes conversations.

    Whoever waited already when their agent took the one before, shows how long that one kept the
    agent. Whoever came later shows how soon somebody was there for them.
    """
    before: dict[int, float] = {}
    intervals: list[float] = []
    reactions: list[float] = []
    for one in sorted(acceptances, key=lambda one: one.accepted):
        last = before.get(one.agent)
        before[one.agent] = one.accepted
        if last is None:
            continue  # what the agent did before is not known
        waited_already = one.asked <= last
        seconds = one.accepted - (last if waited_already else one.asked)
        if seconds <= PAUSE:
            (intervals if waited_already else reactions).append(seconds)
    return Pace(intervals, reactions)


def expected(*, place: int, free: int, busy: int, pace: Pace) -> Wait | None:
    """The wait of whoever stands at `place`, from 1 on; None if nobody can say.

    `free` and `busy` count the agents who take conversations now.
    """
    agents = free + busy
    if not agents:
        return None
    if place <= free:
        # Of some who came while everybody was busy it is not known; the median hears of them less
        # than the mean does. That of an exponential is log 2 of its mean.
        usual = median(pace.reactions) / log(2) if pace.reactions else 0.0
        known, before = len(pace.reactions), 1
        mean = _mean(usual, known, PRIOR_REACTION)
    else:
        usual = fmean(pace.intervals) if pace.intervals else 0.0
        known, before = len(pace.intervals), place - free
        mean = before * _mean(usual, known, PRIOR_INTERVAL) / agents
    evidence = min(PRIOR_WEIGHT + known, MOST_EVIDENCE)
    return _said(*(mean * _quantile(z, before, evidence) / 60 for z in (SOONEST, LATEST)))


def _mean(usual: float, known: int, prior: float) -> float:
    return (PRIOR_WEIGHT * prior + known * usual) / (PRIOR_WEIGHT + known)


def _quantile(z: float, departures: int, evidence: int) -> float:
    """The quantile at the normal deviate `z` of F with 2 * departures and 2 * evidence degrees."""
    a, b = 1 / (9 * departures), 1 / (9 * evidence)
    square = (1 - b) ** 2 - z * z * b
    middle = (1 - a) * (1 - b)
    rest = (1 - a) ** 2 - z * z * a
    root = sqrt(max(0.0, middle * middle - square * rest))
    return float(max(0.0, (middle + (root if z > 0 else -root)) / square) ** 3)


def _said(low: float, high: float) -> Wait | None:
    at_least = max(minutes for minutes in SAID if minutes <= low)
    at_most = next((minutes for minutes in SAID if minutes >= high), None)
    if at_most is not None:
        return Wait(at_least, at_most)
    return Wait(at_least, None) if at_least >= MORE_THAN else None
