"""A Redis that answers and stores nothing more: as good as away, and nobody's words are lost by it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from django.conf import settings as configured
from django.test import Client
from pytest_django.fixtures import Settings
from redis import Redis as RedisClient

from helpdesk.embedded.redis import Redis
from knowledgebase import embeddings
from tests.services import temporary_folder
from tests.tickets.parallel import real_transactions
from tests.tickets.test_bells import use_broker
from tickets.intake import limits
from tickets.models import AuthorKind, Ticket, Turn


@pytest.fixture
def full_redis(settings: Settings) -> Iterator[None]:
    """Cache, limits, queue and sessions' copies are in one that has no room left."""
    folder = temporary_folder()
    redis = Redis(folder / "redis", log_folder=folder / "log", durable=False)
    with redis.in_use() as url, RedisClient.from_url(url) as client:
        settings.REDIS_URL = url
        settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": url}}
        limits._shared.cache_clear()
        use_broker(url.replace("unix://", "redis+socket://"))
        client.config_set("maxmemory", "1")
        yield
    use_broker(configured.CELERY_BROKER_URL)
    limits._shared.cache_clear()
    shutil.rmtree(folder)


def model_away(*_texts: object, **_how: object) -> object:
    raise embeddings.EncoderUnavailable("The encoder cannot be asked.")


@real_transactions
def test_when_redis_takes_nothing_more_words_are_stored_and_a_person_can_be_asked_for(
    full_redis: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embeddings, "encode", model_away)
    client = Client()
    page = client.post("/ask/", {"body": "Where is my parcel?"})["Location"]
    assert client.get(page).status_code == 200, "the session is there"
    assert client.post(f"{page}messages/", {"body": "And when does it come?"}).status_code == 302
    ticket = Ticket.objects.get()
    said = ticket.messages.filter(author_kind=AuthorKind.CUSTOMER).order_by("position")
    assert [one.body for one in said] == ["Where is my parcel?", "And when does it come?"]
    asked = client.post("/talk-to-a-human/", {"ticket": ticket.reference})
    assert asked.status_code == 302
    ticket.refresh_from_db()
    assert ticket.turn == Turn.QUEUE
    assert ticket.handovers.count() == 1
    assert client.get("/help/search/", {"q": "parcel"}).status_code == 200
