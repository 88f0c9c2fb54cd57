"""Articles while a customer types; and a search that hands its words on."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from limits import parse

from knowledgebase import search, sections, views
from knowledgebase.search import SearchResult
from knowledgebase.sections import SectionHit
from tests.bots.conftest import hit
from tests.factories import make_article
from tests.knowledgebase.test_search import unit
from tickets.intake import limits
from tickets.models import Customer, Event, Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The scores of what the search finds; a test may change them."""
    scores = [0.9, 0.5, 0.2]
    articles = [make_article(f"Article <{number}>") for number in range(3)]

    def find(_query: str, *, limit: int, **_more: object) -> SearchResult:
        pairs = zip(articles, scores, strict=True)
        hits = [hit(article, score) for article, score in pairs][:limit]
        return SearchResult(hits, by_meaning=True)

    monkeypatch.setattr(search, "search", find)
    monkeypatch.setattr(search, "encoded", lambda *_given: unit(1, 0))
    return scores


def suggested(client: Client, body: str) -> str:
    response = client.post("/ask/suggestions/", {"body": body})
    assert response.status_code == 200
    return response.text


def test_what_comes_near_is_linked_at_its_section_and_opens_beside_the_form(
    client: Client, found: list[float]
) -> None:
    html = suggested(client, "how do I mend a pole")
    assert html.count("<a ") == 2  # the third is too far
    assert html.count('target="_blank" rel="noopener"') == 2
    assert "(opens in a new tab)" in html
    assert "#order-a-spare" in html
    assert "Article &lt;0&gt;" in html


def test_the_section_that_answers_is_linked(
    client: Client, found: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    def find(*_given: object) -> list[SectionHit]:
        return [SectionHit("Change a pole", "section-change", "Untie the cord.", 0.9)]

    monkeypatch.setattr(sections, "find", find)
    assert "#section-change" in suggested(client, "how do I mend a pole")


def test_without_the_encoder_nothing_is_suggested(
    client: Client, found: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "encoded", lambda *_given: None)
    assert "<a " not in suggested(client, "how do I mend a pole")


@pytest.mark.parametrize("body", ["", "  ", "pole", "two words", "\x00"])
def test_of_a_few_letters_nothing_is_made(client: Client, found: list[float], body: str) -> None:
    assert "<a " not in suggested(client, body)


def test_where_nothing_comes_near_nothing_is_said(client: Client, found: list[float]) -> None:
    found[:] = [0.3, 0.2, 0.1]
    assert suggested(client, "do you sell kayaks there").strip() == ""


def test_nothing_is_stored_of_what_is_typed(client: Client, found: list[float]) -> None:
    with CaptureQueriesContext(connection) as queries:
        suggested(client, "how do I mend a pole")
    assert not [query for query in queries if not query["sql"].strip().startswith("SELECT")]
    assert not client.cookies
    assert not any(model.objects.exists() for model in (Customer, Ticket, Event))


def test_who_asks_too_often_keeps_the_page_as_it_is_and_may_send(
    client: Client, found: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "SUGGEST", parse("1/hour"))
    limits.forget(limits.SUGGEST, "address", "127.0.0.1")
    suggested(client, "how do I mend a pole")
    again = client.post("/ask/suggestions/", {"body": "how do I mend a pole"})
    assert (again.status_code, again.content) == (204, b"")
    sent = client.post("/ask/", {"body": "How do I mend a pole?"})
    assert sent.status_code == 302
    assert Ticket.objects.count() == 1


def test_typed_words_stand_in_no_address(client: Client) -> None:
    assert client.get("/ask/suggestions/?body=my+pole")["Location"] == "/ask/"
    assert 'hx-post="/ask/suggestions/"' in client.get("/ask/").text


@pytest.mark.parametrize("query", ["my tent leaks", "zzzzqqq", '"><b>& 50% off'])
def test_a_search_hands_its_words_on(
    client: Client, monkeypatch: pytest.MonkeyPatch, query: str
) -> None:
    monkeypatch.setattr(views, "search", lambda *_a, **_k: SearchResult([], by_meaning=True))
    page: Any = client.get("/help/search/", {"q": query})
    for path in ("/ask/", "/talk-to-a-human/"):
        assert f'href="{path}?q=' in page.text
        form: Any = client.get(path, {"q": query})
        assert form.context["body"] == query
        assert "<b>" not in form.text
    assert not Ticket.objects.exists()  # nothing is sent by looking
    sent = client.post("/talk-to-a-human/", {"body": query})
    assert sent.status_code == 302
    assert Ticket.objects.get().messages.first().body == query  # type: ignore[union-attr]


def test_without_words_the_pages_are_as_they_were(client: Client) -> None:
    assert "/ask/?q=" not in client.get("/help/search/").text
    assert "textarea" not in client.get("/talk-to-a-human/").text
