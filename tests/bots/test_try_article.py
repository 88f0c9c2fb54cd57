"""An author tries a draft as if it were public, and sees who asked lately what it answers."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from bots import near_draft
from knowledgebase import actions as articles
from knowledgebase import drafts, embeddings, indexing, search
from knowledgebase.embeddings import EncoderUnavailable
from knowledgebase.models import Article, ArticleEvent, ArticleVersion, Embedding, Passage
from tests.bots import meanings
from tests.factories import make_admin, make_agent, make_answer, make_ticket
from tickets.actors import Actor
from tickets.models import Event, Ticket, Turn

pytestmark = pytest.mark.django_db

ZIP = "How do I mend the zip of my tent?"


@pytest.fixture(autouse=True)
def _an_encoder_that_knows_topics(monkeypatch: pytest.MonkeyPatch) -> None:
    meanings.instead_of_the_model(monkeypatch)


@pytest.fixture
def ada(client: Client, settings: Any) -> Client:
    settings.STAFF_NEED_SECOND_FACTOR = False
    client.force_login(make_admin("Ada"))
    return client


def write(title: str, body: str, article: Article | None = None) -> ArticleVersion:
    saved = articles.save_article(actor=None, article=article, title=title, body=body)
    latest = saved.versions.first()
    assert latest is not None
    return latest


@pytest.fixture
def public() -> Article:
    """An article that everybody finds, about stoves."""
    article = write("Light the stove", "Open the valve of the stove.").article
    articles.publish_article(actor=None, article=article, index_soon=False)
    indexing.index_due()
    return article


def found(text: str) -> list[str]:
    (vector,) = meanings.encode([text])
    return [hit.title for hit in search.search(text, vector=vector).hits]


def test_within_the_block_the_draft_is_found_and_afterwards_nothing_of_it_is_left(
    public: Article,
) -> None:
    draft = drafts.read(write("Mend a zip", "Pull the zip out and sew the zip."))
    events = ArticleEvent.objects.count()
    before = sorted(Passage.objects.values_list("pk", flat=True))
    assert "Mend a zip" not in found(ZIP)
    with drafts.as_published(draft):
        assert found(ZIP)[0] == "Mend a zip"
    assert "Mend a zip" not in found(ZIP)
    assert sorted(Passage.objects.values_list("pk", flat=True)) == before
    assert ArticleEvent.objects.count() == events
    article = Article.objects.get(pk=draft.version.article_id)
    assert (article.state, article.published) == (Article.State.DRAFT, None)


def test_a_newer_draft_stands_in_for_what_is_public(public: Article) -> None:
    draft = drafts.read(write("Mend a zip", "Pull the zip out.", article=public))
    with drafts.as_published(draft):
        assert found(ZIP) == ["Mend a zip"]
        assert "Light the stove" not in found("Light the stove?")
    public.refresh_from_db()
    assert found("Light the stove?") == ["Light the stove"]
    assert Embedding.objects.count() == Passage.objects.count()


def test_an_error_within_the_block_leaves_nothing_either(public: Article) -> None:
    draft = drafts.read(write("Mend a zip", "Pull the zip out."))
    with pytest.raises(ZeroDivisionError), drafts.as_published(draft):
        raise ZeroDivisionError
    assert "Mend a zip" not in found(ZIP)


def test_recent_questions_that_come_near_are_shown_the_nearest_first(public: Article) -> None:
    for body in (ZIP, "My zip is broken, order number KM-48213. Can you repair the zip?"):
        make_answer(make_ticket(turn=Turn.ASSISTANT, body=body), articles=[public])
    make_answer(make_ticket(turn=Turn.ASSISTANT, body="Where is my parcel?"), articles=[public])
    draft = drafts.read(write("Mend a zip", "Pull the zip out and sew the zip."))
    near = near_draft.questions(draft, actor=Actor.agent(make_admin()))
    assert len(near) == 2
    assert all("zip" in one.words and one.is_first for one in near)
    assert not any("48213" in one.words for one in near)
    assert near[0].cosine >= near[1].cosine
    assert near_draft.questions(draft, actor=Actor.agent(make_agent())) == []


def test_where_another_article_would_be_first_it_is_named(public: Article) -> None:
    question = "How do I light the stove?"
    make_answer(make_ticket(turn=Turn.ASSISTANT, body=question), articles=[public])
    draft = drafts.read(write("Gas", "A canister for the stove."))
    (near,) = near_draft.questions(draft, actor=Actor.agent(make_admin()))
    assert (near.is_first, near.first_title) == (False, "Light the stove")


def test_the_page_answers_from_the_draft_and_stores_nothing(ada: Client, public: Article) -> None:
    version = write("Mend a zip", "Pull the zip out and sew the zip.")
    make_answer(make_ticket(turn=Turn.ASSISTANT, body=ZIP), articles=[public])
    url = f"/admin/bots/knowledgegap/articles/{version.article_id}/try/"
    page = ada.get(url).text
    assert "As if version 1 were public." in page
    assert "Recent questions that come near" in page
    assert "Found first" in page
    tickets, events = Ticket.objects.count(), Event.objects.count()
    played = ada.post(url, {"text": ZIP}).text
    assert "Mend a zip" in played
    assert (Ticket.objects.count(), Event.objects.count()) == (tickets, events)
    version.article.refresh_from_db()
    assert version.article.published is None
    # The play-ground itself knows nothing of it.
    assert (
        "Mend a zip"
        not in ada.post("/admin/bots/assistantsettings/playground/", {"text": ZIP}).text
    )


def test_without_the_encoder_the_page_says_that_the_draft_is_not_tried(
    ada: Client, public: Article, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_texts: object, **_how: object) -> None:
        raise EncoderUnavailable("it is away")

    monkeypatch.setattr(embeddings, "encode", away)
    page = ada.get(f"/admin/bots/knowledgegap/articles/{public.pk}/try/")
    assert page.status_code == 200
    assert "The draft cannot be read just now" in page.text


@pytest.mark.parametrize("page", ["", "try/"])
def test_agents_find_no_page_of_an_article(
    client: Client, settings: Any, public: Article, page: str
) -> None:
    settings.STAFF_NEED_SECOND_FACTOR = False
    client.force_login(make_agent())
    url = f"/admin/bots/knowledgegap/articles/{public.pk}/{page}"
    assert client.get(url).status_code == 404
