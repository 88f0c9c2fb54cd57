"""`manage.py fit_confidence`: what it learns from, and what it only measures."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from rich.console import Console

from bots.evaluation import fit
from bots.evaluation.fit import Case, Set
from bots.evaluation.inputs import Unusable


def cases(slope: float, count: int = 200) -> list[Case]:
    """Cases whose first feature says how likely they are right, with the slope given."""
    random = np.random.default_rng(3)
    made: list[Case] = []
    for value in random.uniform(-1, 1, size=count):
        right = bool(random.uniform() < 1 / (1 + np.exp(-slope * value)))
        which = fit.WHOLE if len(made) % 2 else "first half"
        made.append(Case((float(value), 0.0, 0.0, 0.0, 0.0), right, True, False, which))
    return made


SETS = {"likely": cases(6.0), "unlike": cases(-6.0)}


def sets(*, learn_unlike: bool) -> list[Set]:
    return [
        Set(Path("likely/kb"), Path("q")),
        Set(Path("unlike/kb"), Path("q"), learn=learn_unlike),
    ]


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> None:
    def read(name: str, *_given: Any) -> Iterator[Case]:
        yield from SETS[name]

    monkeypatch.setattr(fit, "_read", lambda *_given: ([], []))
    monkeypatch.setattr(fit, "_cases", read)


def run(some: list[Set]) -> str:
    printed = StringIO()
    fit.run(some, Console(file=printed, width=200))
    return printed.getvalue()


def lead(printed: str) -> float:
    (line,) = (line for line in printed.splitlines() if line.startswith("LEAD, "))
    return float(line.split("=")[1].split(",")[0])


@pytest.mark.usefixtures("given")
def test_a_set_that_is_only_measured_leaves_the_coefficients_alone() -> None:
    alone = run(sets(learn_unlike=True)[:1])
    both = run(sets(learn_unlike=False))
    assert lead(both) == lead(alone) > 3
    assert "unlike, by a model of the other sets" in both
    assert abs(lead(run(sets(learn_unlike=True)))) < 1  # they cancel each other out


@pytest.mark.usefixtures("given")
def test_with_nothing_to_learn_from_nothing_is_fitted() -> None:
    with pytest.raises(Unusable, match="learn from"):
        run([Set(Path("unlike/kb"), Path("q"), learn=False)])


@pytest.mark.usefixtures("given")
def test_each_index_has_its_area_and_all_have_one_together() -> None:
    printed = run(sets(learn_unlike=False))
    for which in ("whole", "first half", "all three"):
        assert f"area, {which}" in printed


def test_a_set_that_is_not_there_cannot_be_only_measured() -> None:
    with pytest.raises(CommandError, match="no set elsewhere"):
        call_command(
            "fit_confidence", "--set", "likely/kb.jsonl:q.jsonl", "--only-measure", "elsewhere"
        )
