"""How often somebody may do something, also when many try at once and when Redis is away."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.test import Client, RequestFactory
from limits import parse

from knowledgebase import views
from knowledgebase.search import SearchResult
from tickets import limits
from tickets.limits import TooMany, network_address, spend

TEN = parse("10/minute")


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    """Connections and counts of this test only."""
    limits._shared.cache_clear()
    limits._own.storage.reset()
    yield
    limits._shared.cache_clear()


def passed(attempts: int, *who: str) -> int:
    """How many of so many attempts at once are let through."""

    def attempt(_: int) -> bool:
        try:
            spend(TEN, *who)
        except TooMany:
            return False
        return True

    with ThreadPoolExecutor(attempts) as pool:
        return sum(pool.map(attempt, range(attempts)))


def test_l03_of_two_hundred_at_once_ten_pass() -> None:
    assert passed(200, "customer", "1") == 10
    assert passed(20, "customer", "2") == 10  # another's count is another's


def test_whoever_is_refused_reads_when_to_come_back() -> None:
    for _ in range(10):
        spend(TEN, "x")
    with pytest.raises(TooMany) as refused:
        spend(TEN, "x")
    assert 0 < refused.value.retry_after <= 60


@pytest.mark.django_db
def test_searches_from_one_address_end_in_words_and_another_address_goes_on(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "SEARCH_THE_ARTICLES", parse("2/minute"))
    monkeypatch.setattr(views, "search", lambda *_args, **_more: SearchResult([], by_meaning=True))
    for _ in range(2):
        assert client.get("/help/search/", {"q": "pole"}).status_code == 200
    refused = client.get("/help/search/", {"q": "pole"})
    assert refused.status_code == 429
    assert int(refused["Retry-After"]) <= 60
    assert "Wait a moment" in refused.content.decode()
    assert "Talk to a human" in refused.content.decode()
    assert client.get("/help/search/").status_code == 200  # nothing is looked for
    assert client.get("/help/").status_code == 200
    elsewhere = client.get("/help/search/", {"q": "pole"}, REMOTE_ADDR="192.0.2.9")
    assert elsewhere.status_code == 200


def test_l04_without_redis_this_process_counts_by_itself(
    settings: object, caplog: pytest.LogCaptureFixture
) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"  # type: ignore[attr-defined]  # nobody listens
    assert passed(50, "x") == 10
    assert "Redis is away" in caplog.text


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "6.6.6.6", "127.0.0.1"),  # L02: what a client claims is not believed
        (1, "6.6.6.6, 9.9.9.9", "9.9.9.9"),  # but what our own proxy saw is
        (2, "6.6.6.6, 9.9.9.9, 10.0.0.1", "9.9.9.9"),
        (2, "9.9.9.9", "127.0.0.1"),
        (1, "", "127.0.0.1"),
    ],
)
def test_l02_the_address_is_the_one_that_our_outermost_proxy_saw(
    settings: object, proxies: int, forwarded: str, address: str
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies  # type: ignore[attr-defined]
    request = RequestFactory().get("/", headers={"X-Forwarded-For": forwarded})
    assert network_address(request) == address
