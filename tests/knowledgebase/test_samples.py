"""Sample questions and the sections that authors name behind an arrow."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from knowledgebase import actions, samples
from knowledgebase.samples import Sample
from tests.knowledgebase.conftest import REPAIR


@pytest.mark.parametrize(
    ("line", "read"),
    [
        ("How long?", Sample("How long?")),
        ("How long? -> Make a claim", Sample("How long?", "Make a claim")),
        ("How long? \u2192  Make a claim ", Sample("How long?", "Make a claim")),
        ("from A -> B -> Delivery", Sample("from A -> B", "Delivery")),
        ("x->y", Sample("x->y")),
        ("-> Delivery", Sample("-> Delivery")),
        ("How long? -> ", Sample("How long? ->")),
        ("", Sample("")),
    ],
)
def test_a_line_is_a_question_and_perhaps_a_heading(line: str, read: Sample) -> None:
    assert samples.read(line) == read


@pytest.mark.parametrize("line", [" -> " * 1000, "-" * 5000 + ">", "a -> " * 2000 + "b"])
def test_a_line_of_arrows_is_read_at_once(line: str) -> None:
    assert samples.read(line[:500]).question


@pytest.mark.django_db
def test_an_author_is_told_of_a_heading_that_is_not_there() -> None:
    with pytest.raises(ValidationError, match="no heading \u201cWith glue\u201d") as refused:
        actions.save_article(
            actor=None, article=None, title="T", body=REPAIR, questions=["How? -> With glue"]
        )
    assert list(refused.value.message_dict) == ["questions"]
    article = actions.save_article(
        actor=None,
        article=None,
        title="Mend it",
        body=REPAIR,
        questions=["How? -> with a splint", "What? -> Mend it"],
    )
    assert article.versions.get().questions == ["How? -> with a splint", "What? -> Mend it"]


def test_an_arrow_in_a_customers_words_names_no_section() -> None:
    assert samples.read(samples.plain("Leeds -> York?")) == Sample("Leeds \u2013 York?")
