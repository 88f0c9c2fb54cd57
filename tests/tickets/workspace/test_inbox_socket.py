"""The inbox's socket: who hears of what, at once, and of nothing else."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session

from tests.factories import (
    make_admin,
    make_agent,
    make_customer,
    make_message,
    make_note,
    make_team,
    make_ticket,
)
from tests.sockets import Socket, do, open_socket, session_cookie
from tests.tickets.parallel import real_transactions
from tickets import actions
from tickets.actors import Actor
from tickets.live import presence
from tickets.models import Reason, Role, Team, Ticket, Turn, User
from tickets.sockets import base, heart

pytestmark = real_transactions


@asynccontextmanager
async def inbox(user: User) -> AsyncIterator[Socket]:
    """An open inbox."""
    async with open_socket("/ws/workspace/", await do(session_cookie, user)) as socket:
        yield socket


def ask_for_a_person(team: Team) -> Ticket:
    ticket = make_ticket(team=team, turn=Turn.ASSISTANT, customer=make_customer("Maja Olsen"))
    actions.hand_over(actor=Actor.of_customer(ticket.customer), ticket=ticket, reason=Reason.ASKED)
    return ticket


@pytest.mark.parametrize(("who", "code"), [("nobody", 4401), ("customer", 4403)])
async def test_it_is_for_those_who_work_here(who: str, code: int) -> None:
    user = (await do(make_customer, login=True)).user
    assert user is not None
    socket = Socket("/ws/workspace/", await do(session_cookie, user) if who == "customer" else "")
    await socket.connect()
    assert await socket.close_code() == code


async def test_a_hand_over_is_seen_by_its_team_and_by_admins_and_by_nobody_else() -> None:
    team, other = await do(make_team), await do(make_team)
    dana = await do(make_agent, "Dana Osei", teams=[team])
    stranger = await do(make_agent, teams=[other])
    admin = await do(make_admin)
    async with inbox(dana) as danas, inbox(stranger) as strangers, inbox(admin) as admins:
        ticket = await do(ask_for_a_person, team)
        for socket in (danas, admins):
            heard = await socket.frames(until="person.asked")
            toasts = [one for one in heard if "toast" in one]
            assert [(one["kind"], one["reference"]) for one in toasts] == [
                ("person.asked", ticket.reference)
            ]
            assert "Maja Olsen" in toasts[0]["toast"]
        assert await strangers.frames() == []


async def test_a_transfer_is_seen_where_it_goes_and_leaves_where_it_was() -> None:
    team, other = await do(make_team), await do(make_team, "Orders")
    dana = await do(make_agent, teams=[team])
    kit = await do(make_agent, teams=[other])
    ticket = await do(make_ticket, team=team, turn=Turn.AGENT, agent=dana, subject="canary")
    async with inbox(dana) as danas, inbox(kit) as kits:
        await do(actions.transfer, actor=Actor.agent(dana), ticket=ticket, team=other, detail="x")
        heard = await kits.frames(until="ticket.transferred")
        assert [one["kind"] for one in heard if "toast" in one] == ["ticket.transferred"]
        left = await danas.frames(until="left")
        assert left
        assert all(one == {"type": "inbox", "kind": "left"} for one in left)


async def test_a_customer_who_writes_is_announced_to_whoever_has_them_once() -> None:
    team = await do(make_team)
    dana = await do(make_agent, teams=[team])
    robin = await do(make_agent, teams=[team])
    ticket = await do(make_ticket, team=team, turn=Turn.AGENT, agent=dana)
    async with inbox(dana) as danas, inbox(robin) as robins:
        await do(make_message, ticket, "canary-body")
        heard = {
            "dana": await danas.frames(until="message.posted"),
            "robin": await robins.frames(until="message.posted"),
        }
        assert [one["kind"] for one in heard["dana"]] == ["message.posted"], "once, not twice"
        assert "toast" in heard["dana"][0]
        assert [sorted(one) for one in heard["robin"]] == [["kind", "reference", "type"]]
        await do(actions.reply, actor=Actor.agent(dana), ticket=ticket, body="canary-body")
        own = await danas.frames(until="message.posted")
        assert not any("toast" in one for one in own)
        await do(make_note, ticket, robin, "canary-note")
        heard["dana"] += await danas.frames(until="note.written")
        assert "canary" not in json.dumps(heard), "what was said is not in the frames"


async def test_whoever_is_away_is_not_disturbed() -> None:
    team = await do(make_team)
    dana = await do(make_agent, teams=[team])
    await do(presence.set_state, dana, presence.State.AWAY)
    async with inbox(dana) as danas:
        await do(ask_for_a_person, team)
        heard = await danas.frames(until="person.asked")
        assert not any("toast" in one for one in heard)


async def test_who_has_it_open_and_uses_it_is_here() -> None:
    team = await do(make_team)
    dana = await do(make_agent, "Dana Osei", teams=[team])
    async with inbox(dana) as danas:
        assert await do(presence.agents_here, team.pk) == set(), "an open tab alone is nobody"
        await danas.send('{"type": "active"}')
        await danas.send('{"type": "nonsense"}')
        await danas.frames(until="error")
        assert await do(presence.agents_here, team.pk) == {dana.pk}


@pytest.mark.parametrize(
    "bad",
    ["", "{", "[]", "1", "null", '{"type": 1}', "[" * 4000, '{"type":"nonsense"}', b"\x00\xff"],
)
async def test_a_bad_frame_is_answered_and_the_socket_goes_on(bad: str | bytes) -> None:
    team = await do(make_team)
    dana = await do(make_agent, teams=[team])
    async with inbox(dana) as danas:
        await danas.send(bad)
        assert (await danas.frame())["type"] == "error"
        await do(ask_for_a_person, team)
        heard = await danas.frames(until="person.asked")
        assert any("toast" in one for one in heard)


async def test_a_huge_frame_and_a_flood_close_it() -> None:
    dana = await do(make_agent)
    async with inbox(dana) as danas:
        await danas.send("x" * 5000)
        assert await danas.close_code() == base.TOO_LARGE
    async with inbox(dana) as danas:
        for _number in range(base.FRAMES_PER_SECOND + 5):
            await danas.send("{}")
        assert await danas.close_code() == base.TOO_MANY


async def test_its_heart_beats(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heart, "BEAT", 0.1)
    dana = await do(make_agent)
    async with inbox(dana) as danas:
        assert await danas.frame() == {"type": "beat"}


@pytest.mark.parametrize("change", ["role", "inactive", "session"])
async def test_whoever_stops_working_here_is_out(
    change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heart, "BEAT", 0.3)
    dana = await do(make_agent)

    def end() -> None:
        if change == "role":
            User.objects.filter(pk=dana.pk).update(role=Role.CUSTOMER)
        elif change == "inactive":
            User.objects.filter(pk=dana.pk).update(is_active=False)
        else:
            for session in Session.objects.all():
                import_module(settings.SESSION_ENGINE).SessionStore(session.session_key).delete()

    async with inbox(dana) as danas:
        await do(end)
        assert await danas.close_code() == base.UNAUTHENTICATED


async def test_whoever_changes_teams_hears_of_the_new_one_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(heart, "BEAT", 1.0)  # longer than a silence
    old, new = await do(make_team), await do(make_team)
    dana = await do(make_agent, teams=[old])
    async with inbox(dana) as danas:
        await do(dana.teams.set, [new])
        assert await danas.frame() == {"type": "beat"}
        await do(ask_for_a_person, old)
        ticket = await do(ask_for_a_person, new)
        heard = await danas.frames(until="person.asked")
        heard = [one for one in heard if one["type"] == "inbox"]
        assert {one["reference"] for one in heard} == {ticket.reference}
