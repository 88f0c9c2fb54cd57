"""How often somebody may do something, also when many try at once and when Redis is away."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from allauth.account.adapter import get_adapter
from django.test import Client, RequestFactory
from limits import parse
from rest_framework.throttling import BaseThrottle

from helpdesk.proxies import BehindProxies
from knowledgebase import views
from knowledgebase.search import SearchResult
from tickets.intake import limits
from tickets.intake.limits import TooMany, network_address, network_of, spend

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


def test_of_two_hundred_at_once_ten_pass() -> None:
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


def test_without_redis_this_process_counts_by_itself(
    settings: object, caplog: pytest.LogCaptureFixture
) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"  # type: ignore[attr-defined]  # nobody listens
    assert passed(50, "x") == 10
    assert "Redis is away" in caplog.text


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, ["6.6.6.6"], "127.0.0.1"),  # what a client claims is not believed
        (1, ["6.6.6.6, 9.9.9.9"], "9.9.9.9"),  # but what our own proxy saw is
        (2, ["6.6.6.6, 9.9.9.9, 10.0.0.1"], "9.9.9.9"),
        (2, ["6.6.6.6", "9.9.9.9, 10.0.0.1"], "9.9.9.9"),  # lines of one header are one
        (2, ["9.9.9.9"], "127.0.0.1"),  # it did not come through both
        (1, [""], "127.0.0.1"),
        (1, ["6.6.6.6, unknown"], "127.0.0.1"),
        (1, ["6.6.6.6, 9.9.9.9:4711"], "9.9.9.9"),
        (1, ["[2001:db8::1]:4711"], "2001:db8::1"),
        (1, [], "127.0.0.1"),
    ],
)
async def test_the_address_is_the_one_that_our_outermost_proxy_saw(
    kind: str, proxies: int, forwarded: list[str], address: str
) -> None:
    reached: list[dict[str, Any]] = []

    async def application(scope: dict[str, Any], receive: object, send: object) -> None:
        reached.append(scope)

    headers = [(b"x-forwarded-for", line.encode()) for line in forwarded]
    scope = {"type": kind, "headers": [(b"host", b"x"), *headers], "client": ["127.0.0.1", 99]}
    await BehindProxies(application, proxies)(scope, None, None)
    assert reached[0]["client"][0] == address
    assert reached[0]["headers"] == [(b"host", b"x")], "nobody else reads it in another way"


def test_every_part_that_counts_by_address_sees_the_same_one() -> None:
    request: Any = RequestFactory().get(
        "/", REMOTE_ADDR="9.9.9.9", headers={"X-Forwarded-For": "6.6.6.6"}
    )
    assert network_address(request) == "9.9.9.9"
    assert get_adapter().get_client_ip(request) == "9.9.9.9"
    assert BaseThrottle().get_ident(request) == "9.9.9.9"


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("", ""),
        ("testclient", "testclient"),
    ],
)
def test_whoever_has_a_whole_network_counts_as_one(address: str, network: str) -> None:
    assert network_of(address) == network
