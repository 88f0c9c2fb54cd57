"""The sockets of a conversation: what each side hears, in order and once, and what nobody may."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from asgiref.testing import ApplicationCommunicator
from django.conf import settings as configured
from django.test import Client
from pytest_django.fixtures import Settings

from helpdesk.asgi import application
from tests.factories import (
    PASSWORD,
    make_admin,
    make_agent,
    make_answer,
    make_article,
    make_customer,
    make_message,
    make_note,
    make_reply,
    make_team,
    make_ticket,
    make_visitor,
)
from tests.sockets import PATIENCE, Socket, do, open_socket, session_cookie
from tests.tickets.parallel import real_transactions
from tickets import access, actions
from tickets.actors import Actor
from tickets.models import AuthorKind, Customer, Reason, Ticket, Turn, User
from tickets.sockets import base

pytestmark = real_transactions

CANARY = "canary3141"


def path(ticket: Ticket) -> str:
    return f"/ws/conversations/{ticket.reference}/"


def staff_path(ticket: Ticket) -> str:
    return f"/ws/workspace/{ticket.reference}/"


def browser_of(customer: Customer) -> Client:
    """A browser in which this customer is known: by their log-in, else as a visitor."""
    client = Client()
    if customer.user is not None:
        client.force_login(customer.user, backend=configured.AUTHENTICATION_BACKENDS[0])
    else:
        session = client.session
        session[access.VISITOR] = customer.pk
        session.save()
    return client


def cookie_of(client: Client) -> str:
    return "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())


@asynccontextmanager
async def customers_socket(ticket: Ticket) -> AsyncIterator[Socket]:
    """The customer's page of this conversation, open and told everything so far."""
    cookie = await do(lambda: cookie_of(browser_of(ticket.customer)))
    async with open_socket(path(ticket), cookie) as socket:
        await hello(socket)
        yield socket


@asynccontextmanager
async def agents_socket(ticket: Ticket, agent: User) -> AsyncIterator[Socket]:
    """An agent's screen of this conversation, open and told everything so far."""
    async with open_socket(staff_path(ticket), await do(session_cookie, agent)) as socket:
        await hello(socket)
        yield socket


async def hello(socket: Socket, after: int = 0) -> dict[str, Any]:
    await socket.send(json.dumps({"type": "hello", "after": after}))
    return await socket.frame()


async def refused(route: str, cookie: str = "") -> int:
    """The code with which a socket is closed that says hello at once; it got no frame before."""
    socket = Socket(route, cookie)
    await socket.connect()
    await socket.send('{"type": "hello", "after": 0}')
    await socket.send('{"type": "typing"}')
    frames, code = await socket.end()
    assert frames == []
    assert await socket.is_silent(), "what was sent after the close is not heard"
    await socket.leave()
    return code


def positions(frame: dict[str, Any]) -> list[int]:
    return [item["position"] for item in frame["items"]]


async def handshake(origin: bytes | None, ticket: Ticket) -> str:
    """How the web process answers a handshake: `websocket.accept` or `websocket.close`."""
    cookie = await do(lambda: cookie_of(browser_of(ticket.customer)))
    headers = [(b"cookie", cookie.encode())] + ([(b"origin", origin)] if origin else [])
    scope = {
        "type": "websocket",
        "path": path(ticket),
        "query_string": b"",
        "headers": headers,
        "subprotocols": [],
    }
    # asgiref's own tools for tests have no types
    asgi: Any = ApplicationCommunicator(application, scope)  # type: ignore[no-untyped-call]
    await asgi.send_input({"type": "websocket.connect"})
    answer = await asgi.receive_output(PATIENCE)
    await asgi.send_input({"type": "websocket.disconnect", "code": 1001})
    await asgi.wait(PATIENCE)
    return str(answer["type"])


# --- who may listen ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "origin", [b"https://evil.example", b"null", None, b"https://localhost.evil"]
)
async def test_w01_another_site_opens_no_socket_with_our_cookies(origin: bytes | None) -> None:
    ticket = await do(make_ticket)
    assert await handshake(origin, ticket) == "websocket.close"


async def test_w01_our_own_site_does() -> None:
    ticket = await do(make_ticket)
    assert await handshake(b"http://localhost", ticket) == "websocket.accept"


