"""The bell by the socket: its number, the toasts of notifications, and what is read on the screen."""

from __future__ import annotations

import json

from tests.factories import (
    make_agent,
    make_customer,
    make_message,
    make_note,
    make_team,
    make_ticket,
)
from tests.sockets import Socket, do
from tests.tickets.parallel import real_transactions
from tests.tickets.telling import tell, untell
from tests.tickets.workspace.test_inbox_socket import inbox
from tickets import actions
from tickets.actors import Actor
from tickets.models import MailWait, Notification, NotificationSettings, Team, Ticket, Turn, User
from tickets.models.notifications import usual_choices

pytestmark = real_transactions


def stage() -> tuple[User, User, Ticket]:
    """Dana has a conversation, and Robin is her colleague; nobody was told of anything."""
    team: Team = make_team("Gear care")
    dana, robin = make_agent("Dana Osei", teams=[team]), make_agent("Robin Vale", teams=[team])
    ada = make_customer("Ada Lindqvist")
    ticket = make_ticket(team=team, turn=Turn.AGENT, agent=dana, customer=ada)
    untell()
    return dana, robin, ticket


async def counts(socket: Socket, *, until: str = "unread") -> list[str]:
    """The numbers that come; without `until`, whatever comes soon."""
    return [one["count"] for one in await socket.frames(until) if one["type"] == "unread"]


async def test_a_mention_is_counted_and_shown_at_once_to_nobody_else_and_read_when_it_is_seen() -> (
    None
):
    dana, robin, ticket = await do(stage)
    async with inbox(robin) as robins, inbox(dana) as danas:
        await do(make_note, ticket, dana, "canary @Robin Vale")
        await do(tell)
        heard = await robins.frames(until="unread")
        assert [one["count"] for one in heard if one["type"] == "unread"] == ["1"]
        (shown,) = [one for one in heard if one["type"] == "notified"]
        assert (shown["reference"], shown["sound"]) == (ticket.reference, True)
        assert "Dana Osei mentioned you" in shown["toast"]
        assert f"?at={shown['position']}#m{shown['position']}" in shown["toast"]
        assert "canary" not in str(heard), "what was said is not in the frames"
        assert not [one for one in await danas.frames() if one["type"] != "inbox"]
        await robins.send(json.dumps({"type": "seen", "reference": ticket.reference}))
        assert await counts(robins) == [""]
        assert not await do(lambda: Notification.objects.unread().exists())


async def test_what_is_seen_must_be_theirs_to_see_and_nonsense_is_no_matter() -> None:
    dana, _robin, ticket = await do(stage)
    kit = await do(make_agent, "Kit Marlow", teams=[await do(make_team, "Orders")])
    await do(make_message, ticket)
    await do(tell)
    async with inbox(kit) as kits, inbox(dana) as danas:
        assert await counts(danas) == ["1"]
        for reference in (ticket.reference, "ZZZZZZZZ", None, 7, ["x"], "\0"):
            await kits.send(json.dumps({"type": "seen", "reference": reference}))
        assert await counts(kits, until="") == []
        assert await counts(danas, until="") == [], "theirs is unread as before"


async def test_many_at_once_are_one_number() -> None:
    dana, _robin, ticket = await do(stage)
    async with inbox(dana) as danas:
        for _ in range(12):
            await do(make_message, ticket)
        await do(tell)
        found = await counts(danas)
        assert found[-1] == "9+"
        assert len(found) < 6


async def test_a_sound_is_heard_for_the_kinds_for_which_it_is_wanted() -> None:
    dana, _robin, ticket = await do(stage)

    def choose(*without: str) -> None:
        NotificationSettings.objects.filter(user=dana).delete()
        actions.choose_notifications(
            actor=Actor.agent(dana),
            choices=[one for one in usual_choices() if one not in without],
            mail_wait=MailWait.QUARTER,
            quiet_from=None,
            quiet_until=None,
        )

    async with inbox(dana) as danas:
        for change, sounds in ((["wrote.app"], True), (["wrote.sound"], False)):
            await do(choose, *change)
            await do(make_message, ticket)
            heard = [one for one in await danas.frames(until="message.posted") if "toast" in one]
            assert [one["sound"] for one in heard] == [sounds]
