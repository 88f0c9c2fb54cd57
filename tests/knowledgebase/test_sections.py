"""Which section of an article is quoted, and which others may be meant beside it."""

from __future__ import annotations

import pytest

from knowledgebase import actions, sections
from tests.knowledgebase.conftest import MakeArticle
from tests.knowledgebase.test_search import add, unit

pytestmark = pytest.mark.django_db

ASKED = unit(1, 0)


def test_the_section_whose_text_and_heading_are_nearest_is_first(make_article: MakeArticle) -> None:
    article = make_article()
    for n, (heading, text_aside, heading_aside) in enumerate(
        [("Near in text", 0.1, 3.0), ("Near in both", 0.2, 0.1), ("Far", 3.0, 3.0)]
    ):
        add(article, heading, unit(1, heading_aside), kind="heading", n=2 * n, heading=heading)
        add(article, f"text {n}", unit(1, text_aside), n=2 * n + 1, heading=heading)
    found = sections.find(article.pk, "zzz", ASKED)
    assert [one.heading for one in found] == ["Near in both", "Near in text", "Far"]
    assert found[0].anchor == "near in both"
    assert found[0].passage == "text 1"


def test_what_stands_before_the_first_heading_goes_by_the_title(make_article: MakeArticle) -> None:
    article = make_article()
    add(article, "Title", unit(1, 0.1), kind="title", n=0)
    add(article, "the start", unit(1, 0.2), n=1)
    add(article, "Later", unit(1, 2), kind="heading", n=2, heading="Later")
    add(article, "the rest", unit(1, 0.2), n=3, heading="Later")
    assert [one.heading for one in sections.find(article.pk, "zzz", ASKED)] == ["", "Later"]


def test_a_sample_question_that_says_the_same_decides(make_article: MakeArticle) -> None:
    article = make_article()
    add(article, "how long", unit(1, 0.05), kind="question", n=0, heading="Further")
    add(article, "of no section", unit(1, 0), kind="question", n=1)
    add(article, "near", unit(1, 0.3), n=2, heading="Near")
    add(article, "further", unit(1, 0.5), n=3, heading="Further")
    found = sections.find(article.pk, "zzz", ASKED)
    assert [one.heading for one in found] == ["Further", "Near"]


def test_a_sample_question_that_is_far_changes_nothing(make_article: MakeArticle) -> None:
    article = make_article()
    add(article, "near", unit(1, 0.3), n=2, heading="Near")
    add(article, "further", unit(1, 0.5), n=3, heading="Further")
    before = sections.find(article.pk, "zzz", ASKED)
    add(article, "another matter", unit(1, 3), kind="question", n=0, heading="Further")
    assert sections.find(article.pk, "zzz", ASKED) == before


def test_a_section_without_a_vector_of_its_heading_is_still_found(
    make_article: MakeArticle,
) -> None:
    """As in an article that was indexed before headings were: the start has no advantage there."""
    article = make_article()
    add(article, "Title", unit(1, 0.1), kind="title", n=0)
    add(article, "the start", unit(1, 0.3), n=1)
    add(article, "text", unit(1, 0.1), n=2, heading="Old")
    assert [one.heading for one in sections.find(article.pk, "zzz", ASKED)] == ["Old", ""]


def test_only_what_nearly_ties_is_nearby_and_at_most_two(make_article: MakeArticle) -> None:
    article = make_article()
    for n, aside in enumerate([0.05, 0.1, 0.15, 0.2, 3.0]):
        add(article, f"text {n}", unit(1, aside), n=n, heading=f"H{n}")
    found = sections.find(article.pk, "zzz", ASKED)
    assert [one.heading for one in sections.nearby(found)] == ["H1", "H2"]
    assert sections.nearby(found[-1:]) == sections.nearby([]) == []


def test_of_an_article_that_is_not_public_nothing_is_found(make_article: MakeArticle) -> None:
    article = make_article()
    add(article, "text", unit(1, 0.1), heading="There")
    actions.unpublish_article(actor=None, article=article)
    assert sections.find(article.pk, "zzz", ASKED) == []


@pytest.mark.parametrize("vector", [unit(1, 0)[:3], unit(1, 0) * float("nan")])
def test_a_vector_that_does_not_fit_finds_nothing(make_article: MakeArticle, vector) -> None:  # type: ignore[no-untyped-def]
    article = make_article()
    add(article, "text", unit(1, 0.1), heading="There")
    assert sections.find(article.pk, "zzz", vector) == []
