"""A run of a task in words, for whoever works here."""

from __future__ import annotations

from bots.doing.deciding import RECORD
from bots.models import TaskRun


def in_words(run: TaskRun, detail: str = "") -> str:
    """Where a run is, in a line for staff: the task, what it is about, how far it came and why no further."""
    about = [str(run.record.get("reference") or run.facts.get(RECORD) or "")]
    about += [f"{key}: {value}" for key, value in run.facts.items() if key != RECORD]
    said = ", ".join(filter(None, about))
    words = f"“{run.task.name}”{f' ({said})' if said else ''}: {run.get_state_display()}"
    return f"{words}: {detail or run.problem}" if detail or run.problem else words
