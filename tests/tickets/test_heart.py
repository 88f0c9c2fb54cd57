"""One beat looks after all sockets of a process: cheaply, evenly, and nobody listens unseen."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any, cast

import pytest
from django.conf import settings
from django.contrib.sessions.backends.cache import SessionStore
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.factories import (
    make_admin,
    make_agent,
    make_customer,
    make_team,
    make_ticket,
    make_visitor,
)
from tests.sockets import Socket, do, open_socket, session_cookie
from tests.tickets.open_screens import (
    browser_of,
    cookie_of,
    customers_socket,
    path,
    staff_path,
)
from tests.tickets.parallel import real_transactions
from tickets import access
from tickets.live import presence
from tickets.models import Role, Ticket, User
from tickets.portal import news as portal_news
from tickets.sockets import base, sight
from tickets.sockets import heart as hearts
from tickets.sockets.conversation import CustomerConversation
from tickets.sockets.heart import SLICES, Heart, Listener, look_after
from tickets.sockets.sight import Sight, Viewer

pytestmark = real_transactions


# --- cheap ---------------------------------------------------------------------------------------


def some_viewers(number: int) -> list[Viewer]:
    """Customers, visitors, agents and admins, with conversations, so many of each."""
    found = []
    for _ in range(number):
        ticket = make_ticket(customer=make_customer(login=True))
        found.append(Viewer.of(browser_of(ticket.customer).session, ticket.customer.user, ticket))
        visitors = make_ticket(customer=make_visitor())
        found.append(Viewer.of(browser_of(visitors.customer).session, None, visitors))
        for user in (make_agent(teams=[ticket.team]), make_admin()):
            client = Client()
            client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
            found.append(Viewer.of(client.session, user, ticket))
    return found


def test_a_look_takes_a_statement_per_table_however_many_listen() -> None:
    few, many = some_viewers(1), some_viewers(6)
    statements = []
    for viewers in (few, few + many):
        with CaptureQueriesContext(connection) as captured:
            now = sight.look(viewers)
        statements.append(len(captured))
        assert {viewer.session_key for viewer in viewers} == now.sessions
        assert {viewer.ticket for viewer in viewers} == set(now.tickets)
        assert all(now.customer_of(viewer) for viewer in viewers[:2])
    assert statements[0] == statements[1] <= 7


@pytest.mark.parametrize("proved", [False, True])
@pytest.mark.parametrize("has_address", [False, True])
def test_a_look_takes_a_session_for_whom_a_page_takes_it(has_address: bool, proved: bool) -> None:
    """A row with an address is whoever proved it in this session, one without is not."""
    row = make_customer() if has_address else make_visitor()
    session = SessionStore()
    session[access.PROVED if proved else access.VISITOR] = row.pk
    viewer = Viewer.of(session, None)
    found = sight.look([viewer]).customer_of(viewer)
    assert found == access.customer_actor(None, session).customer
    assert found == (row if has_address == proved else None)


def test_a_look_of_customers_reads_nothing_of_agents() -> None:
    viewers = [viewer for viewer in some_viewers(2) if viewer.user is None]
    with CaptureQueriesContext(connection) as captured:
        sight.look(viewers)
    assert len(captured) == 3, "sessions, customers, tickets"


class Quiet:
    """A socket without a browser."""

    def __init__(self, viewer: Viewer, *, breaks: bool = False) -> None:
        self.viewer = viewer
        self.breaks = breaks
        self.beats = 0

    async def stays(self, now: Sight) -> bool:
        if self.breaks:
            raise ConnectionError("the browser is gone")
        return now.is_logged_in(self.viewer)

    async def beat(self, now: Sight | None = None) -> None:
        self.beats += 1

    def presence(self) -> str:
        return f"presence:{self.viewer.ticket}"


async def test_those_who_are_here_are_noted_at_once_and_one_that_breaks_stops_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    noted: list[tuple[str, ...]] = []
    monkeypatch.setattr(presence, "mark_here", lambda *keys: noted.append(keys))
    viewers = await do(some_viewers, 2)
    broken, *sound = [Quiet(viewer, breaks=not place) for place, viewer in enumerate(viewers)]
    await look_after([broken, *sound])
    assert broken.beats == 0
    assert [one.beats for one in sound] == [1] * len(sound)
    assert noted == [tuple(one.presence() for one in sound)]


async def test_many_are_read_for_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hearts, "TOGETHER", 3)
    looked: list[int] = []
    look = sight.look

    def counted(viewers: list[Viewer]) -> Sight:
        looked.append(len(viewers))
        return look(viewers)

    monkeypatch.setattr(sight, "look", counted)
    listeners = [Quiet(viewer) for viewer in await do(some_viewers, 2)]
    await look_after(listeners)
    assert looked == [3, 3, 2]
    assert all(one.beats == 1 for one in listeners)


# --- evenly --------------------------------------------------------------------------------------


async def test_who_comes_at_once_is_spread_over_the_whole_beat() -> None:
    nobody = Viewer("", "", None, 0, proved=False)
    heart = Heart()
    first = Quiet(nobody)
    heart.add(first)
    assert heart.place[first] == heart.now, "its slice was just had: it comes in a whole beat"
    crowd = [Quiet(nobody) for _ in range(10 * SLICES - 1)]
    for listener in crowd:
        heart.add(listener)
    assert Counter(heart.place.values()) == dict.fromkeys(range(SLICES), 10)
    for listener in [first, *crowd]:
        heart.remove(listener)
    assert not any(heart.slices)
    assert heart.beating is None, "nobody is left to beat for"


async def test_each_is_beaten_for_once_in_a_beat(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hearts, "BEAT", 0.2)
    rounds: list[list[Listener]] = []

    async def noted(listeners: list[Listener]) -> None:
        rounds.append(listeners)

    monkeypatch.setattr(hearts, "look_after", noted)
    heart = Heart()
    listeners = [Quiet(Viewer("", "", None, 0, proved=False)) for _ in range(2 * SLICES)]
    for listener in listeners:
        heart.add(listener)
    while len(rounds) < SLICES:
        await asyncio.sleep(0.02)
    met = [listener for some in rounds[:SLICES] for listener in some]
    assert len(met) == len(set(met)) == len(listeners)
    for listener in listeners:
        heart.remove(listener)


# --- nobody listens unseen -----------------------------------------------------------------------


@pytest.mark.parametrize("told", [True, False])
async def test_logging_out_in_the_moment_in_which_a_socket_connects_closes_it(
    told: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has looked who is there, and is about to listen for the end of the session."""
    customer = await do(make_customer, login=True)
    ticket = await do(make_ticket, customer=customer)
    client = await do(browser_of, customer)
    cookie = cookie_of(client)
    enter = CustomerConversation.enter

    async def and_meanwhile(socket: CustomerConversation) -> int:
        code = await enter(socket)
        if told:
            await do(lambda: client.post("/account/logout/"))
        else:
            await do(lambda: client.session.delete())
        return code

    monkeypatch.setattr(CustomerConversation, "enter", and_meanwhile)
    socket = Socket(path(ticket), cookie)
    await socket.connect()
    async with asyncio.timeout(15):
        frames, code = await socket.end()
    assert (frames, code) == ([], base.UNAUTHENTICATED)
    await socket.leave()
    assert not await do(presence.customer_is_here, ticket)


