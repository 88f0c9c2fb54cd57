"""`manage.py evaluate understanding`: what is understood of texts, and how right that is.

Rows may carry `context`, the earlier turns: texts, or {"who": "customer" or another, "text"}.
Where they carry a `label` that is known here, figures are printed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn
from rich.table import Table

from bots.evaluation.inputs import Unusable, rows
from bots.understanding import Analysis, Utterance, installed, understand_many
from bots.understanding.catalogue import SENSITIVE
from bots.understanding.vocabulary import ANGRY, CONFUSED, DISTRESSED, FRUSTRATED

AT_ONCE = 32  # messages that are encoded together
FALSE_ALARMS = 0.02
SHOWN_FROM = 0.7  # of frustration: a turn that shows some; what is said of a person asks for more
_PERSON = ("human", "contact_support", "wants_person", "person", "agent")
_NOT_PERSON = ("no", "other", "none")
_CUSTOMER = ("customer", "user", "visitor")


@dataclass(frozen=True, slots=True)
class Row:
    utterance: Utterance
    label: str | None


def run(texts: Path, out: Path, limit: int | None, console: Console) -> None:
    """Read `texts`, write one line each to `out`, print what can be measured."""
    found = [_row(row, where) for where, row in rows(texts)]
    if not found:
        raise Unusable(f"{texts} has no texts.")
    if limit is not None:
        found = found[:limit]
    if not installed.detectors().ready:
        console.print("The encoder is not available: texts are read by words alone.")
    readings: list[Analysis] = []
    with (
        _opened(out) as file,
        Progress(
            "reading", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=console
        ) as progress,
    ):
        task = progress.add_task("", total=len(found))
        for start in range(0, len(found), AT_ONCE):
            part = found[start : start + AT_ONCE]
            for row, reading in zip(
                part, understand_many([row.utterance for row in part]), strict=True
            ):
                readings.append(reading)
                file.write(json.dumps(_line(row, reading), ensure_ascii=False) + "\n")
            progress.advance(task, len(part))
    _print(found, readings, console)
    console.print(f"{len(readings)} rows written to {out}")


def _opened(out: Path) -> Any:
    try:
        return out.open("w", encoding="utf-8")
    except OSError as error:
        raise Unusable(f"{out} cannot be written: {error.strerror or error}.") from error


def _row(row: Mapping[str, Any], where: str) -> Row:
    text = row.get("text")
    if not isinstance(text, str):
        raise Unusable(f"{where} has no text.")
    context = row.get("context") or []
    if not isinstance(context, list):
        raise Unusable(f"{where} has a context that is no list.")
    earlier: list[str] = []
    answers: list[str] = []
    # Plain texts are taken for turns about, the assistant's the last before this one.
    for back, turn in enumerate(reversed(context)):
        if isinstance(turn, Mapping):
            who = str(turn.get("who") or turn.get("role") or turn.get("speaker") or "").lower()
            said, own = str(turn.get("text", "")), who in _CUSTOMER
        else:
            said, own = str(turn), back % 2 == 1
        (earlier if own else answers).insert(0, said)
    label = row.get("label")
    return Row(Utterance(text, earlier, answers), label if isinstance(label, str) else None)


def _line(row: Row, reading: Analysis) -> dict[str, Any]:
    values = reading.values
    return {
        "text": row.utterance.text,
        "wants_person": _wants_contact(reading),
        "frustration": values["frustration"].value,
        "frustrated": _is_frustrated(reading),
        "sensitive": values["sensitive"].value,
        "urgent": bool(values["urgent"].value),
        "language": values["language"].value,
        "feeling": values["feeling"].value,
    }


def _wants_contact(reading: Analysis) -> bool:
    """A wish for a person, or for the hours in which there is one: both are wishes for contact."""
    return bool(reading.values["wants_person"].value or reading.values["asks_hours"].value)


def _is_frustrated(reading: Analysis) -> bool:
    named = reading.values["feeling"].value in (FRUSTRATED, ANGRY, DISTRESSED)
    return named or float(reading.values["frustration"].value) >= SHOWN_FROM


def _print(found: Sequence[Row], readings: Sequence[Analysis], console: Console) -> None:
    labels = np.array([row.label or "" for row in found])
    table = Table("figure", "value", box=None)
    for name, value in (
        *_person(labels, readings),
        *_frustration(labels, readings),
        *_sensitive(labels, readings),
    ):
        table.add_row(name, value)
    if table.row_count:
        console.print(table)


def _person(labels: np.ndarray, readings: Sequence[Analysis]) -> list[tuple[str, str]]:
    wanted, not_wanted = np.isin(labels, _PERSON), np.isin(labels, _NOT_PERSON)
    if not wanted.any() or not not_wanted.any() or not np.isin(labels, _PERSON[:2]).any():
        return []
    said = np.array([_wants_contact(one) for one in readings])
    right, missed = int((said & wanted).sum()), int((~said & wanted).sum())
    false = int((said & not_wanted).sum())
    f1 = 2 * right / max(1, 2 * right + missed + false)
    found = [
        ("wants a person: F1", f"{f1:.3f}"),
        ("wants a person: false alarms", f"{false / not_wanted.sum():.2%} ({false})"),
    ]
    found += [
        (f"wants a person: recall of {label}", f"{said[labels == label].mean():.3f}")
        for label in sorted(set(labels[wanted]))
    ]
    return found


def _frustration(labels: np.ndarray, readings: Sequence[Analysis]) -> list[tuple[str, str]]:
    bad, neutral = labels == "dissatisfied", labels == "neutral"
    if not bad.any() or not neutral.any():
        return []
    level = np.array([float(one.values["frustration"].value) for one in readings])
    names = np.array([str(one.values["feeling"].value) for one in readings])
    found = [
        (
            "frustration: area, dissatisfied against neutral",
            f"{area(level[bad], level[neutral]):.3f}",
        )
    ]
    found += [
        (
            f"{name}: of the dissatisfied / of the neutral",
            f"{(names[bad] == name).mean():.1%} / {(names[neutral] == name).mean():.1%}",
        )
        for name in (CONFUSED, FRUSTRATED, ANGRY, DISTRESSED)
    ]
    return found


def _sensitive(labels: np.ndarray, readings: Sequence[Analysis]) -> list[tuple[str, str]]:
    none = labels == "none"
    slugs = [
        one.definition.slug
        for one in installed.detectors().trained
        if one.definition.kind == SENSITIVE
    ]
    if not none.any() or not any((labels == slug).any() for slug in slugs):
        return []
    found = []
    for slug in slugs:
        there = labels == slug
        said = np.array([slug in one.values["sensitive"].value for one in readings])
        score = np.array([one.scores.get(slug, 0.0) for one in readings])
        alarms = f"false alarms {said[none].mean():.1%}"
        if not there.any():
            found.append((f"{slug}: as shipped", alarms))
            continue
        bar = np.sort(score[none])[::-1][int(FALSE_ALARMS * none.sum())]
        found += [
            (f"{slug}: as shipped", f"recall {said[there].mean():.2f}, {alarms}"),
            (
                f"{slug}: at {FALSE_ALARMS:.0%} false alarms",
                f"recall {(score[there] > bar).mean():.2f}",
            ),
            (f"{slug}: area", f"{area(score[there], score[none]):.3f}"),
        ]
    return found


def area(above: np.ndarray, below: np.ndarray) -> float:
    """How often one of the first is above one of the second; a tie counts half."""
    order = np.sort(below)
    under = np.searchsorted(order, above, side="left") + np.searchsorted(order, above, side="right")
    return float(under.mean() / (2 * len(order)))
