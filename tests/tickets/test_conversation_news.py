"""What each side of a conversation hears: what it may, in order and once, as on the page."""

from __future__ import annotations

import asyncio
import json
import re
import time
from typing import Any

import pytest
from django.conf import settings as configured
from django.test import Client
from pytest_django.fixtures import Settings

from tests.factories import (
    make_agent,
    make_answer,
    make_article,
    make_customer,
    make_message,
    make_note,
    make_reply,
    make_team,
    make_ticket,
)
from tests.sockets import Socket, do, open_socket, session_cookie
from tests.tickets.open_screens import (
    CANARY,
    agents_socket,
    browser_of,
    cookie_of,
    customers_socket,
    hello,
    path,
    positions,
    staff_path,
)
from tests.tickets.parallel import real_transactions
from tickets import actions
from tickets.actors import Actor
from tickets.models import AuthorKind, Reason, Turn
from tickets.portal import news as portal_news
from tickets.sockets import heart, sight
from tickets.sockets.conversation import OWN_WORDS_WAIT

pytestmark = real_transactions


# --- what each side hears ------------------------------------------------------------------------


async def test_nothing_that_agents_do_among_themselves_reaches_the_customer() -> None:
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
async def test_a_socket_only_listens(frame: dict[str, Any]) -> None:
    """What pretends to write, or to be from inside, is an unknown type."""
    dana = await do(make_agent)
    ticket = await do(make_ticket, turn=Turn.AGENT, agent=dana)
    said = await do(ticket.messages.count)
    async with customers_socket(ticket) as customers, agents_socket(ticket, dana) as danas:
        for socket in (customers, danas):
            await socket.send(json.dumps(frame))
            assert await socket.frames() == [{"type": "error", "code": "unknown_type"}]
    assert await do(ticket.messages.count) == said
    assert await do(ticket.notes.count) == 0


async def test_who_types_is_whose_socket_it_is() -> None:
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


# --- in order, once, as on the page --------------------------------------------------------------


async def test_the_heartbeat_says_how_far_the_conversation_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What a nudge that was lost cannot say."""
    monkeypatch.setattr(heart, "BEAT", 0.3)
    ticket = await do(make_ticket)
    async with customers_socket(ticket) as socket:
        monkeypatch.setattr("tickets.live.nudges.send", lambda groups, message: None)
        message = await do(make_message, ticket, "nobody was told")
        beat = await socket.frame()
        while beat["position"] < message.position:
            beat = await socket.frame()
        assert beat == {"type": "beat", "position": message.position}
        frames = [await hello(socket, ticket.last_position)]
        assert positions(frames[0]) == [message.position]


async def test_the_line_stays_whole_while_the_rows_cannot_be_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A socket must not go deaf for good because PostgreSQL was away for a moment, and not
    everybody should connect again in the moment when it comes back."""
    monkeypatch.setattr(heart, "BEAT", 0.2)
    ticket = await do(make_ticket)
    async with customers_socket(ticket) as socket:

        def away(viewers: object) -> sight.Sight:
            raise ConnectionError("away")

        with monkeypatch.context() as hurt:
            hurt.setattr(sight, "look", away)
            while await socket.frame() != {"type": "beat"}:
                pass
        while (await socket.frame()).get("position") != ticket.last_position:
            pass


async def test_what_was_missed_comes_in_order_and_once() -> None:
    """Exactly what came after the position that the screen says."""
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
        last = max(message.position for message in said)
        for socket in (customers, danas):
            heard: list[int] = []
            while last not in heard:  # on a busy machine they may come in several frames
                heard += positions(await socket.frame())
            for frame in await socket.frames():
                heard += positions(frame)
            assert [position for position in heard if position > before] == sorted(
                message.position for message in said
            )


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


async def test_words_that_come_while_a_frame_is_made_are_brought_too() -> None:
    """The customer's own words wait a moment; what is written meanwhile is not forgotten."""
    ticket = await do(make_ticket, turn=Turn.QUEUE)
    async with customers_socket(ticket) as customers:
        heard: list[int] = []
        said = []
        for number in range(6):
            said.append((await do(make_message, ticket, f"word {number}")).position)
            await asyncio.sleep(0.06)  # some fall into the moment in which a frame is made
        while len(heard) < len(said):
            frames = await customers.frames(until="news")
            heard += [position for frame in frames for position in positions(frame)]
        assert [position for position in heard if position in said] == said


async def test_a_reply_that_comes_while_own_words_are_brought_repeats_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Both would have begun after the same position, and everything would have come twice."""
    dana = await do(make_agent)
    ticket = await do(make_ticket, turn=Turn.AGENT, agent=dana)
    made = portal_news.news

    def slowly(*given: Any, **more: Any) -> dict[str, Any]:
        frame = made(*given, **more)
        time.sleep(0.3)
        return frame

    async with customers_socket(ticket) as customers:
        monkeypatch.setattr(portal_news, "news", slowly)
        said = [(await do(make_message, ticket, "of their own")).position]
        await asyncio.sleep(OWN_WORDS_WAIT + 0.1)  # the frame with it is being made
        said.append((await do(make_reply, ticket, dana, "a reply")).position)
        heard: list[int] = []
        while said[-1] not in heard:
            for frame in await customers.frames(until="news"):
                heard += positions(frame)
        assert [position for position in heard if position in said] == said
