"""Articles in the admin: versions, publishing, restoring, and who reads what."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from knowledgebase import actions as articles
from knowledgebase.models import Article, ArticleEvent, Category
from tests.tickets.admin.conftest import Change, errors_on, list_of, sent_by, url_of
from tickets.models import Event, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def article(odhran: User) -> Article:
    """Published, in one version."""
    made = articles.save_article(
        actor=odhran,
        article=None,
        title="Mend a pole",
        body="Slide the sleeve over the break.\n\n## Splint\n\nTape it for 90 days.",
        summary="What to do on the hill.",
        questions=["pole broke"],
    )
    return articles.publish_article(actor=odhran, article=made)


def _press(client: Client, article: Article, button: str) -> Any:
    url = f"/admin/knowledgebase/article/{article.pk}/do/{button}/"
    return client.post(url, follow=True)


def test_a_new_article_is_a_draft_in_its_first_version(client: Client, odhran: User) -> None:
    category = Category.objects.create(name="Tents", slug="tents", icon="tent")
    url = list_of(Article, "add")
    values = {
        **sent_by(client.get(url)),
        "title": "Pitch the Fell 2",
        "body": "Stake the corners.\r\nRaise the pole.",
        "questions": "how do I pitch it\r\n\r\n  tent   up ",
        "category": category.pk,
    }
    saved = client.post(url, values, follow=True)

    article = Article.objects.get()
    assert saved.redirect_chain == [(url_of(article), 302)]
    assert "“Pitch the Fell 2” is saved as a draft." in saved.content.decode()
    version = article.versions.get()
    assert (article.state, article.published, article.category) == ("draft", None, category)
    assert version.body == "Stake the corners.\nRaise the pole."
    assert version.questions == ["how do I pitch it", "tent up"]
    assert version.author == odhran
    event = Event.objects.get()
    assert (event.kind, event.data["name"]) == ("setting.added", "Pitch the Fell 2")


def test_saving_writes_a_version_and_customers_read_the_old_one(
    change: Change, article: Article, odhran: User
) -> None:
    first = article.published
    assert change(article, body="Send it to us.", note="Splints failed").status_code == 302

    article.refresh_from_db()
    newest = article.versions.first()
    assert newest is not None
    assert (newest.number, newest.body, newest.note) == (2, "Send it to us.", "Splints failed")
    assert (article.state, article.published) == ("published", first)
    event = Event.objects.get()
    assert (event.kind, event.actor_user) == ("setting.changed", odhran)
    assert event.data["changes"] == {"version": [1, 2]}


def test_save_and_publish_does_both_at_once(change: Change, article: Article) -> None:
    change(article, title="Mend a tent pole", knowledgebase_article_save_and_publish="1")

    article.refresh_from_db()
    assert article.published is not None
    assert article.published.title == "Mend a tent pole"
    assert Event.objects.get().data["changes"] == {
        "title": ["Mend a pole", "Mend a tent pole"],
        "version": [1, 2],
        "public_version": [1, 2],
    }


def test_the_language_is_chosen_by_its_name(client: Client, article: Article) -> None:
    Article.objects.filter(pk=article.pk).update(language="tlh")  # as an import may have named it
    page = client.get(url_of(article)).content.decode()
    assert '<option value="de">German</option>' in page
    assert '<option value="tlh" selected>tlh</option>' in page


def test_saving_it_as_it_was_opened_writes_nothing(change: Change, article: Article) -> None:
    before = ArticleEvent.objects.count()
    assert change(article).status_code == 302
    assert article.versions.count() == 1
    assert ArticleEvent.objects.count() == before
    assert not Event.objects.exists()


@pytest.mark.parametrize(
    ("button", "state", "public"),
    [("unpublish", "draft", [1, None]), ("archive", "archived", [1, None])],
)
def test_taking_it_from_customers_is_recorded(
    client: Client, article: Article, button: str, state: str, public: list[Any]
) -> None:
    _press(client, article, button)
    article.refresh_from_db()
    assert (article.state, article.published) == (state, None)
    assert Event.objects.get().data["changes"] == {
        "state": ["published", state],
        "public_version": public,
    }


def test_publishing_shows_the_newest_version(
    client: Client, article: Article, odhran: User
) -> None:
    articles.save_article(actor=odhran, article=article, title="Mend a pole", body="New")
    _press(client, article, "publish")
    article.refresh_from_db()
    assert article.published is not None
    assert article.published.body == "New"
    assert Event.objects.get().data["changes"] == {"public_version": [1, 2]}


def test_an_earlier_version_comes_back_as_the_newest(
    client: Client, change: Change, article: Article
) -> None:
    change(article, title="Other", body="Other", questions="other")
    answer = client.post(f"/admin/knowledgebase/article/{article.pk}/restore/1/", follow=True)

    newest = article.versions.first()
    first = article.versions.last()
    assert newest is not None
    assert first is not None
    assert newest.number == 3
    assert (newest.title, newest.body, newest.questions, newest.summary) == (
        *(first.title, first.body, first.questions, first.summary),
    )
    assert newest.note == "Version 1 restored"
    assert "Version 1 is the newest again" in answer.content.decode()
    assert article.versions.count() == 3  # nothing is ever lost


def test_restoring_takes_a_post(client: Client, article: Article) -> None:
    url = f"/admin/knowledgebase/article/{article.pk}/restore/1/"
    assert client.get(url).status_code == 403
    assert client.post(url.replace("/1/", "/9/")).status_code == 404


def test_the_history_shows_versions_with_what_they_changed(
    client: Client, change: Change, article: Article
) -> None:
    body = "Slide the sleeve over the break.\n\n## Splint\n\nTape it for a week."
    change(article, body=body, popular="on")
    page = client.get(url_of(article, "history"))

    html = page.content.decode()
    kinds = [entry.event.kind for entry in page.context["entries"]]
    assert kinds == ["saved", "filed", "published", "saved"]
    newest, filed, _published, _first = page.context["entries"]
    assert [(piece.kind, piece.text) for piece in newest.changes[0].pieces if piece.text][1:3] == [
        ("removed", "90 days"),
        ("added", "a week"),
    ] or "<del>90</del>" in html
    assert [(each.name, each.before, each.after) for each in filed.changes] == [
        ("popular", "No", "Yes")
    ]
    assert "Restore this version" in html
    assert "Odhrán MacAllister" in html


def test_a_preview_shows_the_newest_version_and_says_who_sees_it(
    client: Client, change: Change, article: Article
) -> None:
    change(article, body="## New words\n\n<script>alert(1)</script>")
    html = client.get(url_of(article, "preview")).content.decode()
    assert "New words" in html
    assert "which customers do not see" in html
    assert "alert(1)" not in html
    old = client.get(f"/admin/knowledgebase/article/{article.pk}/versions/1/").content.decode()
    assert "Slide the sleeve" in old
    assert "which customers read now" in old


def test_a_preview_may_load_no_more_than_the_help_centre(client: Client, article: Article) -> None:
    assert "unsafe" not in client.get(url_of(article, "preview"))["Content-Security-Policy"]


def test_an_article_is_archived_never_deleted(client: Client, article: Article) -> None:
    assert client.post(url_of(article, "delete"), {"post": "yes"}).status_code == 403
    assert Article.objects.filter(pk=article.pk).exists()


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        ({"title": "  "}, "required"),
        ({"title": "x" * 301}, "at most 300"),
        ({"questions": "\n".join(f"question {number}" for number in range(51))}, "at most 50"),
        ({"questions": "x" * 501}, "under 500"),
        ({"body": "half\x00"}, "Null characters"),
        ({"slug": "not an address"}, "valid"),
    ],
)
def test_words_that_cannot_be_stored_are_refused_in_the_form(
    change: Change, article: Article, values: dict[str, str], complaint: str
) -> None:
    assert complaint in errors_on(change(article, **values))
    assert article.versions.count() == 1


def test_articles_are_found_by_the_newest_title(
    client: Client, change: Change, article: Article
) -> None:
    change(article, title="Repair a snapped pole")
    found = client.get(list_of(Article), {"q": "snapped"})
    assert [row.pk for row in found.context["cl"].result_list] == [article.pk]
    assert "newer draft" in found.content.decode()
    assert not client.get(list_of(Article), {"q": "kettle"}).context["cl"].result_list


def test_a_category_has_an_icon_that_exists(change: Change) -> None:
    category = Category.objects.create(name="Tents", slug="tents", icon="tent")
    assert "no such icon" in errors_on(change(category, icon="no-such-thing"))
    assert change(category, icon="life-buoy").status_code == 302


WASH = "Splint -> It holds for 90 days."


def test_a_short_answer_is_written_in_the_form_and_kept_with_its_version(
    client: Client, change: Change, article: Article
) -> None:
    change(article, short_answers=f"{WASH}\r\n\r\n  Mend a   pole -> On the hill. ")
    newest = article.versions.first()
    assert newest is not None
    assert newest.short_answers == [WASH, "Mend a pole -> On the hill."]
    assert article.published_id != newest.pk  # customers read it once it is published
    assert "It holds for 90 days." in client.get(url_of(article, "history")).text
    change(article, short_answers="")
    client.post(f"/admin/knowledgebase/article/{article.pk}/restore/2/")
    restored = article.versions.first()
    assert restored is not None
    assert restored.short_answers == newest.short_answers


@pytest.mark.parametrize(
    ("line", "problem"),
    [("Glue -> Never.", "no heading “Glue”"), ("It holds.", "an arrow and the sentence")],
)
def test_a_short_answer_of_no_section_is_refused_at_its_field(
    change: Change, article: Article, line: str, problem: str
) -> None:
    assert problem in errors_on(change(article, short_answers=line))
    assert "no heading “Glue”" in errors_on(change(article, questions="How? -> Glue"))
    assert article.versions.count() == 1


def test_the_form_asks_to_read_a_short_answer_again_until_somebody_did(
    client: Client, change: Change, article: Article
) -> None:
    again = "To be read again"
    change(article, short_answers=WASH)
    assert again not in client.get(url_of(article)).text
    change(article, body="Slide the sleeve over the break.\n\n## Splint\n\nTape it for 9 days.")
    page = client.get(url_of(article)).text
    assert again in page
    assert "Splint: It holds for 90 days." in page
    change(article, note="Something else")
    assert again in client.get(url_of(article)).text
    change(article, read_again="on")
    assert again not in client.get(url_of(article)).text


def test_a_yes_that_everybody_reads_is_doubted_and_stored(client: Client, article: Article) -> None:
    url = url_of(article)
    values = {**sent_by(client.get(url)), "short_answers": "Splint -> Yes, it holds."}
    page = client.post(url, values, follow=True).text
    assert "is read by everybody who is shown “Splint”" in page
    newest = article.versions.first()
    assert newest is not None
    assert newest.short_answers == ["Splint -> Yes, it holds."]
