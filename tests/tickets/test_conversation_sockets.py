"""Who may listen to a conversation, for how long, and what a socket makes of bad frames."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from django.conf import settings as configured
from django.test import Client

from tests.factories import (
    PASSWORD,
    make_admin,
    make_agent,
    make_customer,
    make_message,
    make_team,
    make_ticket,
    make_visitor,
)
from tests.sockets import do, open_socket, session_cookie
from tests.tickets.open_screens import (
    CANARY,
    agents_socket,
    browser_of,
    cookie_of,
    customers_socket,
    handshake,
    hello,
    path,
    positions,
    refused,
    staff_path,
)
from tests.tickets.parallel import real_transactions
from tickets import actions
from tickets.actors import Actor
from tickets.models import Ticket, Turn
from tickets.sockets import base, heart

pytestmark = real_transactions


# --- who may listen ------------------------------------------------------------------------------


async def test_another_site_opens_no_socket_with_our_cookies() -> None:
    """Nor another program on the same host: cookies do not know of ports."""
    ticket = await do(make_ticket)
    for origins in (
        [b"https://evil.example"],
        [b"null"],
        [],
        [b""],
        [b"https://localhost.evil"],
        [b"http://localhost"],
        [b"http://localhost:8001"],
        [b"https://localhost:8000"],
        [b"http://localhost:99999"],
        [b"http://localhost:8000", b"https://evil.example"],
        [b"http://localhost:8000@evil.example"],
        [b"\xff"],
    ):
        assert await handshake(ticket, *origins) == "websocket.close", origins
    evil = b"evil.example:8000"
    assert await handshake(ticket, b"http://" + evil, host=evil) == "websocket.close"


async def test_our_own_site_does() -> None:
    ticket = await do(make_ticket)
    for origin, host in (
        (b"http://localhost:8000", b"localhost:8000"),  # SITE_URL
        (b"http://localhost:8000", b"inside:1234"),  # also behind a proxy with another name
        (b"http://127.0.0.1:8123", b"127.0.0.1:8123"),  # where the page itself was served
        (b"http://[::1]:8123", b"[::1]:8123"),
        (b"http://127.0.0.1", b"127.0.0.1"),
    ):
        assert await handshake(ticket, origin, host=host) == "websocket.accept", origin


async def test_trusted_origins_and_a_proxy_that_ends_tls_count_as_for_forms(
    settings: Any,
) -> None:
    ticket = await do(make_ticket)
    settings.CSRF_TRUSTED_ORIGINS = ["https://*.shop.example"]
    assert await handshake(ticket, b"https://de.shop.example") == "websocket.accept"
    for other in (b"https://shop.example.evil", b"http://de.shop.example", b"https://a.shop:1"):
        assert await handshake(ticket, other) == "websocket.close", other
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    own = {"host": b"127.0.0.1"}
    assert await handshake(ticket, b"http://127.0.0.1", **own) == "websocket.accept"
    assert await handshake(ticket, b"https://127.0.0.1", **own) == "websocket.close"


@pytest.mark.parametrize("login", [True, False])
async def test_a_conversation_of_another_is_closed_like_one_that_is_missing(
    login: bool,
) -> None:
    """No frame, and no difference to see."""
    ticket = await do(make_ticket, body=CANARY)
    other = await do(make_customer, login=True) if login else await do(make_visitor)
    cookie = await do(lambda: cookie_of(browser_of(other)))
    assert await refused(path(ticket), cookie) == base.NOT_FOUND
    for missing in ("XXXXXXXX", "ticket.1.customer", "x" * 500, "\x00", "\ud800"):
        assert await refused(f"/ws/conversations/{missing}/", cookie) == base.NOT_FOUND


async def test_an_unknown_visitor_hears_nothing() -> None:
    ticket = await do(make_ticket, body=CANARY)
    assert await refused(path(ticket)) == base.NOT_FOUND
    assert (
        await refused(path(ticket), f"{configured.SESSION_COOKIE_NAME}=guessed") == base.NOT_FOUND
    )
    assert await refused(staff_path(ticket)) == base.UNAUTHENTICATED


async def test_a_customer_does_not_get_the_agents_side_of_their_own_conversation() -> None:
    customer = await do(make_customer, login=True)
    ticket = await do(make_ticket, customer=customer)
    assert customer.user is not None
    cookie = await do(session_cookie, customer.user)
    assert await refused(staff_path(ticket), cookie) == base.FORBIDDEN


async def test_an_agent_of_another_team_gets_nothing() -> None:
    ticket = await do(make_ticket, body=CANARY)
    stranger = await do(make_agent, teams=[await do(make_team)])
    cookie = await do(session_cookie, stranger)
    assert await refused(staff_path(ticket), cookie) == base.NOT_FOUND
    assert await refused("/ws/workspace/XXXXXXXX/", cookie) == base.NOT_FOUND
    assert await refused(path(ticket), cookie) == base.NOT_FOUND
    async with agents_socket(ticket, await do(make_admin)) as admins:
        assert not (await admins.frames())


async def test_an_address_that_is_no_socket_is_refused() -> None:
    for nowhere in ("/ws/", "/ws/ticket.1.staff/", "/", "/ws/workspace/a/b/"):
        assert await refused(nowhere) == base.NOT_FOUND


# --- bad frames ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "{",
        "[]",
        "1",
        "null",
        '{"type": 1}',
        '{"type": null}',
        "[" * 4000,
        '{"a":' * 800,
        '{"type":"nonsense"}',
        '{"type": "\\ud800"}',
        '{"type": "\\u0000"}',
        "9" * 4096,
        "NaN",
        b"\x00\xff",
        b"{}",
    ],
)
async def test_a_bad_frame_is_answered_and_the_socket_goes_on(bad: str | bytes) -> None:
    ticket = await do(make_ticket)
    async with customers_socket(ticket) as socket:
        await socket.send(bad)
        assert (await socket.frame())["type"] == "error"
        assert (await hello(socket))["type"] == "news"


async def test_a_huge_frame_and_a_flood_close_only_their_own_socket() -> None:
    ticket = await do(make_ticket)
    async with customers_socket(ticket) as patient:
        async with customers_socket(ticket) as socket:
            await socket.send("x" * (base.LARGEST_FRAME + 1))
            assert await socket.close_code() == base.TOO_LARGE
        async with customers_socket(ticket) as socket:
            for _number in range(base.FRAMES_PER_SECOND + 200):
                await socket.send("{}")
            frames, code = await socket.end()
            assert code == base.TOO_MANY
            assert len(frames) <= base.FRAMES_PER_SECOND
            assert await socket.is_silent(), "closed once"
        await do(make_message, ticket, "still here")
        assert "still here" in json.dumps(await patient.frames(until="news"))


@pytest.mark.parametrize(
    "after",
    [-1, 2**31, 2**63, 10**300, "x", "1", True, None, 1.0, float("inf"), [], {}, {"$gt": 0}],
)
async def test_a_position_that_is_none_is_an_error(after: Any) -> None:
    ticket = await do(make_ticket, body=CANARY)
    async with customers_socket(ticket) as socket:
        assert await hello(socket, after) == {"type": "error", "code": "bad_position"}
        ahead = await hello(socket, 2**31 - 1)
        assert positions(ahead) == [], "a position that is not reached yet is just nothing new"


# --- the right to listen ends --------------------------------------------------------------------


async def test_logging_out_closes_the_socket_of_the_tab_that_stayed_open() -> None:
    customer = await do(make_customer, login=True)
    ticket = await do(make_ticket, customer=customer)
    here, elsewhere = await do(browser_of, customer), await do(browser_of, customer)
    async with (
        open_socket(path(ticket), cookie_of(here)) as socket,
        open_socket(path(ticket), cookie_of(elsewhere)) as other,
    ):
        await do(lambda: here.post("/account/logout/"))
        async with asyncio.timeout(2):
            assert await socket.close_code() == base.UNAUTHENTICATED
        await do(make_message, ticket)
        assert await other.frames(until="news"), "another browser's goes on"


@pytest.mark.parametrize("side", ["customer", "agent"])
async def test_a_log_in_that_is_switched_off_hears_nothing_more(side: str) -> None:
    """At once, not at the next heartbeat."""
    dana = await do(make_agent)
    customer = await do(make_customer, login=True)
    ticket = await do(make_ticket, turn=Turn.AGENT, agent=dana, customer=customer)
    user = customer.user if side == "customer" else dana
    assert user is not None
    admin = await do(make_admin)

    def switch_off() -> None:
        user.is_active = False
        actions.change_setting(actor=Actor.agent(admin), instance=user)

    route = path(ticket) if side == "customer" else staff_path(ticket)
    async with open_socket(route, await do(session_cookie, user)) as socket:
        async with asyncio.timeout(5):
            await do(switch_off)
            assert await socket.close_code() == base.UNAUTHENTICATED
        await do(make_message, ticket)
        assert await socket.is_silent()


async def test_an_agent_who_leaves_the_team_hears_nothing_more() -> None:
    team = await do(make_team)
    dana = await do(make_agent, teams=[team])
    ticket = await do(make_ticket, team=team)
    admin = await do(make_admin)

    def leave() -> None:
        actions.change_setting(
            actor=Actor.agent(admin),
            instance=dana,
            save=lambda: dana.teams.clear(),
            many={"teams": [str(team)]},
        )

    async with agents_socket(ticket, dana) as socket:
        async with asyncio.timeout(5):
            await do(leave)
            assert await socket.close_code() == base.NOT_FOUND


async def test_a_conversation_that_goes_to_another_team_leaves_the_screens_of_the_old() -> None:
    team = await do(make_team)
    dana, robin = await do(make_agent, teams=[team]), await do(make_agent, teams=[team])
    ticket = await do(make_ticket, team=team, turn=Turn.AGENT, agent=dana)
    async with agents_socket(ticket, robin) as robins:
        other = await do(make_team)
        await do(actions.transfer, actor=Actor.agent(dana), ticket=ticket, team=other, detail="")
        frames, code = await robins.end()
        assert (frames, code) == ([], base.NOT_FOUND)


async def test_who_left_a_strangers_address_hears_nothing_once_the_stranger_said_yes() -> None:
    visitor = await do(make_visitor)
    ticket = await do(make_ticket, turn=Turn.QUEUE, customer=visitor)
    cookie = cookie_of(await do(browser_of, visitor))

    def say_yes() -> None:
        who = Actor.of_customer(visitor)
        actions.leave_email(actor=who, ticket=ticket, email="ines@walkers.example")
        claim, _code = actions.make_claim(actor=Actor.system(), ticket=ticket)
        actions.confirm_claim(actor=Actor.nobody(), claim=claim)

    async with open_socket(path(ticket), cookie) as socket:
        async with asyncio.timeout(5):
            await do(say_yes)
            assert await socket.close_code() == base.NOT_FOUND
        await do(lambda: make_message(Ticket.objects.get(), "canary of the stranger"))
        assert await socket.is_silent()
    assert await refused(path(ticket), cookie) == base.NOT_FOUND


async def test_a_new_password_ends_the_other_sessions_and_their_sockets() -> None:
    customer = await do(make_customer, login=True)
    user = customer.user
    assert user is not None
    ticket = await do(make_ticket, customer=customer)

    def browser() -> Client:
        user.set_password(PASSWORD)
        user.save()
        return browser_of(customer)

    here = await do(browser)
    cookie = cookie_of(await do(browser_of, customer))
    new = "quite another walk over the moor"

    def change() -> None:
        answer = here.post(
            "/account/password/change/",
            {"oldpassword": PASSWORD, "password1": new, "password2": new},
        )
        assert answer.status_code == 302, answer.content.decode()

    async with open_socket(path(ticket), cookie) as socket:
        await do(change)
        async with asyncio.timeout(5):
            assert await socket.close_code() == base.UNAUTHENTICATED


async def test_a_session_that_is_gone_is_noticed_at_the_next_heartbeat(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(heart, "BEAT", 0.2)
    customer = await do(make_customer, login=True)
    ticket = await do(make_ticket, customer=customer)
    client = await do(browser_of, customer)
    async with open_socket(path(ticket), cookie_of(client)) as socket:
        assert await socket.frame() == {"type": "beat", "position": ticket.last_position}
        await do(lambda: client.session.delete())
        assert await socket.close_code() == base.UNAUTHENTICATED
