"""Who looks at a conversation and who writes: told to colleagues at once, to customers never."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests.factories import make_agent, make_team, make_ticket
from tests.sockets import Socket, do, open_socket, session_cookie
from tests.tickets.open_screens import agents_socket, customers_socket, staff_path
from tests.tickets.parallel import real_transactions
from tickets.live import lookers
from tickets.live.lookers import Looker
from tickets.models import Ticket, Turn, User

pytestmark = real_transactions


@pytest.fixture
def ada() -> User:
    return make_agent("Ada Brook", teams=[make_team()])


@pytest.fixture
def ben(ada: User) -> User:
    return make_agent("Ben Hale", teams=ada.teams.all())


@pytest.fixture
def ticket(ada: User) -> Ticket:
    return make_ticket(team=ada.teams.get(), turn=Turn.AGENT, agent=ada)


@asynccontextmanager
async def colleague(path: str, user: User) -> AsyncIterator[Socket]:
    """A socket of somebody who comes when others look already, and so is told of them first."""
    socket = Socket(path, await do(session_cookie, user))
    await socket.connect()
    yield socket
    await socket.leave()


async def told(socket: Socket) -> list[dict[str, Any]]:
    """The next frame about who looks; whatever else comes is passed over."""
    while True:
        frame = await socket.frame()
        if frame["type"] == "lookers":
            return list(frame["lookers"])


def test_it_is_known_who_looks_where_and_for_how_long(
    ada: User, ben: User, ticket: Ticket, monkeypatch: pytest.MonkeyPatch
) -> None:
    lookers.look(ticket.pk, ben)
    lookers.look(ticket.pk, ada, writing=True)
    assert lookers.everywhere() == {
        ticket.pk: [Looker(ada.pk, "Ada Brook", writing=True), Looker(ben.pk, "Ben Hale")]
    }
    lookers.leave(ticket.pk, ben)
    assert [one.name for one in lookers.everywhere()[ticket.pk]] == ["Ada Brook"]
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + lookers.WRITING_SECONDS + 1)
    assert not lookers.everywhere()[ticket.pk][0].writing
    monkeypatch.setattr(time, "time", lambda: now + lookers.LOOKING_SECONDS + 1)
    assert lookers.everywhere() == {}


async def test_colleagues_hear_at_once_who_looks_who_writes_and_who_left(
    ada: User, ben: User, ticket: Ticket
) -> None:
    async with agents_socket(ticket, ada) as adas:
        async with colleague(staff_path(ticket), ben) as bens:
            assert await told(bens) == [{"name": "Ada Brook", "writing": False}]
            assert await told(adas) == [{"name": "Ben Hale", "writing": False}]
            await bens.send(json.dumps({"type": "noting"}))
            assert await told(adas) == [{"name": "Ben Hale", "writing": True}]
        assert await told(adas) == []


async def test_whoever_comes_later_is_told_in_the_conversation_and_in_the_list(
    ada: User, ben: User, ticket: Ticket
) -> None:
    async with agents_socket(ticket, ada), colleague("/ws/workspace/", ben) as inbox:
        frame = await inbox.frame()
        assert (frame["type"], frame["reference"]) == ("lookers", ticket.reference)
        assert frame["lookers"] == [{"name": "Ada Brook", "writing": False}]


async def test_nobody_of_another_team_and_no_customer_hears_of_it(
    ada: User, ticket: Ticket
) -> None:
    stranger = await do(lambda: make_agent("Kit Marlow", teams=[make_team("Orders")]))
    cookie = await do(session_cookie, stranger)
    async with (
        customers_socket(ticket) as customers,
        open_socket("/ws/workspace/", cookie) as strangers,
        agents_socket(ticket, ada) as adas,
    ):
        await adas.send(json.dumps({"type": "noting"}))
        assert await customers.is_silent()
        assert await strangers.is_silent()
