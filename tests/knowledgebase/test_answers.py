"""What of an article is quoted, and when two passages say different things."""

import pytest

from knowledgebase import actions
from knowledgebase.answers import answer_from, contradiction, cut_answer
from tests.knowledgebase.conftest import REPAIR, MakeArticle

FILLER = " ".join(f"Sentence number {n} speaks of the weather in the hills." for n in range(12))
STEPS = """Before you start, dry the tent.

## Mend the pole

Do this in order:

1. Slide the sleeve over the break.
2. Tape both ends with `duct tape`.
3. See [the video](https://kestrelmoor.example/pole).

## Something else

Unrelated words stand here.
"""


def test_steps_stay_whole_and_links_and_code_live() -> None:
    answer = cut_answer(STEPS, "2. Tape both ends with duct tape.", "how do I tape it")
    assert answer.startswith("1. Slide")
    assert "`duct tape`" in answer
    assert "3. See [the video](https://kestrelmoor.example/pole)." in answer
    assert "Unrelated" not in answer


def test_what_introduces_the_steps_comes_with_them() -> None:
    passage = (
        "Do this in order:\n1. Slide the sleeve over the break.\n"
        "2. Tape both ends with duct tape.\n3. See the video."
    )
    assert cut_answer(STEPS, passage, "pole").startswith("Do this in order:\n\n1.")


def test_a_short_passage_is_quoted_as_it_is() -> None:
    body = "Bags are washed cold.\n\n## Drying\n\nDry it slowly, with **two** balls."
    assert cut_answer(body, "Dry it slowly, with two balls.", "dryer") == (
        "Dry it slowly, with **two** balls."
    )


def test_of_a_long_paragraph_the_sentences_that_answer_are_quoted() -> None:
    body = f"{FILLER} A refund takes five days. It goes to your card. {FILLER}"
    answer = cut_answer(body, body, "how long does a refund take")
    assert "A refund takes five days." in answer
    assert len(answer.split()) <= 80


def test_code_is_quoted_with_its_fence() -> None:
    body = f"{FILLER}\n\nRun this:\n\n```\nmake demo\n```\n"
    assert cut_answer(body, f"Run this:\nmake demo\n{FILLER}", "run make demo") == (
        "Run this:\n\n```\nmake demo\n```"
    )


@pytest.mark.parametrize("body", ["", "   ", "<div></div>", "#", "| a |\n|---|", "x" * 100_000])
def test_where_the_passage_is_not_in_the_text_it_is_quoted_itself(body: str) -> None:
    assert cut_answer(body, "Some words", "question") == "Some words"


@pytest.mark.django_db
def test_an_article_that_is_public_no_longer_is_not_quoted(make_article: MakeArticle) -> None:
    article = make_article()
    passage = "1. Slide the splint over the break.\n2. Tape both of its ends."
    assert answer_from(article.pk, passage, "splint").startswith("1. Slide the splint")
    assert answer_from(article.pk, passage, "splint") in REPAIR
    actions.unpublish_article(actor=None, article=article)
    assert answer_from(article.pk, passage, "splint") == ""


@pytest.mark.parametrize(
    ("one", "other", "contradicts"),
    [
        ("Send tents back within 30 days.", "Send tents back within 14 days.", True),
        ("Send tents back within 30 days.", "Tents: send them back within 30 days.", False),
        ("The stove may be flown with.", "The stove may not be flown with.", True),
        ("Send tents back within 30 days.", "Sleeping bags take 14 days to dry.", False),
        ("", "", False),
        ("Zelte darf man waschen.", "Zelte darf man nicht waschen.", True),
    ],
)
def test_contradictions_are_other_numbers_or_a_not(one: str, other: str, contradicts: bool) -> None:
    assert bool(contradiction(one, other)) is contradicts


PRICES = """| Where | Working days | Price |
|---|---|---|
| UK mainland | 2 to 3 | £3.95 |
| UK mainland, express | 1 | £7.95 |
| Ireland | 3 to 5 | £7.50 |
| Germany, France | 4 to 6 | £9.50 |
| Norway, Switzerland | 6 to 9 | £18.00 |
"""


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        ("do you ship to norway", ["Norway, Switzerland"]),
        ("how much is express delivery", ["UK mainland, express"]),
        ("Ireland or Germany?", ["Ireland", "Germany, France"]),
    ],
)
def test_of_a_long_table_the_rows_that_answer_are_quoted_under_its_head(
    question: str, rows: list[str]
) -> None:
    lines = cut_answer(PRICES, PRICES, question).split("\n")
    assert lines[:2] == PRICES.split("\n")[:2]
    assert [line.split("|")[1].strip() for line in lines[2:]] == rows


@pytest.mark.parametrize("question", ["what does delivery cost", "how many days to wait", ""])
def test_a_table_stays_whole_where_no_rows_stand_out(question: str) -> None:
    assert cut_answer(PRICES, PRICES, question) == PRICES.strip()


def test_a_short_table_stays_whole() -> None:
    short = "\n".join(PRICES.split("\n")[:6])
    assert cut_answer(short, short, "Ireland") == short
