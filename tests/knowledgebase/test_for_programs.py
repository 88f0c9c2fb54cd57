"""What programs read of the help centre: all that is published, and nothing else."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from knowledgebase import for_programs
from knowledgebase.models import Article, Category
from tests.factories import make_admin
from tests.knowledgebase.conftest import MakeArticle

pytestmark = pytest.mark.django_db

SECRET = "canary-7f3a"
SITE = "http://localhost:8000"
PLACES = ("/llms.txt", "/sitemap.xml", "/help/changes.atom")


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def test_an_article_is_read_as_markdown_with_its_title_and_its_address(
    client: Client, make_article: MakeArticle
) -> None:
    article = make_article("Mend a pole", "## With a splint\n\nSlide it <b>over</b> the break.")
    answer = client.get(f"/help/{article.slug}.md")
    assert answer["Content-Type"] == "text/markdown; charset=utf-8"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Link"] == f'<{SITE}/help/{article.slug}/>; rel="canonical"'
    lines = answer.content.decode().strip().split("\n\n")
    assert lines[0] == "# Mend a pole"
    assert "## With a splint" in lines
    assert "Slide it <b>over</b> the break." in lines
    assert re.fullmatch(rf"Source: {SITE}/help/{article.slug}/ \(\d{{4}}-\d\d-\d\d\)", lines[-1])
    page = text(client, f"/help/{article.slug}/")
    assert f'type="text/markdown" href="/help/{article.slug}.md"' in page


@pytest.mark.parametrize("state", [Article.State.DRAFT, Article.State.ARCHIVED])
def test_what_is_not_published_is_nowhere_not_even_for_an_admin(
    client: Client, make_article: MakeArticle, state: Article.State
) -> None:
    article = make_article(f"{SECRET} poles", SECRET)
    there = make_article("Wash a bag", "Cold.")
    Article.objects.filter(pk=article.pk).update(state=state, published=None)
    client.force_login(make_admin())
    assert client.get(f"/help/{article.slug}.md").status_code == 404
    for place in PLACES:
        said = text(client, place)
        assert there.slug in said, place
        assert SECRET not in said, place
        assert f"/{article.slug}" not in said, place


def test_the_list_for_assistants_has_the_shelves_in_their_order_and_a_person(
    client: Client, make_article: MakeArticle
) -> None:
    first = Category.objects.create(name="Tents & poles", slug="tents", position=1)
    second = Category.objects.create(name="Bags", slug="bags", position=2)
    bag = make_article("Wash a bag", "Cold.", category=second)
    pole = make_article("Mend a <pole>", "Slide.", category=first)
    loose = make_article("Anything", "Else.")
    said = text(client, "/llms.txt")
    assert said.startswith("# ")
    order = ["## Tents & poles", f"[Mend a <pole>]({SITE}/help/{pole.slug}.md)", "## Bags"]
    order += [f"[Wash a bag]({SITE}/help/{bag.slug}.md)", "## Other articles", loose.slug]
    places = [said.index(each) for each in order]
    assert places == sorted(places)
    assert f"{SITE}/talk-to-a-human/" in said


def test_the_site_map_and_the_feed_are_xml_with_what_changed_when(
    client: Client, make_article: MakeArticle
) -> None:
    article = make_article("Mend & wash <poles>", "Slide.")
    version = article.published
    assert version is not None
    site_map = ElementTree.fromstring(text(client, "/sitemap.xml"))  # noqa: S314  # ours
    places = [each.text for each in site_map.iter() if each.tag.endswith("loc")]
    assert [place for place in places if place and place.endswith(f"/help/{article.slug}/")]
    feed = ElementTree.fromstring(text(client, "/help/changes.atom"))  # noqa: S314  # ours
    titles = [each.text for each in feed.iter() if each.tag.endswith("title")]
    assert "Mend & wash <poles>" in titles
    assert version.created_at.date().isoformat() in text(client, "/help/changes.atom")


def test_search_engines_are_kept_from_conversations_and_led_to_the_articles(client: Client) -> None:
    said = text(client, "/robots.txt")
    assert "Disallow: /requests/" in said
    assert "Disallow: /help" not in said
    assert f"Sitemap: {SITE}/sitemap.xml" in said


@pytest.mark.parametrize("place", PLACES)
def test_ten_articles_cost_as_many_statements_as_one(
    client: Client,
    make_article: MakeArticle,
    place: str,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    make_article("One", "Words.")
    client.get(place)
    for number in range(10):
        make_article(f"Article {number}", "Words.")
    with django_assert_max_num_queries(3):
        text(client, place)


def test_the_list_for_assistants_ends_somewhere_and_says_so(
    client: Client, make_article: MakeArticle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(for_programs, "MOST_LISTED", 2)
    for number in range(3):
        make_article(f"Article {number}", "Words.")
    said = text(client, "/llms.txt")
    assert said.count(".md)") == 2
    assert "/sitemap.xml" in said


@pytest.mark.parametrize("address", ["/help/none.md", "/help/.md", "/help/a%00b.md"])
def test_an_article_that_is_not_there_is_missing(client: Client, address: str) -> None:
    assert client.get(address).status_code in (400, 404)
