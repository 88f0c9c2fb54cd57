"""The help centre's pages: what they show to whom, and what they cost."""

import re
from typing import Any

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from knowledgebase import actions, embeddings, views
from knowledgebase.excerpts import excerpt
from knowledgebase.models import Article, Category, Embedding, Encoder, Passage
from tests.factories import make_admin, make_agent, make_customer
from tests.knowledgebase.conftest import MakeArticle

pytestmark = pytest.mark.django_db

SECRET = "canary-7f3a"


@pytest.fixture(autouse=True)
def _same_vector_for_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    def vectors(texts: list[str], timeout: float = 1.0, **_how: object) -> Any:
        return np.eye(1, 384, dtype=np.float32).repeat(len(texts), 0)

    monkeypatch.setattr(embeddings, "encode", vectors)


@pytest.fixture
def shelf() -> Category:
    return Category.objects.create(name="Tents & poles", slug="tents", icon="tent")


def index(article: Article, text: str = "Slide the splint over the break") -> None:
    for position, kind in enumerate(["title", "body"]):
        passage = Passage.objects.create(
            article=article,
            version=article.versions.get(),
            position=position,
            kind=kind,
            language="en",
            title=article.versions.get().title,
            text=text,
        )
        Embedding.objects.create(
            passage=passage, encoder=Encoder.objects.get(), vector=np.eye(1, 384)[0]
        )


def pages(article: Article) -> list[str]:
    return [
        reverse("help-centre"),
        reverse("help-category", args=["tents"]),
        reverse("help-article", args=[article.slug]),
        reverse("help-search") + "?q=splint",
    ]


def test_the_help_centre_shows_topics_and_popular_articles(
    client: Client, make_article: MakeArticle, shelf: Category
) -> None:
    make_article(category=shelf, popular=True)
    make_article("On no shelf")
    Category.objects.create(name="Empty shelf", slug="empty")
    html = client.get("/help/").content.decode()
    assert "Tents &amp; poles" in html
    assert "Mend a broken tent pole" in html
    assert reverse("help-category", args=["other"]) in html
    assert "Empty shelf" not in html


def test_an_empty_help_centre_says_so_and_offers_a_person(client: Client) -> None:
    html = client.get("/help/").content.decode()
    assert "There are no articles yet" in html
    assert reverse("talk-to-a-human") in html


def test_an_article_has_contents_anchors_and_relatives(
    client: Client, make_article: MakeArticle, shelf: Category
) -> None:
    article, other = make_article(category=shelf, summary="In short"), make_article("Another")
    index(article)
    index(other)
    html = client.get(f"/help/{article.slug}/").content.decode()
    assert '<a href="#section-with-a-splint">With a splint</a>' in html
    assert '<h2 id="section-with-a-splint">With a splint</h2>' in html
    assert "In short" in html
    assert 'href="/help/another/"' in html
    assert 'href="/help/category/tents/"' in html


def test_a_draft_is_byte_for_byte_a_missing_article(
    client: Client, make_article: MakeArticle
) -> None:
    """And the same for one that was archived."""
    make_article("Draft one", SECRET, published=False)
    actions.archive_article(actor=None, article=make_article("Archived", SECRET))
    answers = [
        client.get(f"/help/{slug}/", headers={"cookie": ""})
        for slug in ("missing-x", "draft-one", "archived")
    ]
    assert [answer.status_code for answer in answers] == [404] * 3
    bodies = {strip_token(answer.content) for answer in answers}
    assert len(bodies) == 1
    assert SECRET.encode() not in bodies.pop()


def strip_token(content: bytes) -> bytes:
    """A page without the CSRF tokens, which are new each time."""
    return re.sub(rb"[A-Za-z0-9]{64}", b"", content)


def test_a_new_version_that_is_not_published_is_not_shown(
    client: Client, make_article: MakeArticle
) -> None:
    article = make_article()
    actions.save_article(actor=None, article=article, title=SECRET, body=SECRET)
    for url in pages(article)[2:]:
        assert SECRET not in client.get(url).content.decode()
    assert SECRET not in client.get("/help/category/other/").content.decode()


@pytest.mark.parametrize(("make", "status"), [(make_admin, 200), (make_agent, 404)])
def test_only_staff_see_a_draft_and_it_is_marked(
    client: Client, make_article: MakeArticle, make: Any, status: int
) -> None:
    article = make_article(published=False)
    client.force_login(make())
    answer = client.get(f"/help/{article.slug}/")
    assert answer.status_code == status
    assert ("not published" in answer.content.decode()) is (status == 200)


def test_hidden_articles_are_on_no_page(
    client: Client, make_article: MakeArticle, shelf: Category
) -> None:
    """Listings, counts, related articles and search."""
    public = make_article(category=shelf, popular=True)
    hidden = make_article(SECRET, SECRET, category=shelf, popular=True)
    for article in (public, hidden):
        index(article, SECRET if article == hidden else "Slide the splint")
    Article.objects.filter(pk=hidden.pk).update(state="archived", published=None)
    customer = make_customer(login=True).user
    assert customer is not None
    client.force_login(customer)
    for url in [*pages(public), reverse("help-search") + f"?q={SECRET}"]:
        html = client.get(url).content.decode()
        for own in (f'value="{SECRET}"', f"{SECRET} ·", f"?q={SECRET}"):  # the words asked for
            html = html.replace(own, "")
        assert SECRET not in html
    assert "1 article<" in client.get("/help/").content.decode()


