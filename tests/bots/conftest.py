"""What the assistant's tests start from: a search that finds what a test says, and its reactions."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
from django.core.cache import cache

from bots.understanding.catalogue import shipped
from bots.understanding.detectors import train
from helpdesk.demo.load_shop import OPERATIONS, switch_on
from knowledgebase import embeddings, search
from knowledgebase.models import Article
from knowledgebase.search import ArticleHit, SearchResult
from tests.shop_server import SECRET, FaultyShop
from tests.tickets.records.making import make_type
from tickets import events, sealing
from tickets.connectors import breaker
from tickets.models import Connector, Operation, Reaction

Find = Callable[..., None]


@pytest.fixture(scope="session")
def encoder() -> None:
    """The real model and what it makes of the examples, before a test's transaction begins: that
    may not idle so long, and no turn may come too late because of them.
    """
    embeddings.warm()
    train(tuple(shipped().values()))


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the search was asked; until `finds` says otherwise it finds nothing."""
    questions: list[str] = []

    def nothing(query: str, *, limit: int = 10, **_more: object) -> SearchResult:
        questions.append(query)
        return SearchResult([], by_meaning=True)

    monkeypatch.setattr(search, "search", nothing)
    return questions


@pytest.fixture
def finds(monkeypatch: pytest.MonkeyPatch, asked: list[str]) -> Find:
    """Let the search find these articles with these scores, best first."""

    def set_hits(*found: tuple[Article, float], by_meaning: bool = True) -> None:
        hits = [hit(article, score) for article, score in found]

        def answer(query: str, *, limit: int = 10, **_more: object) -> SearchResult:
            asked.append(query)
            return SearchResult(hits[:limit], by_meaning=by_meaning)

        monkeypatch.setattr(search, "search", answer)

    return set_hits


def hit(article: Article, score: float) -> ArticleHit:
    """An article as the search finds it."""
    assert article.published is not None
    return ArticleHit(
        article_id=article.pk,
        slug=article.slug,
        title=article.published.title,
        heading="Order a spare",
        anchor="order-a-spare",
        passage="Spare pole sections are in the shop under Spare parts.",
        cosine=score,
        lexical=score,
        score=score,
        matched="",
        closest=score,
        phrases=score,
    )


def react() -> None:
    """Run the assistant's reactions that are due, as its worker would."""
    while due := list(
        Reaction.objects.overdue().filter(name__startswith="assistant.").order_by("pk")
    ):
        for reaction in due:
            events.run(reaction.pk)


@pytest.fixture
def shop() -> Iterator[FaultyShop]:
    """A shop on the loopback that can misbehave, and the demo's tasks that ask it."""
    server = FaultyShop()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    connector = Connector.objects.create(
        key="shop",
        name="Kestrel & Moor shop",
        address=server.address,
        secret=sealing.seal(SECRET),
        allowed_networks="127.0.0.1/32",
        seconds=1,
        attempts=1,
    )
    made = {
        key: Operation.objects.create(connector=connector, key=key, **values)
        for key, values in OPERATIONS.items()
    }
    orders = make_type()
    orders.operation = made["find_order"]
    orders.save()
    switch_on(connector)
    cache.clear()
    breaker.forget(connector)
    yield server
    breaker.forget(connector)
    server.shutdown()
    server.server_close()
