"""Sections that come as near to what customers ask of another one as its own text does."""

from __future__ import annotations

import pytest

from knowledgebase import competing
from knowledgebase.models import Article
from tests.knowledgebase.conftest import MakeArticle
from tests.knowledgebase.test_search import add, unit

pytestmark = pytest.mark.django_db

ASKED = unit(1, 0)


@pytest.fixture
def article(make_article: MakeArticle) -> Article:
    """A section with a heading and a sample question, and a text that answers them."""
    article = make_article()
    add(article, "Title. Mine", ASKED, kind="heading", n=0, heading="Mine")
    add(article, "how?", ASKED, kind="question", n=1, heading="Mine")
    add(article, "my text", unit(1, 0.5), n=2, heading="Mine")
    return article


def test_a_section_of_another_article_that_is_nearer_is_named_with_the_question(
    article: Article, make_article: MakeArticle
) -> None:
    other = make_article("Other")
    add(other, "their text", unit(1, 0.1), n=0, heading="Theirs")
    add(other, "far", unit(0, 1), n=1, heading="Far")
    (rival,) = competing.rivals(article)["mine"]
    assert (rival.article_id, rival.heading, rival.anchor) == (other.pk, "Theirs", "theirs")
    assert rival.slug == other.slug


def test_a_section_of_the_same_article_competes_for_questions_not_for_headings(
    article: Article,
) -> None:
    add(article, "the next", unit(1, 0.5), n=3, heading="Next")
    (rival,) = competing.rivals(article)["mine"]
    assert (rival.heading, rival.question) == ("Next", "how?")
    article.passages.filter(kind="question").delete()
    assert competing.rivals(article) == {}


def test_what_is_further_or_not_public_does_not_compete(
    article: Article, make_article: MakeArticle
) -> None:
    add(article, "further", unit(1, 1), n=3, heading="Further")
    draft = make_article("Draft", published=False)
    add(draft, "their text", unit(1, 0), n=0, heading="Theirs")
    add(make_article("Asked"), "how?", ASKED, kind="question", n=0, heading="Theirs")
    assert competing.rivals(article) == {}
