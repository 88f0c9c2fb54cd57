"""How good the answers to the demo's articles are: `python -m tests.bench.questions [closed]`.

`questions/open.jsonl` was looked at while the answers were built, `questions/closed.jsonl` was not: its
figures are the ones that count. Each row has a question as a customer types it, the sections that answer
it (none where no article does), and words that must be in what is shown. Each is asked as it is and in
frames: with an order number or a greeting, with a sentence of story, and two at once.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "questions"
FRAMES: dict[str, Callable[[str], str]] = {
    "plain": lambda asked: asked,
    "with an order number": lambda asked: f"Hi, my order number is KM-48213. {asked}",
    "with a greeting and thanks": lambda asked: f"Hello there!\n{asked}\nThanks a lot, Jo",
    "with a story before": lambda asked: f"We bought a Fell 2 for our trip to Wales. {asked}",
    "with a story after": lambda asked: f"{_ended(asked)} We are off to the Cairngorms on Friday.",
}
_MARKS = re.compile(r"[*_`#>|]|\]\([^)]*\)|\[")


@dataclass(frozen=True, slots=True)
class Row:
    query: str
    sections: frozenset[tuple[str, str]]  # article and heading
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Given:
    """What came of one question: whether it was answered, rightly, and how sure that was."""

    row: Row
    answered: bool
    right: bool
    confidence: float


def read(name: str) -> list[Row]:
    lines = (FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    return [
        Row(
            row["query"],
            frozenset((one["article"], one["heading"]) for one in row["sections"]),
            tuple(row["words"]),
        )
        for row in rows
    ]


def give(row: Row, asked: str) -> Given:
    from bots.management.commands.ask import answered

    answer = answered(asked)
    quoted = answer["sources"] if answer["decision"] == "answer" else []
    right = any(_answers(row, source) for source in quoted)
    return Given(row, bool(quoted), right, answer["confidence"])


def _answers(row: Row, source: dict[str, Any]) -> bool:
    """Whether a quoted section is one of those that answer, and shows the words that matter."""
    if (source["article"], source["heading"]) not in row.sections:
        return False
    text = _plain(f"{source['heading']} {source['text']}")
    return all(_plain(words) in text for words in row.words)


def figures(given: Sequence[Given]) -> dict[str, float]:
    answerable = [one for one in given if one.row.sections]
    others = [one for one in given if not one.row.sections]
    answered = [one for one in answerable if one.answered]
    return {
        "answerable": len(answerable),
        "quoted text answers": _share(one.right for one in answerable),
        "answered": _share(one.answered for one in answerable),
        "wrong among the answered": _share(not one.right for one in answered),
        "area": area([(one.confidence, one.right) for one in answered]),
        "false answers": _share(one.answered for one in others),
    }


def area(pairs: Sequence[tuple[float, bool]]) -> float:
    """The share of pairs, one right and one wrong, of which the right one is surer; ties count half."""
    right = [sure for sure, is_right in pairs if is_right]
    wrong = [sure for sure, is_right in pairs if not is_right]
    if not right or not wrong:
        return 1.0
    won: float = sum((a > b) + 0.5 * (a == b) for a in right for b in wrong)
    return won / (len(right) * len(wrong))


def measure(name: str) -> Iterator[tuple[str, dict[str, float]]]:
    rows = read(name)
    for frame, put in FRAMES.items():
        yield frame, figures([give(row, put(row.query)) for row in rows])
    answerable = [row for row in rows if row.sections]
    both = []
    for first, second in zip(answerable[::2], answerable[1::2], strict=False):
        asked = f"{_ended(first.query)} {_ended(second.query)}"
        both += [give(row, asked) for row in (first, second)]
    # Which of two questions a wrong section was meant for, nobody can say.
    yield "two at once", {"quoted text answers": _share(one.right for one in both)}


def _share(values: Iterable[bool]) -> float:
    found = list(values)
    return sum(found) / len(found) if found else 0.0


def _ended(asked: str) -> str:
    return asked if asked[-1] in ".?!" else f"{asked}?"


def _plain(text: str) -> str:
    return " ".join(_MARKS.sub("", text).split()).casefold()


def main() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")
    django.setup()
    for frame, found in measure("closed" if "closed" in sys.argv else "open"):
        shown = ", ".join(f"{name} {value:.3f}" for name, value in found.items())
        print(f"{frame}: {shown}", flush=True)  # noqa: T201  # what it is for


if __name__ == "__main__":
    main()
