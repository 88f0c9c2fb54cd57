"""A figure: what was measured, its floor on this machine, and what we aim at."""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Figure:
    """`value` and `floor` in `unit`; `goal` in words; `n` samples."""

    name: str
    value: float
    unit: str
    goal: str
    met: bool
    floor: float | None = None
    n: int = 1
    note: str = ""


def timed(work: Callable[[], object], *, times: int, warm: int = 2) -> list[float]:
    """The milliseconds of each run, after some that do not count."""
    for _ in range(warm):
        work()
    taken = []
    for _ in range(times):
        started = perf_counter()
        work()
        taken.append((perf_counter() - started) * 1000)
    return taken


def median(samples: Sequence[float]) -> float:
    return statistics.median(samples)


def percentile(samples: Sequence[float], share: float) -> float:
    """The sample below which `share` (0 to 1) of them lie."""
    return sorted(samples)[min(len(samples) - 1, int(len(samples) * share))]


def show(figures: Sequence[Figure], path: Path) -> None:
    """A table for people on the screen, JSON for machines in a file."""
    table = Table(title="Measured on this machine")
    for column in ("what", "measured", "floor", "goal", "met", "samples"):
        table.add_column(column, justify="left" if column in ("what", "goal") else "right")
    for figure in figures:
        table.add_row(
            f"{figure.name}\n[dim]{figure.note}[/]" if figure.note else figure.name,
            f"{figure.value:.1f} {figure.unit}" if figure.unit else f"{figure.value:.3g}",
            "" if figure.floor is None else f"{figure.floor:.1f} {figure.unit}",
            figure.goal,
            "[green]yes[/]" if figure.met else "[red]no[/]",
            str(figure.n),
        )
    Console(width=130).print(table)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([asdict(figure) for figure in figures], indent=2))
    Console().print(f"The same as JSON: {path}")
