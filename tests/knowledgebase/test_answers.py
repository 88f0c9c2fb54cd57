"""What of an article is quoted, and when two passages say different things."""

import pytest

from knowledgebase import actions
from knowledgebase.answers import Quote, contradiction, quote, quote_from
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


def cut(body: str, passage: str, question: str, *, anchor: str = "") -> str:
    return quote(body, anchor=anchor, passage=passage, question=question).text


def test_a_section_that_fits_on_a_screen_is_quoted_whole_with_links_and_code_live() -> None:
    found = quote(
        STEPS,
        anchor="section-mend-the-pole",
        passage="2. Tape both ends with duct tape.",
        question="tape",
    )
    assert found.text.startswith("Do this in order:\n\n1. Slide")
    assert "`duct tape`" in found.text
    assert "3. See [the video](https://kestrelmoor.example/pole)." in found.text
    assert "Unrelated" not in found.text
    assert found.section == ""


def test_no_answer_is_a_yes_that_belongs_to_the_sentence_before() -> None:
    body = (
        "## Paying\n\nWe take cards and PayPal, but not Klarna.\n\n**Yes.** Your bank may ask you."
    )
    text = cut(
        body, "Yes. Your bank may ask you.", "can I pay with klarna", anchor="section-paying"
    )
    assert text.startswith("We take cards and PayPal, but not Klarna.")


def test_the_section_is_found_by_its_passage_where_its_heading_was_renamed() -> None:
    text = cut(STEPS, "2. Tape both ends with duct tape.", "tape", anchor="as-it-was-called-before")
    assert text.startswith("Do this in order:")
    assert "Unrelated" not in text


LONG = f"""## Mend the pole

{FILLER}

Do this in order:

1. Slide the sleeve over the break.
2. Tape both ends.

{FILLER}
"""


def test_of_a_long_section_the_steps_come_whole_with_what_introduces_them() -> None:
    passage = "Do this in order:\n1. Slide the sleeve over the break.\n2. Tape both ends."
    found = quote(
        LONG, anchor="section-mend-the-pole", passage=passage, question="how do I mend it"
    )
    assert found.text == (
        "Do this in order:\n\n1. Slide the sleeve over the break.\n2. Tape both ends."
    )


def test_all_of_a_long_section_is_there_to_be_opened() -> None:
    passage = "1. Slide the sleeve over the break.\n2. Tape both ends."
    found = quote(LONG, anchor="section-mend-the-pole", passage=passage, question="sleeve")
    assert found.section == LONG.split("\n\n", 1)[1].strip()
    assert found.text in found.section


def test_of_a_long_paragraph_the_sentences_that_answer_are_quoted() -> None:
    body = f"{FILLER} A refund takes five days. It goes to your card. {FILLER}"
    answer = cut(body, body, "how long does a refund take")
    assert "A refund takes five days." in answer
    assert len(answer.split()) <= 80


def test_code_is_quoted_with_its_fence() -> None:
    body = f"{FILLER}\n\nRun this:\n\n```\nmake demo\n```\n\n{FILLER}"
    assert cut(body, f"Run this:\nmake demo\n{FILLER}", "run make demo") == (
        "Run this:\n\n```\nmake demo\n```"
    )


@pytest.mark.parametrize("body", ["", "   ", "<div></div>", "#", "| a |\n|---|", "x" * 100_000])
def test_where_the_passage_is_not_in_the_text_it_is_quoted_itself(body: str) -> None:
    assert quote(body, anchor="", passage="Some words", question="question") == Quote("Some words")


@pytest.mark.django_db
def test_an_article_that_is_public_no_longer_is_not_quoted(make_article: MakeArticle) -> None:
    article = make_article()
    passage = "1. Slide the splint over the break.\n2. Tape both of its ends."

    def quoted() -> Quote | None:
        return quote_from(
            article.pk, anchor="section-with-a-splint", passage=passage, question="with a splint"
        )

    found = quoted()
    assert found is not None
    assert found.text.startswith("1. Slide the splint")
    assert found.text in REPAIR
    actions.unpublish_article(actor=None, article=article)
    assert quoted() is None


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
    lines = cut(PRICES, PRICES, question).split("\n")
    assert lines[:2] == PRICES.split("\n")[:2]
    assert [line.split("|")[1].strip() for line in lines[2:]] == rows


@pytest.mark.parametrize("question", ["what does delivery cost", "how many days to wait", ""])
def test_a_table_stays_whole_where_no_rows_stand_out(question: str) -> None:
    assert cut(PRICES, PRICES, question) == PRICES.strip()


def test_a_short_table_stays_whole() -> None:
    short = "\n".join(PRICES.split("\n")[:6])
    assert cut(short, short, "Ireland") == short
