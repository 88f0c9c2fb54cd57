"""Figures of a measurement: how often the right article comes first, and what a doubt is worth."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bots.evaluation.inputs import Query

PRECISION = 0.9


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the pipeline made of one question. `place` counts from 1; 0 if no right one is there."""

    query: Query
    answerable: bool
    place: int
    confidence: float
    answered: bool
    offered: bool

    @property
    def right(self) -> bool:
        return self.place == 1

    @property
    def off_topic(self) -> bool:
        return not self.query.relevant


def lines(outcomes: Sequence[Outcome]) -> list[tuple[str, str]]:
    """Every figure that can be had from these outcomes, with its name."""
    answerable = [one for one in outcomes if one.answerable]
    off_topic = [one for one in outcomes if one.off_topic]
    without = [one for one in outcomes if not one.answerable and not one.off_topic]
    found = [("questions", str(len(outcomes)))]
    if answerable:
        found += [
            (f"recall at {k}", f"{mean(0 < one.place <= k for one in answerable):.3f}")
            for k in (1, 3, 5)
        ]
        ranks = (1 / one.place if one.place else 0.0 for one in answerable)
        found.append(("mean reciprocal rank", f"{mean(ranks):.3f}"))
    stated = [(one.confidence, one.right) for one in outcomes]
    if (ranked := area(stated)) is not None:
        found.append(("area, right first answers against the rest", f"{ranked:.3f}"))
    if answerable:
        share = answered_at(PRECISION, stated) / len(answerable)
        found.append((f"answered at {PRECISION:.0%} precision, of the answerable", f"{share:.3f}"))
        shown = [one for one in answerable if one.answered]
        found.append(
            ("at the shipped threshold: answered, of the answerable", part(shown, answerable))
        )
        found.append(
            ("  of these the wrong article", part([o for o in shown if not o.right], shown))
        )
        offered = [one for one in answerable if one.offered]
        found.append(("  offered to choose from, of the answerable", part(offered, answerable)))
        among = [one for one in offered if 0 < one.place <= 3]
        found.append(("  of these the right one among three", part(among, offered)))
    for name, group in (("off topic", off_topic), ("on topic without article", without)):
        if group:
            answered = [one for one in group if one.answered]
            found.append((f"  false answers, {name}", part(answered, group)))
    return found


def mean(values: Iterable[float]) -> float:
    """The mean; 0 of nothing."""
    kept = list(values)
    return sum(kept) / len(kept) if kept else 0.0


def part(some: Sequence[object], of: Sequence[object]) -> str:
    """A share, with its counts."""
    return f"{len(some) / len(of):.3f} ({len(some)} of {len(of)})" if of else "none"


def area(stated: Sequence[tuple[float, bool]]) -> float | None:
    """The area under the curve: how often a right one states more than a wrong one."""
    right = sum(1 for _, is_right in stated if is_right)
    wrong = len(stated) - right
    if not right or not wrong:
        return None
    ordered = sorted(stated)
    ranks = 0.0
    at = 0
    while at < len(ordered):
        end = at
        while end < len(ordered) and ordered[end][0] == ordered[at][0]:
            end += 1
        middle = (at + 1 + end) / 2  # those that state the same share their places
        ranks += middle * sum(1 for _, is_right in ordered[at:end] if is_right)
        at = end
    return (ranks - right * (right + 1) / 2) / (right * wrong)


def answered_at(precision: float, stated: Sequence[tuple[float, bool]]) -> int:
    """The most right answers given at a threshold at which so many of the answers are right."""
    most = right = 0
    ordered = sorted(stated, reverse=True)
    for count, (confidence, is_right) in enumerate(ordered, start=1):
        right += is_right
        last_of_its_kind = count == len(ordered) or ordered[count][0] < confidence
        if last_of_its_kind and right >= precision * count:
            most = right
    return most
