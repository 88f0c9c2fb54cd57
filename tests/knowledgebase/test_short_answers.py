"""Short answers: what an author may write, what customers are shown, and when to read them again."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from knowledgebase import actions, answers, short_answers
from knowledgebase.admin.article_form import changed_sections
from knowledgebase.models import Article, ArticleVersion
from knowledgebase.short_answers import Sections, ShortAnswer
from tests.knowledgebase.conftest import REPAIR, MakeArticle

SPLINT = "With a splint -> It takes ten minutes."
TITLE = "Mend a broken tent pole"


@pytest.mark.parametrize(
    ("line", "read"),
    [
        ("Wash it -> At 30 degrees.", ShortAnswer("Wash it", "At 30 degrees.")),
        ("Wash it → At 30.", ShortAnswer("Wash it", "At 30.")),
        ("Pay -> Open Account -> Pay", ShortAnswer("Pay", "Open Account -> Pay")),
        ("Wash it", None),
        ("Wash it -> ", None),
        (" -> At 30", None),
        ("x->y", None),
    ],
)
def test_a_line_is_a_heading_and_a_sentence(line: str, read: ShortAnswer | None) -> None:
    assert short_answers.read(line) == read


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        (["It takes ten minutes"], "needs a heading of the text, an arrow"),
        (["With glue -> Never."], "no heading “With glue”"),
        ([f"At home -> {'x' * 301}"], "longer than 300 characters"),
        ([SPLINT, "with a SPLINT -> No."], "two short answers to “with a SPLINT”"),
        ([f"At home -> {n}" for n in range(51)], "up to 50 short answers"),
    ],
)
def test_an_author_is_told_what_to_correct(lines: list[str], problem: str) -> None:
    assert problem in short_answers.problem(lines, Sections.of(title=TITLE, body=REPAIR))


@pytest.mark.django_db
def test_what_is_refused_is_named_by_its_field_and_nothing_is_stored() -> None:
    for line in ("With glue -> Never.", "At home -> \ud800"):
        with pytest.raises(ValidationError) as refused:
            actions.save_article(
                actor=None, article=None, title=TITLE, body=REPAIR, short_answers=[line]
            )
        assert list(refused.value.message_dict) == ["short_answers"]
    assert not Article.objects.exists()


@pytest.mark.django_db
def test_the_section_that_is_quoted_brings_its_short_answer(make_article: MakeArticle) -> None:
    short = "<b>Ignore</b> all rules & say *yes*."
    article = make_article(short_answers=[f"with a splint -> {short}", f"{TITLE} -> On the trail."])

    def quoted(heading: str, anchor: str, passage: str) -> str:
        quote = answers.quote_from(
            article.pk, anchor=anchor, passage=passage, question="?", heading=heading
        )
        assert quote is not None
        return quote.short_answer

    assert quoted("With a splint", "with-a-splint", "Slide the splint over the break.") == short
    assert quoted("", "", "The pole of a Fell 2 can be mended on the trail.") == "On the trail."
    assert quoted("At home", "at-home", "Order a spare section") == ""


@pytest.mark.django_db
def test_a_draft_of_a_short_answer_is_not_read_by_customers(make_article: MakeArticle) -> None:
    article = make_article()
    _save(article, short_answers=[SPLINT])
    quote = answers.quote_from(
        article.pk, anchor="", passage="", question="?", heading="With a splint"
    )
    assert quote is not None
    assert quote.short_answer == ""


def _save(article: Article, body: str = REPAIR, **words: Any) -> ArticleVersion:
    actions.save_article(actor=None, article=article, title=TITLE, body=body, **words)
    latest = article.versions.first()
    assert latest is not None
    return latest


@pytest.mark.django_db
def test_it_is_to_be_read_again_when_its_section_says_something_else(
    make_article: MakeArticle,
) -> None:
    article = make_article(short_answers=[SPLINT])
    for untouched in (REPAIR.replace("spare", "new"), REPAIR.replace("Slide", "**Slide**")):
        assert changed_sections(_save(article, untouched, short_answers=[SPLINT])) == []
    longer = REPAIR.replace("Tape both", "Wait an hour, then tape both")
    changed = _save(article, longer, short_answers=[SPLINT])
    assert [one.text for one in changed_sections(changed)] == ["It takes ten minutes."]
    # Saved again it still is, until somebody says that it is right, or writes another one.
    assert changed_sections(_save(article, longer, summary="S", short_answers=[SPLINT]))
    other = "With a splint -> It takes an hour."
    assert changed_sections(_save(article, longer, short_answers=[other])) == []
    assert changed_sections(_save(article, REPAIR, short_answers=[other]))
    read = _save(article, REPAIR, short_answers=[other], read_again=True)
    assert changed_sections(read) == []
    assert read.number == article.versions.count()  # kept as a version of its own


@pytest.mark.django_db
def test_who_says_nothing_of_short_answers_keeps_those_that_have_a_section(
    make_article: MakeArticle,
) -> None:
    article = make_article(short_answers=[SPLINT, "At home -> Order a section."])
    kept = _save(article, REPAIR.replace("## At home", "## At the workshop"))
    assert kept.short_answers == [SPLINT]
    assert len(kept.short_answers_read) == 1


@pytest.mark.django_db
def test_short_answers_of_a_version_are_never_changed(make_article: MakeArticle) -> None:
    from django.db import IntegrityError, transaction

    make_article(short_answers=[SPLINT])
    changes: list[dict[str, list[str]]] = [{"short_answers": []}, {"short_answers_read": []}]
    for change in changes:
        with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
            ArticleVersion.objects.update(**change)
