"""`manage.py evaluate retrieval`: its figures, its files, and that the live articles stay as they are."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from bots.evaluation import figures, inputs
from bots.evaluation.inputs import Query, Unusable
from knowledgebase import apart, embeddings
from knowledgebase.models import Article, Encoder, Passage
from tests.factories import make_article

pytestmark = pytest.mark.django_db

ARTICLES = [
    {"id": "pole", "title": "Mend a tent pole", "body": "Slide a sleeve over the break."},
    {"id": "bag", "title": "Wash a sleeping bag", "body": "Wash down cold and dry it slowly."},
    {"id": "stove", "title": "Clean a stove", "body": "Brush the burner of the Ember."},
    {"id": "return", "title": "Send it back", "body": "Returns are free for thirty days."},
]
QUESTIONS = [
    {"query": "my tent pole broke", "relevant": ["pole"]},
    {"query": "how do I wash a sleeping bag", "relevant": ["bag"]},
    {"query": "clean the stove", "relevant": ["stove"]},
    {"query": "tallest mountain of Peru", "relevant": []},
]


def lines(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path, Path]:
    return (
        lines(tmp_path / "kb.jsonl", ARTICLES),
        lines(tmp_path / "queries.jsonl", QUESTIONS),
        tmp_path / "out.jsonl",
    )


def evaluate(files: tuple[Path, Path, Path], *more: str) -> tuple[str, list[dict[str, Any]]]:
    kb, queries, out = files
    printed = StringIO()
    call_command(
        "evaluate",
        *("retrieval", "--kb", str(kb), "--queries", str(queries), "--out", str(out), *more),
        stdout=printed,
    )
    return printed.getvalue(), [json.loads(line) for line in out.read_text().splitlines()]


@pytest.fixture(scope="module")
def encoder() -> None:
    embeddings.warm()


@pytest.mark.model
@pytest.mark.usefixtures("encoder")
def test_questions_are_ranked_and_the_live_articles_stay(files: tuple[Path, Path, Path]) -> None:
    live = make_article("Live and untouched")
    before = (Article.objects.count(), Passage.objects.count(), Encoder.objects.count())
    printed, rows = evaluate(files)
    assert [row["query"] for row in rows] == [question["query"] for question in QUESTIONS]
    assert [row["ranked"][0] for row in rows[:3]] == ["pole", "bag", "stove"]
    for row in rows:
        assert set(row) == {"query", "ranked", "confidence", "answered", "offered"}
        assert 0 <= row["confidence"] <= 1
        assert not (row["answered"] and row["offered"])
    assert "recall at 1" in printed
    assert "false answers, off topic" in printed
    assert (Article.objects.count(), Passage.objects.count(), Encoder.objects.count()) == before
    assert Article.objects.get().pk == live.pk


@pytest.mark.model
@pytest.mark.usefixtures("encoder")
def test_with_only_some_articles_the_other_questions_have_none(
    files: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    halves = tmp_path / "halves.json"
    halves.write_text(json.dumps({"A": ["pole", "bag"], "B": ["stove", "return"]}))
    printed, rows = evaluate(files, "--only-ids", f"{halves}:A", "--limit", "3")
    assert len(rows) == 3
    assert {one for row in rows for one in row["ranked"]} <= {"pole", "bag"}
    assert "on topic without article" in printed


@pytest.mark.model
@pytest.mark.usefixtures("encoder")
def test_questions_taken_as_samples_are_not_asked(files: tuple[Path, Path, Path]) -> None:
    lines(files[1], [*QUESTIONS, {"query": "the pole of my tent is bent", "relevant": ["pole"]}])
    printed, rows = evaluate(files, "--questions", "1")
    assert "taken from the queries" in printed
    assert [row["query"] for row in rows] == [
        "tallest mountain of Peru",
        "the pole of my tent is bent",
    ]


def test_whatever_is_written_apart_is_undone_even_by_a_failure() -> None:
    make_article("Live")

    def fails_apart() -> None:
        with apart.knowledge_base():
            assert not Article.objects.exists()
            make_article("Apart")
            assert Article.objects.count() == 1
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails_apart()
    assert [article.published.title for article in Article.objects.all() if article.published] == [
        "Live"
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "cannot be read"),
        ("", "has no questions"),
        ("{", "is not JSON"),
        ("[1]", "is not a JSON object"),
        ('{"relevant": []}', "has no query"),
        ('{"query": "a", "relevant": {}}', "no list of relevant ids"),
    ],
)
def test_a_broken_file_is_named_in_a_sentence(
    files: tuple[Path, Path, Path], content: str | None, said: str
) -> None:
    if content is None:
        files[1].unlink()
    else:
        files[1].write_text(content)
    with pytest.raises(CommandError, match=said) as refused:
        evaluate(files)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("content", "name", "ids"),
    [
        ('["a", 2]', "", {"a", "2"}),
        ("a\nb\n", "", {"a", "b"}),
        ('{"A": ["a"], "B": ["b"]}', ":B", {"b"}),
    ],
)
def test_ids_are_a_list_or_lines_or_one_of_several_lists(
    tmp_path: Path, content: str, name: str, ids: set[str]
) -> None:
    path = tmp_path / "ids"
    path.write_text(content)
    assert inputs.only_ids(f"{path}{name}") == ids


def test_of_several_lists_one_has_to_be_named(tmp_path: Path) -> None:
    path = tmp_path / "ids.json"
    path.write_text('{"A": ["a"], "B": ["b"]}')
    with pytest.raises(Unusable, match=":A, :B"):
        inputs.only_ids(str(path))


def test_the_area_is_how_often_a_right_answer_states_more() -> None:
    assert figures.area([(0.9, True), (0.1, False)]) == 1
    assert figures.area([(0.1, True), (0.9, False)]) == 0
    assert figures.area([(0.5, True), (0.5, False)]) == 0.5
    assert figures.area([(0.5, True)]) is None


def test_answers_at_a_precision_are_counted_at_whole_thresholds() -> None:
    stated = [(0.9, True), (0.8, True), (0.8, False), (0.7, True)]
    assert figures.answered_at(1.0, stated) == 1
    assert figures.answered_at(0.75, stated) == 3
    assert figures.answered_at(0.9, [(0.9, False)]) == 0


def test_a_question_without_its_article_is_neither_answerable_nor_off_topic() -> None:
    one = figures.Outcome(Query("q", frozenset({"gone"})), False, 0, 0.9, True, False)
    printed = dict(figures.lines([one]))
    assert printed["  false answers, on topic without article"] == "1.000 (1 of 1)"
    assert "  false answers, off topic" not in printed