@pytest.mark.parametrize("login", [True, False])
async def test_w02_a_conversation_of_another_is_closed_like_one_that_is_missing(
    login: bool,
) -> None:
    """A01: no frame, and no difference to see."""
    ticket = await do(make_ticket, body=CANARY)
    other = await do(make_customer, login=True) if login else await do(make_visitor)
    cookie = await do(lambda: cookie_of(browser_of(other)))
    assert await refused(path(ticket), cookie) == base.NOT_FOUND
    for missing in ("XXXXXXXX", "ticket.1.customer", "x" * 500, "\x00", "\ud800"):
        assert await refused(f"/ws/conversations/{missing}/", cookie) == base.NOT_FOUND


async def test_w02_an_unknown_visitor_hears_nothing() -> None:
    ticket = await do(make_ticket, body=CANARY)
    assert await refused(path(ticket)) == base.NOT_FOUND
    assert (
        await refused(path(ticket), f"{configured.SESSION_COOKIE_NAME}=guessed") == base.NOT_FOUND
    )
    assert await refused(staff_path(ticket)) == base.UNAUTHENTICATED


async def test_w02_a_customer_does_not_get_the_agents_side_of_their_own_conversation() -> None:
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


# --- what each side hears ------------------------------------------------------------------------


async def test_w03_nothing_that_agents_do_among_themselves_reaches_the_customer() -> None:
    team = await do(make_team)
    dana, robin = await do(make_agent, teams=[team]), await do(make_agent, teams=[team])
    ticket = await do(make_ticket, team=team, turn=Turn.AGENT, agent=dana)
    note = f"{CANARY} is the batch number"
    async with customers_socket(ticket) as customers, agents_socket(ticket, robin) as robins:
        await do(make_note, ticket, dana, note)
        staff = await robins.frames(until="news")
        assert CANARY in json.dumps(staff), "the other agents hear of it"
        assert await customers.frames() == [], "a note leaves no trace at all"
        await do(make_reply, ticket, dana, "Public words")
        await do(make_note, ticket, robin, note)
        heard = await customers.frames(until="news")
        other = await do(make_team, f"{CANARY} team")
        await do(actions.transfer, actor=Actor.agent(dana), ticket=ticket, team=other, detail=note)
        heard += await customers.frames()
        heard.append(await hello(customers, after=1))
        raw = json.dumps(heard)
        assert "Public words" in raw
        assert note not in raw
        assert dana.email not in raw
    page = await do(lambda: browser_of(ticket.customer).get(f"/requests/{ticket.reference}/"))
    assert note not in page.content.decode()


@pytest.mark.parametrize(
    "frame",
    [
        {"type": "message.create", "body": CANARY, "sender_id": 1, "role": "agent"},
        {"type": "note", "body": CANARY, "is_internal": False},
        {"type": "news", "ticket": 1, "position": 1},
        {"type": "session.ended"},
    ],
)
async def test_w04_a_socket_only_listens(frame: dict[str, Any]) -> None:
    """W05: what pretends to write, or to be from inside, is an unknown type."""
    dana = await do(make_agent)
    ticket = await do(make_ticket, turn=Turn.AGENT, agent=dana)
    said = await do(ticket.messages.count)
    async with customers_socket(ticket) as customers, agents_socket(ticket, dana) as danas:
        for socket in (customers, danas):
            await socket.send(json.dumps(frame))
            assert await socket.frames() == [{"type": "error", "code": "unknown_type"}]
    assert await do(ticket.messages.count) == said
    assert await do(ticket.notes.count) == 0


async def test_w05_who_types_is_whose_socket_it_is() -> None:
    dana = await do(make_agent, "Dana Osei")
    customer = await do(make_customer, "Maja Olsen")
    ticket = await do(make_ticket, turn=Turn.AGENT, agent=dana, customer=customer)
    pretending = {
        "type": "typing",
        "kind": "agent",
        "name": CANARY,
        "sender_id": dana.pk,
        "is_internal": True,
        "text": CANARY,
    }
    async with customers_socket(ticket) as customers, agents_socket(ticket, dana) as danas:
        await customers.send(json.dumps(pretending))
        assert await danas.frames(until="typing") == [
            {"type": "typing", "text": "Maja Olsen is writing"}
        ]
        assert await customers.frames() == [], "not to themselves"
        await danas.send('{"type": "typing"}')
        await danas.send('{"type": "typing"}')
        assert await customers.frames(until="typing") == [
            {"type": "typing", "text": "Dana is writing"}
        ], "the first name, and once"


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
async def test_w07_a_bad_frame_is_answered_and_the_socket_goes_on(bad: str | bytes) -> None:
    ticket = await do(make_ticket)
    async with customers_socket(ticket) as socket:
        await socket.send(bad)
        assert (await socket.frame())["type"] == "error"
        assert (await hello(socket))["type"] == "news"


