"""How many sockets one session and one address may have open, in how many processes ever."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from typing import Any

import pytest

from tests.factories import make_agent, make_customer, make_ticket
from tests.sockets import Socket, do, open_socket, session_cookie
from tests.tickets.open_screens import browser_of, cookie_of, path
from tests.tickets.parallel import real_transactions
from tickets.sockets import base, open_sockets
from tickets.sockets.open_sockets import give_back, network_key, say_again, session_key, take


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    open_sockets._here.clear()
    open_sockets._redis.cache_clear()
    yield
    open_sockets._here.clear()
    open_sockets._redis.cache_clear()


async def code_of(route: str, cookie: str) -> int:
    """The code with which a socket is closed."""
    socket = Socket(route, cookie)
    await socket.connect()
    code = await socket.close_code()
    await socket.leave()
    return code


@real_transactions
async def test_a_session_has_so_many_sockets_and_another_one_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(open_sockets, "PER_SESSION", 3)
    ticket = await do(make_ticket, customer=await do(make_customer, login=True))
    cookie = await do(lambda: cookie_of(browser_of(ticket.customer)))
    other = await do(lambda: cookie_of(browser_of(ticket.customer)))
    async with AsyncExitStack() as stack:
        for _number in range(3):
            await stack.enter_async_context(open_socket(path(ticket), cookie))
        assert await code_of(path(ticket), cookie) == base.TOO_MANY
        assert await code_of(path(ticket), cookie) == base.TOO_MANY
        async with open_socket(path(ticket), other):
            pass
    async with open_socket(path(ticket), cookie):
        pass  # closed ones do not count


@real_transactions
async def test_an_address_has_so_many_of_customers_and_agents_are_not_among_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(open_sockets, "PER_NETWORK", 2)
    ticket = await do(make_ticket)
    cookies = [await do(lambda: cookie_of(browser_of(ticket.customer))) for _ in range(3)]
    dana = await do(session_cookie, await do(make_agent))
    async with open_socket(path(ticket), cookies[0]), open_socket(path(ticket), cookies[1]):
        assert await code_of(path(ticket), cookies[2]) == base.TOO_MANY
        async with open_socket("/ws/workspace/", dana):
            pass


@real_transactions
async def test_a_socket_that_may_not_be_opened_leaves_no_count_behind() -> None:
    ticket = await do(make_ticket)
    cookie = await do(lambda: cookie_of(browser_of(ticket.customer)))
    assert await code_of("/ws/conversations/XXXXXXXX/", cookie) == base.NOT_FOUND
    assert not open_sockets._here
    assert not [*open_sockets._redis().scan_iter("helpdesk:sockets:*")]


def test_of_many_at_the_same_moment_no_more_than_allowed_are_open() -> None:
    most = {session_key("s"): 5}
    with ThreadPoolExecutor(40) as pool:
        let_in = sum(pool.map(lambda number: take(f"socket{number}", most), range(40)))
    assert let_in <= 5
    assert open_sockets._redis().zcard(session_key("s")) == let_in


def test_what_a_dead_process_had_open_is_forgotten_and_what_a_living_one_has_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    most = {network_key("192.0.2.7"): 2}
    now = [1000.0]
    monkeypatch.setattr("tickets.sockets.open_sockets.time.time", lambda: now[0])
    assert take("dead", most)
    open_sockets._here.clear()  # its process is gone, and says nothing any more
    assert take("living", most)
    assert not take("third", most)
    for _round in range(3):
        now[0] += open_sockets.SAID_AGAIN
        say_again()
    assert take("third", most), "the dead one has run out"
    assert not take("fourth", most), "the living one has not"
    give_back("living", list(most))
    assert take("fourth", most)


def test_without_redis_a_process_counts_its_own(settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"  # nobody listens
    most = {session_key("s"): 2}
    assert [take(name, most) for name in ("a", "b", "c")] == [True, True, False]
    give_back("a", list(most))
    say_again()
    assert take("c", most)
