"""Saving, publishing and hiding articles: the rows, the events, and the silence elsewhere."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from knowledgebase import actions
from knowledgebase.models import Article, ArticleEvent, Category, Passage
from tests.factories import make_admin
from tests.knowledgebase.conftest import MakeArticle

pytestmark = pytest.mark.django_db


def kinds(article: Article) -> list[str]:
    return list(article.events.order_by("pk").values_list("kind", flat=True))


def save(article: Article | None = None, **words: Any) -> Article:
    words = {"title": "Wash a sleeping bag", "body": "Use cold water.", **words}
    return actions.save_article(actor=None, article=article, **words)


def add_passage(article: Article) -> None:
    Passage.objects.create(
        article=article, version=article.versions.get(), position=0, kind="body", text="x"
    )


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The articles a task was sent for."""
    found: list[int] = []
    monkeypatch.setattr(actions, "_index_soon", found.append)
    return found


def test_a_new_article_is_a_draft_with_one_version(sent: list[int]) -> None:
    author = make_admin()
    article = actions.save_article(
        actor=author, article=None, title=" Wash  a bag ", body="a\r\nb", questions=["How? ", ""]
    )
    version = article.versions.get()
    assert (article.state, article.slug, version.number) == ("draft", "wash-a-bag", 1)
    assert (version.title, version.body, version.questions) == ("Wash a bag", "a\nb", ["How?"])
    event = article.events.get()
    assert (event.kind, event.actor_id, event.version) == ("saved", author.pk, version)
    assert sent == []


def test_saving_the_same_again_leaves_no_trace() -> None:
    article = save()
    before = Article.objects.get().updated_at
    save(article)
    assert (article.versions.count(), kinds(article)) == (1, ["saved"])
    assert Article.objects.get().updated_at == before


def test_other_words_make_a_version_and_leave_the_public_one(make_article: MakeArticle) -> None:
    article = make_article()
    save(article)
    article.refresh_from_db()
    assert [v.number for v in article.versions.all()] == [2, 1]
    assert article.published is not None
    assert article.published.number == 1
    assert kinds(article) == ["saved", "published", "saved"]


def test_filing_elsewhere_makes_no_version() -> None:
    article = save()
    shelf = Category.objects.create(name="Care", slug="care")
    save(article, category=shelf, popular=True, slug="bag-care")
    article.refresh_from_db()
    assert (article.category, article.popular, article.slug) == (shelf, True, "bag-care")
    assert (article.versions.count(), kinds(article)) == (1, ["saved", "filed"])


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ({"title": " \x00 "}, "title"),
        ({"title": "x" * 301}, "title"),
        ({"summary": "x" * 501}, "summary"),
        ({"body": "x" * (actions.LONGEST_BODY + 1)}, "body"),
        ({"body": "half \ud800"}, "body"),
        ({"questions": ["x" * 501]}, "questions"),
        ({"questions": ["\udfff"]}, "questions"),
        ({"questions": ["x"] * 51}, "questions"),
        ({"language": "english please"}, "language"),
        ({"language": ""}, "language"),
        ({"external_id": "x" * 301}, "external_id"),
    ],
)
def test_what_cannot_be_stored_is_said_by_field(words: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as error:
        save(**words)
    assert list(error.value.message_dict) == [field]
    assert not Article.objects.exists()


def test_nul_bytes_are_left_out() -> None:
    version = save(title="Wa\x00sh", body="a\x00b", questions=["q\x00?"]).versions.get()
    assert (version.title, version.body, version.questions) == ("Wash", "ab", ["q?"])


def test_addresses_are_unique_and_are_no_page_of_the_help_centre() -> None:
    assert [save(title=title).slug for title in ("Wash", "Wash", "Search", "洗う", "搜索")] == [
        "wash",
        "wash-2",
        "search-article",
        "article",
        "article-2",
    ]


def test_publishing_points_to_the_version_and_asks_for_the_index(
    sent: list[int], django_capture_on_commit_callbacks: Any
) -> None:
    article = save()
    with django_capture_on_commit_callbacks(execute=True):
        actions.publish_article(actor=None, article=article)
    article.refresh_from_db()
    assert (article.state, article.published) == ("published", article.versions.get())
    assert (kinds(article), sent) == (["saved", "published"], [article.pk])
    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        actions.publish_article(actor=None, article=article)
    assert (callbacks, kinds(article)) == ([], ["saved", "published"])


def test_an_article_publishes_no_version_of_another() -> None:
    article, other = save(), save(title="Another")
    with pytest.raises(ValidationError):
        actions.publish_article(actor=None, article=article, version=other.versions.get())
    article.refresh_from_db()
    assert (article.state, kinds(article)) == ("draft", ["saved"])


@pytest.mark.parametrize(
    ("hide", "state", "kind"),
    [
        (actions.unpublish_article, "draft", ArticleEvent.Kind.UNPUBLISHED),
        (actions.archive_article, "archived", ArticleEvent.Kind.ARCHIVED),
    ],
)
def test_hiding_takes_the_passages_with_it_and_nothing_of_others(
    make_article: MakeArticle, hide: Any, state: str, kind: str
) -> None:
    article, other = make_article(), make_article("Another")
    add_passage(article)
    add_passage(other)
    for _ in range(2):  # the second time there is nothing to do
        hide(actor=None, article=article)
    article.refresh_from_db()
    assert (article.state, article.published) == (state, None)
    assert list(Passage.objects.values_list("article", flat=True)) == [other.pk]
    assert kinds(article) == ["saved", "published", kind]
    assert kinds(other) == ["saved", "published"]


def test_another_language_takes_the_passages_that_were_stemmed_by_the_old(
    make_article: MakeArticle,
) -> None:
    article = make_article()
    add_passage(article)
    version = article.versions.get()
    save(article, title=version.title, body=version.body, language="de")
    assert not Passage.objects.exists()
    assert kinds(article) == ["saved", "published", "filed"]


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_who_save_at_once_make_two_versions() -> None:
    article = save()

    def write(number: int) -> None:
        save(article, body=f"Text {number}")
        connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(8)))
    assert [v.number for v in article.versions.order_by("number")] == list(range(1, 10))
    assert kinds(article) == ["saved"] * 9