async def test_w07_a_huge_frame_and_a_flood_close_only_their_own_socket() -> None:
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
async def test_w12_a_position_that_is_none_is_an_error(after: Any) -> None:
    ticket = await do(make_ticket, body=CANARY)
    async with customers_socket(ticket) as socket:
        assert await hello(socket, after) == {"type": "error", "code": "bad_position"}
        ahead = await hello(socket, 2**31 - 1)
        assert positions(ahead) == [], "a position that is not reached yet is just nothing new"


# --- the right to listen ends --------------------------------------------------------------------


async def test_w08_logging_out_closes_the_socket_of_the_tab_that_stayed_open() -> None:
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
async def test_w08_a_log_in_that_is_switched_off_hears_nothing_more(side: str) -> None:
    """A06: at once, not at the next heartbeat."""
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


async def test_a05_an_agent_who_leaves_the_team_hears_nothing_more() -> None:
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


async def test_a05_a_conversation_that_goes_to_another_team_leaves_the_screens_of_the_old() -> None:
    team = await do(make_team)
    dana, robin = await do(make_agent, teams=[team]), await do(make_agent, teams=[team])
    ticket = await do(make_ticket, team=team, turn=Turn.AGENT, agent=dana)
    async with agents_socket(ticket, robin) as robins:
        other = await do(make_team)
        await do(actions.transfer, actor=Actor.agent(dana), ticket=ticket, team=other, detail="")
        frames, code = await robins.end()
        assert (frames, code) == ([], base.NOT_FOUND)


async def test_w08_a_new_password_ends_the_other_sessions_and_their_sockets() -> None:
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


