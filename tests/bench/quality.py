"""How good the assistant is on sets of questions and texts that lie outside of the project.

`MEASURE_DATA=FOLDER make bench` measures on every set of a folder: `retrieval/*/` and `abstain/*/`
with `kb.jsonl`, `queries.jsonl` and perhaps `halves.json` (two lists of ids, A and B: one half is
indexed, questions on the other have no article), `understanding/*.jsonl` with labelled texts.
Each figure is what `manage.py evaluate` prints; of a set the first 3,500 rows are taken. A quarter
of an hour on two cores.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from statistics import mean

from helpdesk.demo.processes import ROOT
from tests.bench.figures import Figure
from tests.live import LiveHelpdesk

LIMIT = 3_500
SAMPLES = 5  # sample questions an article, where a set has several times as many questions
# What `evaluate retrieval` prints, what we aim at, and whether more is better.
WHOLE = {
    "recall at 1": ("at least .78", 0.78, True),
    "recall at 3": ("at least .92", 0.92, True),
}
APART = {
    "area, right first answers against the rest": ("at least .93", 0.93, True),
    "answered at 90% precision, of the answerable": ("at least .68", 0.68, True),
    "false answers, off topic": ("at most .02", 0.02, False),
    "false answers, on topic without article": ("at most .10", 0.10, False),
}
PRINTED = re.compile(r"^\s*(.+?)\s{2,}(?:recall )?(\d*\.\d+%?|\d+%)")


def measure(helpdesk: LiveHelpdesk, data: Path) -> list[Figure]:
    """The figures of every set in `data`, as means over the sets, each with what makes it up."""
    found: dict[str, list[tuple[str, float]]] = defaultdict(list)
    sampled = []
    for folder in sorted([*data.glob("retrieval/*/"), *data.glob("abstain/*/")]):
        _retrieval(helpdesk, folder, found)
        sampled += _with_samples(helpdesk, folder)
    figures = [_figure(name, found[name], *goal) for name, goal in (WHOLE | APART).items()]
    samples = f"recall at 1 with {SAMPLES} sample questions"
    figures.append(_figure(samples, sampled, "at least .93", 0.93, more=True))
    return [one for one in figures if one is not None] + _understanding(helpdesk, data)


def _retrieval(
    helpdesk: LiveHelpdesk, folder: Path, found: dict[str, list[tuple[str, float]]]
) -> None:
    files = _files(folder)
    halves = folder / "halves.json"
    runs: list[list[str]] = [[]] + ([["--only-ids", f"{halves}:A"]] if halves.exists() else [])
    for more in runs:
        printed = evaluate(helpdesk, "retrieval", *files, *more)
        for name, value in printed.items():
            if name in (APART if more or not halves.exists() else WHOLE) or (
                not more and name in WHOLE
            ):
                found[name].append((folder.name, value))


def _with_samples(helpdesk: LiveHelpdesk, folder: Path) -> list[tuple[str, float]]:
    """Recall at 1 where some of the questions are stored as samples, if there are enough of them."""
    articles, queries = (
        len((folder / name).read_text().splitlines()) for name in ("kb.jsonl", "queries.jsonl")
    )
    if queries < 2 * SAMPLES * articles:
        return []
    more = [*_files(folder), "--questions", str(SAMPLES)]
    printed = evaluate(helpdesk, "retrieval", *more)
    return [(folder.name, printed["recall at 1"])]


def _files(folder: Path) -> list[str]:
    return ["--kb", str(folder / "kb.jsonl"), "--queries", str(folder / "queries.jsonl")]


def _understanding(helpdesk: LiveHelpdesk, data: Path) -> list[Figure]:
    figures = []
    for texts in sorted(data.glob("understanding/*.jsonl")):
        for name, value in evaluate(helpdesk, "understanding", "--texts", str(texts)).items():
            goal, met = _goal_of_understanding(name, value)
            if goal:
                figures.append(Figure(f"{texts.stem}: {name}", value, "", goal, met))
    return figures


def _goal_of_understanding(name: str, value: float) -> tuple[str, bool]:
    if name.startswith("wants a person: F1"):
        return "at least .98", value >= 0.98
    if name.startswith("wants a person: false alarms"):
        return "at most .001", value <= 0.001
    if name.startswith("frustration: area"):
        return "at least .75", value >= 0.75
    if name.endswith("at 2% false alarms"):
        return "at least .85", value >= 0.85
    return "", True


def evaluate(helpdesk: LiveHelpdesk, *arguments: str) -> dict[str, float]:
    """What `manage.py evaluate` prints, by name; shares as 0 to 1."""
    with tempfile.NamedTemporaryFile(suffix=".jsonl") as out:
        ran = subprocess.run(
            [
                *(sys.executable, "manage.py", "evaluate", *arguments),
                *("--out", out.name, "--limit", str(LIMIT)),
            ],
            cwd=ROOT,
            env={**helpdesk.environment, "ENCODER": "local", "LOG_LEVEL": "ERROR"},
            capture_output=True,
            text=True,
            check=False,
        )
    assert ran.returncode == 0, ran.stdout[-2000:] + ran.stderr[-2000:]
    printed = {}
    for line in ran.stdout.splitlines():
        if match := PRINTED.match(line):
            number = match[2]
            share = float(number.rstrip("%")) / (100 if number.endswith("%") else 1)
            printed[match[1].strip()] = share
    return printed


def _figure(
    name: str, values: list[tuple[str, float]], goal: str, bar: float, more: bool
) -> Figure | None:
    if not values:
        return None
    value = mean(one for _set, one in values)
    met = value >= bar if more else value <= bar
    note = ", ".join(f"{where} {one:.3f}" for where, one in values)
    return Figure(f"{name}, mean over sets", value, "", goal, met, n=len(values), note=note)
