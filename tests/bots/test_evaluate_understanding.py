"""`manage.py evaluate understanding`: its figures of a file made by hand, its rows, and what it refuses."""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from bots.evaluation.understanding import area
from bots.understanding import installed
from knowledgebase import embeddings
from knowledgebase.embeddings import EncoderUnavailable

pytestmark = pytest.mark.django_db

SHAPE = {
    "text": str,
    "wants_person": bool,
    "frustration": float,
    "frustrated": bool,
    "sensitive": list,
    "urgent": bool,
    "language": str,
    "feeling": str,
}


@pytest.fixture(autouse=True)
def _by_words_alone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def fails(*args: Any, **kwargs: Any) -> None:
        raise EncoderUnavailable("There is none.")

    installed.forget_all()
    monkeypatch.setattr(embeddings, "encode", fails)
    yield
    installed.forget_all()


def evaluate(tmp_path: Path, *lines: object, more: tuple[str, ...] = ()) -> tuple[str, list[Any]]:
    texts, out = tmp_path / "texts.jsonl", tmp_path / "out.jsonl"
    texts.write_text(
        "".join(f"{one if isinstance(one, str) else json.dumps(one)}\n" for one in lines)
    )
    printed = StringIO()
    call_command(
        "evaluate",
        *("understanding", "--texts", str(texts), "--out", str(out), *more),
        stdout=printed,
    )
    return printed.getvalue(), [json.loads(line) for line in out.read_text().splitlines()]


def row(text: str, label: str | None = None, **more: Any) -> dict[str, Any]:
    return {"text": text, **({"label": label} if label else {}), **more}


def figure(printed: str, name: str) -> str:
    return next(line.split(name)[1].strip() for line in printed.splitlines() if name in line)


def test_every_row_has_the_shape_that_is_promised(tmp_path: Path) -> None:
    texts = ["speek to an agemt pls", "I want to kill myself", "", "Wo ist meine Bestellung?"]
    printed, rows = evaluate(tmp_path, *map(row, texts))
    assert [one["text"] for one in rows] == texts
    for one in rows:
        assert {name: type(value) for name, value in one.items()} == SHAPE
        assert 0 <= one["frustration"] <= 1
    assert [one["wants_person"] for one in rows] == [True, False, False, False]
    assert [one["sensitive"] for one in rows] == [[], ["self_harm"], [], []]
    assert rows[3]["language"] == "de"
    assert "read by words alone" in printed
    assert "4 rows written" in printed
    assert "F1" not in printed, "without labels there is nothing to compare with"


def test_the_figures_of_a_wish_for_a_person_are_those_counted_by_hand(tmp_path: Path) -> None:
    printed, _rows = evaluate(
        tmp_path,
        row("I want to talk to a human", "human"),
        row("speek to an agemt pls", "human"),
        row("my favourite colour is green", "human"),  # missed
        row("contact customer service", "contact_support"),
        row("let me talk to a person", "no"),  # a false alarm
        row("where is my order", "no"),
        row("wash the tent", "no"),
        row("thanks", "no"),
    )
    assert figure(printed, "wants a person: F1") == "0.750"  # 2 * 3 / (2 * 3 + 1 + 1)
    assert figure(printed, "wants a person: false alarms") == "25.00% (1)"
    assert figure(printed, "wants a person: recall of human") == "0.667"
    assert figure(printed, "wants a person: recall of contact_support") == "1.000"


def test_the_figures_of_topics_are_those_counted_by_hand(tmp_path: Path) -> None:
    printed, _rows = evaluate(
        tmp_path,
        row("I will sue you", "legal"),
        row("Blue is nice", "legal"),  # missed
        row("My lawyer says hello", "none"),  # a false alarm
        row("Where is my order?", "none"),
        row("Wash the tent", "none"),
        row("Two mats, please", "none"),
    )
    assert figure(printed, "legal: as shipped") == "recall 0.50, false alarms 25.0%"
    # Of four a false alarm is more than 2 %, so that the bar is as high as the highest of them.
    assert figure(printed, "legal: at 2% false alarms") == "recall 0.00"
    assert figure(printed, "legal: area") == "0.625"  # (3.5 + 1.5) of 8
    assert figure(printed, "data_protection: as shipped") == "false alarms 0.0%"


def test_the_figures_of_feelings_are_those_counted_by_hand(tmp_path: Path) -> None:
    printed, _rows = evaluate(
        tmp_path,
        row("You useless liars, this is a disgrace!!", "dissatisfied"),
        row("Where is the shop?", "dissatisfied"),
        row("Where is the town?", "neutral"),
        row("Lovely, thank you, that is great", "neutral"),
    )
    assert figure(printed, "dissatisfied against neutral") == "0.875"  # (2 + 1.5) of 4
    assert figure(printed, "angry: of the dissatisfied / of the neutral") == "50.0% / 0.0%"


def test_earlier_turns_are_taken_as_said_by_whoever_said_them(tmp_path: Path) -> None:
    plain = ["Where is my order?", "Here is an article."]
    named = [
        {"who": "customer", "text": "Where is my order?"},
        {"speaker": "assistant", "text": "Sorry, I could not find it."},
    ]
    _printed, rows = evaluate(
        tmp_path,
        row("No, another one"),
        row("No, another one", context=plain),
        row("No, another one", context=named),
    )
    alone, answered, failed = (one["frustration"] for one in rows)
    assert alone < answered < failed


def test_only_the_first_rows_are_read_if_so_wished(tmp_path: Path) -> None:
    printed, rows = evaluate(
        tmp_path, *(row(f"Number {one}") for one in range(40)), more=("--limit", "33")
    )
    assert [one["text"] for one in rows] == [f"Number {one}" for one in range(33)]
    assert "33 rows written" in printed


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ({"label": "no"}, "has no text"),
        ({"text": 7}, "has no text"),
        ({"text": "hello", "context": "before"}, "context that is no list"),
        ('{"text": "cut off', "is not JSON"),
        ("[1, 2]", "is not a JSON object"),
    ],
)
def test_a_bad_row_is_refused_with_its_line_and_the_reason(
    tmp_path: Path, bad: object, reason: str
) -> None:
    with pytest.raises(CommandError) as refused:
        evaluate(tmp_path, row("fine"), bad)
    assert "Line 2 of" in str(refused.value)
    assert reason in str(refused.value)
    assert not (tmp_path / "out.jsonl").exists(), "nothing is written of half a file"


def test_what_cannot_be_read_or_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"has no texts"):
        evaluate(tmp_path)
    missing = str(tmp_path / "missing.jsonl")
    with pytest.raises(CommandError, match=r"missing\.jsonl"):
        call_command("evaluate", "understanding", "--texts", missing, "--out", str(tmp_path / "o"))
    (tmp_path / "t.jsonl").write_text('{"text": "hello"}\n')
    with pytest.raises(CommandError, match="cannot be written"):
        call_command(
            *("evaluate", "understanding", "--texts", str(tmp_path / "t.jsonl")),
            *("--out", str(tmp_path / "nowhere" / "o")),
        )


@pytest.mark.parametrize(
    ("above", "below", "expected"),
    [([2, 3], [0, 1], 1.0), ([0], [1, 2], 0.0), ([1], [1], 0.5), ([1, 3], [2, 2], 0.5)],
)
def test_the_area_counts_pairs(above: list[int], below: list[int], expected: float) -> None:
    assert area(np.array(above), np.array(below)) == expected