@pytest.mark.parametrize("how", ["expired", "password", "inactive", "joined"])
async def test_whoever_may_listen_no_longer_is_seen_at_the_next_beat(
    how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though nobody told the socket."""
    monkeypatch.setattr(hearts, "BEAT", 0.3)
    visitor = how == "joined"
    customer = await do(make_visitor) if visitor else await do(make_customer, login=True)
    ticket = await do(make_ticket, customer=customer)

    def end() -> None:
        if how == "expired":
            Session.objects.update(expire_date=timezone.now())
        elif how == "joined":
            customer.joined_into = make_customer()
            customer.save()
        else:
            user = cast(User, customer.user)
            if how == "password":
                user.set_password("quite another walk over the moor")
            else:
                user.is_active = False
            user.save()

    async with customers_socket(ticket) as socket:
        await do(end)
        async with asyncio.timeout(15):
            expected = base.NOT_FOUND if visitor else base.UNAUTHENTICATED
            assert await socket.close_code() == expected


async def test_an_agent_who_loses_the_team_or_the_role_is_seen_at_the_next_beat(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(hearts, "BEAT", 0.3)
    team = await do(make_team)
    ticket = await do(make_ticket, team=team)
    for role in (False, True):
        dana = await do(make_agent, teams=[team])
        async with open_socket(staff_path(ticket), await do(session_cookie, dana)) as socket:
            if role:
                await do(User.objects.filter(pk=dana.pk).update, role=Role.CUSTOMER)
            else:
                await do(dana.teams.clear)
            async with asyncio.timeout(15):
                expected = base.UNAUTHENTICATED if role else base.NOT_FOUND
                assert await socket.close_code() == expected


async def test_a_socket_that_broke_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would be beaten for as long as the process lives."""
    ticket = await do(make_ticket)

    def broken(ticket: Ticket, *, after: int) -> dict[str, Any]:
        raise RuntimeError("broken")

    cookie = await do(lambda: cookie_of(browser_of(ticket.customer)))
    socket = Socket(path(ticket), cookie)
    await socket.connect()
    await socket.send('{"type": "are you there"}')
    assert (await socket.frame())["type"] == "error"
    assert len(hearts.heart().place) == 1
    assert await do(presence.customer_is_here, ticket)
    monkeypatch.setattr(portal_news, "news", broken)
    await socket.send('{"type": "hello", "after": 0}')
    with pytest.raises(RuntimeError, match="broken"):
        await socket.leave()
    assert not hearts.heart().place
    assert not await do(presence.customer_is_here, ticket)
