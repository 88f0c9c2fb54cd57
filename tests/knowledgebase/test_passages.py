"""Articles cut into passages."""

import time

import pytest

from knowledgebase.models import Passage
from knowledgebase.passages import MOST, WORDS, cut, length
from tests.knowledgebase.conftest import REPAIR

BODY = Passage.Kind.BODY


def test_title_questions_and_each_section_are_passages_of_their_own() -> None:
    pieces = cut(title="Mend a pole", body=REPAIR, questions=["My pole snapped?", " "])
    assert [(p.kind.value, p.heading, p.anchor) for p in pieces] == [
        ("title", "", ""),
        ("question", "", ""),
        ("body", "", ""),
        ("heading", "With a splint", "section-with-a-splint"),
        ("body", "With a splint", "section-with-a-splint"),
        ("heading", "At home", "section-at-home"),
        ("body", "At home", "section-at-home"),
    ]
    assert pieces[3].encoded("Mend a pole") == "Mend a pole. With a splint"
    assert pieces[4].text == "1. Slide the splint over the break.\n2. Tape both of its ends."
    assert pieces[4].encoded("Mend a pole").startswith("Mend a pole. With a splint. 1. Slide")
    assert pieces[1].encoded("Mend a pole") == "My pole snapped?"


def test_a_long_text_is_cut_near_sixty_words_between_sentences() -> None:
    body = "\n\n".join(["One sentence of seven words stands here."] * 100)
    pieces = [p for p in cut(title="T", body=body) if p.kind == BODY]
    assert len(pieces) > 8
    assert all(WORDS * 0.7 <= length(p.text) <= WORDS * 1.3 for p in pieces)
    assert all(p.text.endswith(".") for p in pieces)
    assert "\n".join(p.text for p in pieces).count("sentence") == 100


def test_a_step_stays_whole_and_keeps_its_number() -> None:
    step = "Turn the valve until " + "it clicks and " * 20 + "stops."
    body = "\n".join(f"{n}. {step}" for n in range(1, 6))
    pieces = [p for p in cut(title="T", body=body) if p.kind == BODY]
    assert [line[:2] for p in pieces for line in p.text.split("\n")] == [
        "1.",
        "2.",
        "3.",
        "4.",
        "5.",
    ]


def test_code_tables_and_tags_are_kept_as_text() -> None:
    body = "```\nfell --reset\n```\n\n| Tent | Days |\n|-|-|\n| Fell 2 | 30 |\n\n<p>Some <b>more</b></p>"
    (piece,) = [p for p in cut(title="T", body=body) if p.kind == BODY]
    assert piece.text == "fell --reset\nTent: Fell 2; Days: 30\nSome more"


def test_a_short_rest_joins_the_passage_before_it() -> None:
    body = "Seven words are in every sentence here. " * 9 + "\n\nA rest."
    pieces = [p for p in cut(title="T", body=body) if p.kind == BODY]
    assert [p.text.endswith("A rest.") for p in pieces] == [True]


@pytest.mark.parametrize(
    "body",
    [
        "",
        "\n \n",
        "x" * 1_000_000,
        "word " * 200_000,
        "A sentence. " * 80_000,
        "\u65e5\u672c\u8a9e" * 300_000,
        "- item\n" * 5_000,
        "[" * 50_000,
        "\U0001f3d5" * 1000,
        "```\n" + "line\n" * 100_000,
    ],
    ids=[
        "empty",
        "blank",
        "word",
        "words",
        "line",
        "japanese",
        "list",
        "brackets",
        "emoji",
        "code",
    ],
)
def test_any_text_is_cut_in_time_into_passages_of_a_sane_size(body: str) -> None:
    started = time.monotonic()
    pieces = cut(title="T", body=body)
    assert time.monotonic() - started < 10
    assert 1 <= len(pieces) <= MOST
    assert all(0 < len(p.text) <= 2_000 for p in pieces)


def test_a_sample_question_belongs_to_the_section_behind_its_arrow() -> None:
    lines = [
        "It broke → with a splint",
        "What is it? -> Mend a pole",
        "a -> b?",
        "My pole snapped?",
    ]
    pieces = cut(title="Mend a pole", body=REPAIR, questions=lines)
    questions = [p for p in pieces if p.kind == Passage.Kind.QUESTION]
    assert [(p.text, p.heading, p.anchor) for p in questions] == [
        ("It broke", "With a splint", "section-with-a-splint"),
        ("What is it?", "Mend a pole", ""),  # what stands before the first heading
        ("a", "", ""),  # there is no such section: the article's, until somebody names one
        ("My pole snapped?", "", ""),
    ]
    (together,) = [p for p in pieces if p.kind == Passage.Kind.ASKED]
    assert "->" not in together.text