async def test_w08_a_session_that_is_gone_is_noticed_at_the_next_heartbeat(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(base, "BEAT", 0.2)
    customer = await do(make_customer, login=True)
    ticket = await do(make_ticket, customer=customer)
    client = await do(browser_of, customer)
    async with open_socket(path(ticket), cookie_of(client)) as socket:
        assert await socket.frame() == {"type": "beat", "position": ticket.last_position}
        await do(lambda: client.session.delete())
        assert await socket.close_code() == base.UNAUTHENTICATED


# --- in order, once, as on the page --------------------------------------------------------------


async def test_the_heartbeat_says_how_far_the_conversation_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """T01: what a nudge that was lost cannot say."""
    monkeypatch.setattr(base, "BEAT", 0.3)
    ticket = await do(make_ticket)
    async with customers_socket(ticket) as socket:
        monkeypatch.setattr("tickets.live.send", lambda groups, message: None)
        message = await do(make_message, ticket, "nobody was told")
        beat = await socket.frame()
        while beat["position"] < message.position:
            beat = await socket.frame()
        assert beat == {"type": "beat", "position": message.position}
        frames = [await hello(socket, ticket.last_position)]
        assert positions(frames[0]) == [message.position]


async def test_a_heart_goes_on_beating_when_a_beat_has_failed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """T01: a socket must not go deaf for good because Redis or PostgreSQL was away for a moment."""
    monkeypatch.setattr(base, "BEAT", 0.2)
    ticket = await do(make_ticket)
    failed: list[str] = []
    async with customers_socket(ticket) as socket:

        def away(actor: Actor, reference: str) -> Ticket:
            failed.append(reference)
            raise ConnectionError("away")

        with monkeypatch.context() as hurt:
            hurt.setattr(access, "ticket_for", away)
            while len(failed) < 2:
                await asyncio.sleep(0.05)
        assert (await socket.frame())["type"] == "beat"


async def test_what_was_missed_comes_in_order_and_once() -> None:
    """T15: exactly what came after the position that the screen says."""
    dana = await do(make_agent)
    ticket = await do(make_ticket, turn=Turn.AGENT, agent=dana)
    async with customers_socket(ticket) as socket:
        known = (await hello(socket))["position"]
    missed = [
        await do(make_message, ticket, "first"),
        await do(make_reply, ticket, dana, "second"),
    ]
    await do(make_note, ticket, dana, CANARY)
    missed.append(await do(make_message, ticket, "third"))
    cookie = await do(lambda: cookie_of(browser_of(ticket.customer)))
    async with open_socket(path(ticket), cookie) as socket:
        frame = await hello(socket, known)
        assert positions(frame) == [message.position for message in missed]
        for item, body in zip(frame["items"], ("first", "second", "third"), strict=True):
            assert body in item["html"]
        assert positions(await hello(socket, frame["position"])) == [], "and not again"
        assert await socket.frames() == []
    async with open_socket(staff_path(ticket), await do(session_cookie, dana)) as socket:
        frame = await hello(socket, known)
        shown = positions(frame)
        assert len(shown) == 4, "an agent gets the note too, in its place"
        assert shown == sorted(shown)
        assert CANARY in frame["items"][2]["html"]


async def test_many_who_write_at_once_are_heard_in_order_and_once() -> None:
    dana = await do(make_agent)
    ticket = await do(make_ticket, turn=Turn.AGENT, agent=dana)
    before = ticket.last_position
    async with customers_socket(ticket) as customers, agents_socket(ticket, dana) as danas:
        said = await asyncio.gather(
            *(do(make_message, ticket, f"message {number}") for number in range(8)),
            *(do(make_reply, ticket, dana, f"reply {number}") for number in range(4)),
        )
        for socket in (customers, danas):
            heard = [
                position
                for frame in await socket.frames(until="news")
                for position in positions(frame)
                if position > before
            ]
            assert heard == sorted(message.position for message in said)


async def test_an_action_of_several_events_makes_one_frame() -> None:
    ticket = await do(make_ticket, turn=Turn.CUSTOMER)
    async with customers_socket(ticket) as socket:
        events = await do(ticket.events.count)
        await do(
            actions.hand_over,
            actor=Actor.of_customer(ticket.customer),
            ticket=ticket,
            reason=Reason.ASKED,
        )
        await do(lambda: ticket.refresh_from_db())
        assert await do(ticket.events.count) > events
        frames = await socket.frames(until="news")
        assert [frame["position"] for frame in frames] == [ticket.last_position]


async def test_frames_are_rendered_by_the_pages_own_template(settings: Settings) -> None:
    """In the viewer's zone too: messages, an answer with its sources and its buttons, a note."""
    settings.STAFF_NEED_SECOND_FACTOR = False
    dana = await do(make_agent, "Dana Osei", timezone="Asia/Tokyo")
    ticket = await do(make_ticket, turn=Turn.ASSISTANT)
    await do(make_answer, ticket, articles=[await do(make_article), await do(make_article)])
    await do(make_message, ticket, "<b>bold</b> & [link](https://example.com)")
    client = await do(browser_of, ticket.customer)
    client.cookies["timezone"] = "Pacific/Auckland"

    def page(browser: Client, address: str) -> str:
        html = browser.get(address).content.decode()
        # A plain form needs a token of its own; where a script renders, it has one for all.
        return re.sub(r'<input type="hidden" name="csrfmiddlewaretoken"[^>]*>', "", html)

    async def same(socket: Socket, browser: Client, address: str) -> None:
        frame = await hello(socket)
        html = await do(page, browser, address)
        assert len(frame["items"]) >= 3
        for item in frame["items"]:
            assert item["html"].strip() in html

    async with open_socket(path(ticket), cookie_of(client)) as socket:
        await same(socket, client, f"/requests/{ticket.reference}/")
    await do(lambda: dana.teams.set([ticket.team_id]))
    await do(make_note, ticket, dana, "A note")
    agent = Client()
    await do(lambda: agent.force_login(dana, backend=configured.AUTHENTICATION_BACKENDS[0]))
    async with open_socket(staff_path(ticket), cookie_of(agent)) as socket:
        await same(socket, agent, f"/workspace/{ticket.reference}/")
    assert await do(lambda: ticket.messages.filter(author_kind=AuthorKind.CUSTOMER).count()) == 2
