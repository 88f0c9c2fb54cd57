"""Making the coefficients of the confidence from question sets, and what they are worth elsewhere.

Each set is indexed whole and by halves: with one half, every question about the other half is on
topic and has no article. Each set weighs the same. What is printed for a set is what a model that
was fitted on the other sets says of it. A set that may be measured with, and not learned from, is
left out of every fit.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.markup import escape

from bots import confidence
from bots.evaluation import figures, inputs, retrieval
from bots.evaluation.inputs import Query, Unusable
from bots.evaluation.retrieval import Plan
from knowledgebase.importing import Document

RIDGE = 1e-6  # the features are small numbers: more would flatten them
THRESHOLDS = (0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8)

WHOLE = "whole"

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Set:
    """Where a set of questions is. Without a file of halves they are drawn by the ids."""

    kb: Path
    queries: Path
    halves: Path | None = None
    learn: bool = True

    @property
    def name(self) -> str:
        return self.kb.parent.name


@dataclass(frozen=True, slots=True)
class Case:
    """A question in one of a set's three indexes."""

    features: tuple[float, ...]
    right: bool
    answerable: bool
    off_topic: bool
    which: str

    @property
    def whole(self) -> bool:
        return self.which == WHOLE


def run(sets: Sequence[Set], console: Console, limit: int | None = None) -> None:
    """Print, for each set, the figures by the others, and the coefficients by all. Raise Unusable."""
    read = {one.name: _read(one, console, limit) for one in sets}
    if len(read) < len(sets):
        raise Unusable("Two sets stand in folders of the same name.")
    cases = {name: list(_cases(name, *given, console)) for name, given in read.items()}
    learned = {one.name: cases[one.name] for one in sets if one.learn}
    if not learned:
        raise Unusable("There is no set to learn from.")
    for name in cases:
        others = [found for other, found in learned.items() if other != name] or [cases[name]]
        _tell(name, cases[name], fitted(others), console)
    made = fitted(list(learned.values()))
    console.print(f"\nINTERCEPT = {made[0]:.2f}")
    console.print(
        "LEAD, LEAD_ON_SECOND, CLOSEST, PHRASES, WORDS = "
        + ", ".join(f"{value:.2f}" for value in made[1:])
    )


def fitted(sets: Sequence[Sequence[Case]]) -> Numbers:
    """Intercept and coefficients that say best who is right, each set weighing the same."""
    given = np.array([[1.0, *case.features] for cases in sets for case in cases])
    right = np.array([case.right for cases in sets for case in cases], dtype=np.float64)
    weights = np.concatenate([np.full(len(cases), 1 / len(cases)) for cases in sets])
    weights /= weights.mean()
    ridge = np.full(given.shape[1], RIDGE * len(given))
    ridge[0] = 0
    found = np.zeros(given.shape[1])
    for _ in range(50):
        stated = 1 / (1 + np.exp(-given @ found))
        slope = given.T @ (weights * (right - stated)) - ridge * found
        curve = (given.T * (weights * stated * (1 - stated))) @ given + np.diag(ridge)
        step = np.linalg.solve(curve, slope)
        found = found + step
        if np.abs(step).max() < 1e-8:
            break
    return found


Parts = list[tuple[str, list[Document]]]


def _read(one: Set, console: Console, limit: int | None) -> tuple[Parts, list[Query]]:
    """The articles of a set, whole and by halves, and its questions."""
    plan = Plan(kb=one.kb, queries=one.queries, limit=limit)
    documents, asked = retrieval.prepared(plan, console)
    return list(_parts(one, documents)), asked


def _cases(name: str, parts: Parts, asked: list[Query], console: Console) -> Iterator[Case]:
    for which, part in parts:
        indexed = {document.id for document in part}
        console.print(f"{escape(name)}, {which}: {len(part)} articles")
        with retrieval.progress(console) as bars:
            for found in retrieval.measured(part, asked, bars):
                relevant = found.query.relevant & indexed
                yield Case(
                    features=confidence.features(found.result.hits).values,
                    right=bool(found.ranked) and found.ranked[0] in relevant,
                    answerable=bool(relevant),
                    off_topic=not found.query.relevant,
                    which=which,
                )


def _parts(one: Set, documents: list[Document]) -> Iterator[tuple[str, list[Document]]]:
    yield WHOLE, [replace(document) for document in documents]
    if one.halves:
        first = inputs.only_ids(f"{one.halves}:A")
    else:
        first = frozenset(d.id for d in documents if hashlib.sha256(d.id.encode()).digest()[0] % 2)
    yield "first half", [document for document in documents if document.id in first]
    yield "second half", [document for document in documents if document.id not in first]


def _tell(name: str, cases: Sequence[Case], model: Numbers, console: Console) -> None:
    sure = [float(1 / (1 + np.exp(-(model[0] + np.dot(model[1:], c.features))))) for c in cases]
    whole = [(s, c) for s, c in zip(sure, cases, strict=True) if c.whole]
    answerable = sum(case.answerable for _, case in whole)
    console.print(f"\n{escape(name)}, by a model of the other sets")
    for which in dict.fromkeys(case.which for case in cases):
        some = [(s, c.right) for s, c in zip(sure, cases, strict=True) if c.which == which]
        area = figures.area(some)
        console.print(f"  area, {which:<12} {area if area is not None else float('nan'):.3f}")
    area = figures.area([(s, c.right) for s, c in zip(sure, cases, strict=True)])
    console.print(f"  area, {'all three':<12} {area if area is not None else float('nan'):.3f}")
    share = figures.answered_at(figures.PRECISION, [(s, c.right) for s, c in whole])
    console.print(
        f"  answered at {figures.PRECISION:.0%} precision {share / max(answerable, 1):.3f}"
    )
    for at in THRESHOLDS:
        right = [c.right for s, c in whole if s >= at and c.answerable]
        off = [s >= at for s, c in zip(sure, cases, strict=True) if c.off_topic]
        without = [
            s >= at
            for s, c in zip(sure, cases, strict=True)
            if not c.answerable and not c.off_topic
        ]
        console.print(
            f"  from {at:.2f}: right answers {sum(right) / max(answerable, 1):.3f}, "
            f"right of the answers {figures.mean(right):.3f}, "
            f"false off topic {figures.mean(off):.3f}, without article {figures.mean(without):.3f}"
        )