@pytest.mark.parametrize("url", ["/help/category/missing/", "/help/category/other/", "/help/x/"])
def test_what_is_not_there_is_missing(client: Client, url: str) -> None:
    assert client.get(url).status_code == 404


def test_a_long_category_goes_on_in_pages_without_gaps(
    client: Client, make_article: MakeArticle, shelf: Category, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "PER_PAGE", 2)
    for title in ("B", "A", "B", "C", "D"):
        make_article(title, category=shelf)
    seen: list[str] = []
    url: str | None = "/help/category/tents/"
    while url:
        context = client.get(url).context
        seen += [article.published.title for article in context["articles"]]
        after = context["more_after"]
        url = f"/help/category/tents/?after={after}" if after else None
    assert seen == ["A", "B", "B", "C", "D"]
    for after in ("x", "-1", "9" * 30, "²", "999999"):
        assert client.get("/help/category/tents/", {"after": after}).status_code == 200


# --- search -------------------------------------------------------------------------------------


def test_a_search_marks_the_words_and_links_to_the_section(
    client: Client, make_article: MakeArticle
) -> None:
    index(make_article())
    html = client.get("/help/search/", {"q": "splint <b>"}).content.decode()
    assert "Slide the <mark>splint</mark> over the break" in html
    assert 'value="splint &lt;b&gt;"' in html
    assert 'href="/help/mend-a-broken-tent-pole/"' in html


def test_while_somebody_types_only_the_list_is_sent(
    client: Client, make_article: MakeArticle
) -> None:
    index(make_article())
    answer = client.get("/help/search/", {"q": "splint"}, headers={"HX-Request": "true"})
    assert b"<html" not in answer.content
    assert b"search-results" in answer.content
    assert "HX-Request" in answer["Vary"]


def test_without_the_encoder_the_page_says_that_it_searched_by_words(
    client: Client, make_article: MakeArticle, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: object, **_kwargs: object) -> None:
        raise embeddings.EncoderUnavailable("away")

    index(make_article())
    monkeypatch.setattr(embeddings, "encode", refuse)
    html = client.get("/help/search/", {"q": "splint"}).content.decode()
    assert "exact words only" in html
    assert "No article fits" in client.get("/help/search/", {"q": "zzz"}).content.decode()


def test_the_list_ends_where_the_rest_is_only_the_least_far(
    client: Client, make_article: MakeArticle
) -> None:
    near, far = make_article("Near"), make_article("Far")
    index(near)
    index(far)
    Embedding.objects.filter(passage__article=far).update(vector=np.eye(1, 384, 1)[0])
    html = client.get("/help/search/", {"q": "zzz"}).content.decode()
    assert 'href="/help/near/"' in html
    assert 'href="/help/far/"' not in html
    Article.objects.filter(pk=near.pk).update(state="draft", published=None)
    assert "No article fits" in client.get("/help/search/", {"q": "zzz"}).content.decode()


@pytest.mark.parametrize(
    "query",
    ["", " ", "\U0001f3d5", "x" * 100_000, "<script>alert(1)</script>", "'\"\\%s{}", "\u202e"],
)
def test_any_question_gets_a_page(client: Client, make_article: MakeArticle, query: str) -> None:
    index(make_article())
    answer = client.get("/help/search/", {"q": query})
    assert answer.status_code == 200
    assert b"<script>alert" not in answer.content


@pytest.mark.parametrize(
    "url", ["/help/", "/help/search/?q=x", "/help/category/other/", "/help/a/"]
)
def test_pages_are_only_read(client: Client, url: str) -> None:
    assert client.post(url).status_code == 405


def test_each_page_takes_as_many_queries_for_ten_articles_as_for_one(
    client: Client,
    make_article: MakeArticle,
    shelf: Category,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    article = make_article(category=shelf, popular=True)
    index(article)
    for url in pages(article):
        client.get(url)  # what is made once: sessions, content types, the rendered page
    counts: list[list[int]] = []
    for _ in range(2):
        counts.append([])
        for url in pages(article):
            with django_assert_max_num_queries(12) as queries:
                assert client.get(url).status_code == 200
            counts[-1].append(len(queries))
        for n in range(9):
            index(make_article(f"Another {n}", category=shelf, popular=True))
    assert counts[0] == counts[1]


# --- excerpts -----------------------------------------------------------------------------------


def test_an_excerpt_begins_near_the_first_word_that_was_asked_for() -> None:
    text = "Nothing of that here. " * 30 + "Then returning <b>a tent</b> is free. " + "More. " * 60
    made = excerpt(text, "Can I return it?")
    assert made.startswith("… ")
    assert made.endswith(" …")
    assert "<mark>returning</mark> &lt;b&gt;a tent&lt;/b&gt;" in made
    assert len(made) < 400


@pytest.mark.parametrize(("text", "query"), [("", ""), ("x" * 5000, "x" * 5000), ("a b", "(((")])
def test_an_excerpt_is_short_whatever_it_is_of(text: str, query: str) -> None:
    assert len(excerpt(text, query)) < 300
