"""The help centre by the API: what is published, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from knowledgebase.models import Article, ArticleVersion, Category, Passage
from knowledgebase.search import ArticleHit, SearchResult
from tests.factories import make_article
from tests.tickets.api.conftest import ARTICLES, Caller
from tickets.api.views import articles as views

pytestmark = pytest.mark.django_db


def make_draft(title: str) -> Article:
    article = Article.objects.create(slug="not-yet")
    ArticleVersion.objects.create(article=article, number=1, title=title, body=title)
    return article


def test_the_list_pages_through_every_published_article_once(shop: Caller) -> None:
    slugs = [make_article().slug for _ in range(5)]
    seen: list[str] = []
    address: str | None = f"{ARTICLES}?page_size=2"
    while address:
        page = shop.get(address).json()
        seen += [row["slug"] for row in page["results"]]
        address = page["next"]
    assert seen == slugs


def test_an_article_is_read_with_its_text(shop: Caller) -> None:
    article = make_article("Mend a pole", body="Slide the **sleeve** over the break.")
    article.category = Category.objects.create(slug="care", name="Care")
    article.save()
    assert article.published is not None
    found = shop.get(f"{ARTICLES}{article.slug}/").json()
    assert found.pop("url").endswith(f"{article.slug}/")
    assert found == {
        "slug": article.slug,
        "title": "Mend a pole",
        "summary": "",
        "category": {"slug": "care", "name": "Care"},
        "language": "en",
        "updated_at": f"{article.published.created_at:%Y-%m-%dT%H:%M:%S.%fZ}",
        "body": "Slide the **sleeve** over the break.",
    }


def test_a_draft_is_404_and_in_no_list(shop: Caller) -> None:
    """Also its title and its text stay inside."""
    draft = make_draft("CANARY-draft")
    make_article()
    missing = shop.get(f"{ARTICLES}nothing-here/")
    response = shop.get(f"{ARTICLES}{draft.slug}/")
    assert response.status_code == 404
    told, nothing = response.json()["error"], missing.json()["error"]
    assert told.pop("request_id") != nothing.pop("request_id")
    assert told == nothing
    assert b"CANARY-draft" not in shop.get(ARTICLES).content


def test_the_list_costs_the_same_for_one_article_and_for_ten(
    shop: Caller, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    shop.get(ARTICLES)
    category = Category.objects.create(slug="care", name="Care")
    for wanted in (1, 10):
        while Article.objects.count() < wanted:
            article = make_article()
            article.category = category
            article.save()
        with django_assert_num_queries(2):
            assert len(shop.get(ARTICLES).json()["results"]) == wanted


def test_search_shows_the_passage_that_fits_and_links_to_its_heading(
    shop: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, int]] = []

    def search(query: str, *, limit: int) -> SearchResult:
        asked.append((query, limit))
        hit = ArticleHit(
            article_id=1,
            slug="mend-a-pole",
            title="Mend a pole",
            heading="On the way",
            anchor="on-the-way",
            passage="Slide the sleeve over the break.",
            cosine=0.8,
            lexical=0.1,
            score=0.66,
            matched="body",
        )
        return SearchResult(hits=[hit], by_meaning=True)

    monkeypatch.setattr(views, "search", search)
    found = shop.get(f"{ARTICLES}search/", {"q": " broken pole ", "limit": 3}).json()
    assert asked == [("broken pole", 3)]
    assert found["by_meaning"] is True
    (hit,) = found["results"]
    assert hit.pop("url").endswith("mend-a-pole/#on-the-way")
    assert hit == {
        "slug": "mend-a-pole",
        "title": "Mend a pole",
        "heading": "On the way",
        "passage": "Slide the sleeve over the break.",
        "score": 0.66,
    }


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({}, "q"),
        ({"q": "  "}, "q"),
        ({"q": "x" * 501}, "q"),
        ({"q": "pole", "limit": 21}, "limit"),
        ({"q": "pole", "state": "draft"}, "state"),
    ],
)
def test_a_search_that_is_not_right_names_the_parameter(
    shop: Caller, query: dict[str, object], field: str
) -> None:
    response = shop.get(f"{ARTICLES}search/", query)
    assert response.status_code == 400
    assert list(response.json()["error"]["fields"]) == [field]


def test_the_real_search_costs_the_same_for_one_article_and_for_ten(
    shop: Caller, settings: Any, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """By words only, since no encoder of this name has vectors; and the answer says so."""
    settings.ENCODER_MODEL = "none"
    shop.get(ARTICLES)
    for wanted in (1, 10):
        while Article.objects.count() < wanted:
            article = make_article()
            assert article.published is not None
            Passage.objects.create(
                article=article,
                version=article.published,
                position=1,
                kind=Passage.Kind.BODY,
                language="en",
                title=article.published.title,
                text="Slide the sleeve over the broken pole.",
            )
        with django_assert_num_queries(3):
            found = shop.get(f"{ARTICLES}search/", {"q": "sleeve", "limit": 20}).json()
        assert found["by_meaning"] is False
        assert len(found["results"]) == wanted
        assert found["results"][0]["passage"] == "Slide the sleeve over the broken pole."
