"""The socket of one conversation: news after a position, for a customer or for an agent."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _

from tickets import access
from tickets.actors import Actor
from tickets.intake import time_zones
from tickets.live import lookers, nudges, presence
from tickets.live.lookers import Looker
from tickets.models import AuthorKind, EventKind, Ticket, User
from tickets.portal import news as portal_news
from tickets.sockets.base import FORBIDDEN, NOT_FOUND, UNAUTHENTICATED, Socket
from tickets.sockets.looking import HearsWhoLooks, news_of, tell
from tickets.sockets.sight import Sight
from tickets.sockets.threads import in_thread
from tickets.workspace import news as workspace_news

TYPING_EVERY = 2  # seconds between two "is typing" that go out
OWN_WORDS_WAIT = 0.25  # seconds


class Conversation(Socket):
    """News of one ticket. Everything that is sent was loaded through access for this viewer."""

    side: str  # whom this socket's viewer writes as

    async def enter(self) -> int:
        self.reference: str = self.scope["url_route"]["kwargs"]["reference"]
        self.sent = 0
        self.bringing = asyncio.Lock()  # two at once would both begin where the last one ended
        self.typed_at = 0.0
        try:
            ticket = await in_thread(self.load)()
        except PermissionError:
            return FORBIDDEN if isinstance(self.scope["user"], User) else UNAUTHENTICATED
        except Http404:
            return NOT_FOUND
        self.ticket_id, self.team_id = ticket.pk, ticket.team_id
        self.looks_at(ticket)
        return 0

    def pulse(self, now: Sight) -> dict[str, Any]:
        ticket = now.ticket_of(self.viewer)
        return {"position": ticket.last_position} if ticket else {}

    async def hear(self, frame: dict[str, Any]) -> None:
        if frame["type"] == "hello":
            after = frame.get("after")
            if not isinstance(after, int) or isinstance(after, bool) or not 0 <= after < 2**31:
                await self.complain("bad_position")
                return
            async with self.bringing:
                await self.bring(after)
        elif frame["type"] == "typing":
            await self.pass_on_typing()
        else:
            await self.complain("unknown_type")

    async def news(self, event: dict[str, Any]) -> None:
        """Something happened in this ticket. The nudge says only that; the rest is loaded.

        An action often leaves several events, and so nudges; the first brings all of it.
        """
        await self.catch_up(event["position"])

    async def catch_up(self, position: int) -> None:
        """Bring what is new, unless it was brought up to `position` already."""
        async with self.bringing:
            if position > self.sent:
                await self.bring(self.sent)

    async def typing(self, event: dict[str, Any]) -> None:
        if event["kind"] != self.side:
            text = _("%(name)s is writing") % {"name": event["name"]}
            await self.send_frame({"type": "typing", "text": text})

    async def bring(self, after: int) -> None:
        try:
            frame = await in_thread(self.shown)(after)
        except PermissionError:
            await self.close(UNAUTHENTICATED)
            return
        except Http404:
            await self.close(NOT_FOUND)
            return
        self.sent = max(self.sent, frame["position"])
        await self.send_frame(frame)

    async def pass_on_typing(self) -> None:
        now = time.monotonic()
        if now - self.typed_at < TYPING_EVERY:
            return
        self.typed_at = now
        for group in (nudges.customer_group(self.ticket_id), nudges.staff_group(self.ticket_id)):
            await self.channel_layer.group_send(
                group, {"type": "typing", "kind": self.side, "name": await in_thread(self.name)()}
            )

    def shown(self, after: int) -> dict[str, Any]:
        """The frame, with the times of the viewer's zone: a socket has no middleware for that."""
        with time_zones.shown_to(self.scope["user"], self.scope.get("cookies", {})):
            return self.frame(after)

    def frame(self, after: int) -> dict[str, Any]:
        raise NotImplementedError

    def load(self) -> Ticket:
        """The ticket through access. Raises Http404, or PermissionError for who may not be here."""
        raise NotImplementedError

    def name(self) -> str:
        raise NotImplementedError


class CustomerConversation(Conversation):
    """The customer's side. It never hears of a note."""

    side = AuthorKind.CUSTOMER
    waiting: asyncio.Task[None] | None = None
    owed = 0  # up to here their own words are still to be brought

    async def news(self, event: dict[str, Any]) -> None:
        """What customers wrote themselves their page shows already: it comes with the answer.

        Or a moment later, if there is none. So the two do not compete for the same process.
        """
        if event["kind"] != EventKind.MESSAGE_POSTED or event["by_kind"] != AuthorKind.CUSTOMER:
            await super().news(event)
            return
        self.owed = max(self.owed, event["position"])
        if self.waiting is None or self.waiting.done():
            self.waiting = asyncio.create_task(self.wait_for_more())

    async def wait_for_more(self) -> None:
        """What is written while a frame is made is owed, too, and brought by the next one."""
        await asyncio.sleep(OWN_WORDS_WAIT)
        while self.sent < self.owed and not self.closed:
            await self.catch_up(self.owed)

    def load(self) -> Ticket:
        user = self.scope["user"]
        # Who it is, is looked up when the socket opens, at each beat and when the account changes.
        self.actor = access.customer_actor(
            user if isinstance(user, User) else None, self.scope["session"]
        )
        return access.ticket_for(self.actor, self.reference)

    def frame(self, after: int) -> dict[str, Any]:
        ticket = access.ticket_for(self.actor, self.reference)
        return portal_news.news(ticket, after=after)

    async def take(self, now: Sight) -> int:
        customer, ticket = now.customer_of(self.viewer), now.ticket_of(self.viewer)
        if customer is None or ticket is None:
            return NOT_FOUND
        self.scope["user"] = now.user_of(self.viewer)
        self.actor = Actor.of_customer(customer)
        return 0 if access.may_see(self.actor, ticket) else NOT_FOUND

    def news_groups(self) -> list[str]:
        return [nudges.customer_group(self.ticket_id)]

    def presence(self) -> str:
        return presence.customer_key(self.ticket_id)

    async def is_gone(self) -> None:
        if self.waiting is not None:
            self.waiting.cancel()
        if hasattr(self, "ticket_id"):
            await in_thread(presence.forget_customer)(self.ticket_id)

    def name(self) -> str:
        return access.ticket_for(self.actor, self.reference).customer.name or _("The customer")


class StaffConversation(Conversation, HearsWhoLooks):
    """An agent's side: messages and notes, and which colleagues look at it or write."""

    side = AuthorKind.AGENT
    wrote_at = 0.0  # when colleagues were told last

    async def enter(self) -> int:
        code = await super().enter()
        if not code:
            await self.looks()
        return code

    async def looks(self, *, writing: bool = False) -> None:
        """Tell colleagues that this agent has it open, or writes; and this agent, who else does."""
        await in_thread(lookers.look)(self.ticket_id, self.scope["user"], writing=writing)
        looking = await self.tell_who_looks()
        if len(looking) > 1 and not writing:
            await self.lookers(news_of(self.reference, looking))

    async def tell_who_looks(self) -> list[Looker]:
        looking = (await in_thread(lookers.everywhere)()).get(self.ticket_id, [])
        news = news_of(self.reference, looking)
        await tell(self.channel_layer, self.ticket_id, self.team_id, news)
        return looking

    async def beat(self, now: Sight | None = None) -> None:
        await super().beat(now)
        await in_thread(lookers.look)(self.ticket_id, self.scope["user"])

    async def is_gone(self) -> None:
        if hasattr(self, "ticket_id"):
            await in_thread(lookers.leave)(self.ticket_id, self.scope["user"])
            await self.tell_who_looks()

    async def hear(self, frame: dict[str, Any]) -> None:
        """A reply that is being written, the customer is told of; of a note, only colleagues."""
        if frame["type"] in ("typing", "noting"):
            await self.writes()
        if frame["type"] != "noting":
            await super().hear(frame)

    async def writes(self) -> None:
        now = time.monotonic()
        if now - self.wrote_at >= lookers.WRITING_SECONDS / 2:
            self.wrote_at = now
            await self.looks(writing=True)

    async def mail_changed(self, event: dict[str, Any]) -> None:
        """How a mail fares changes a message that is shown, and is no event of the conversation."""
        async with self.bringing:
            await self.bring(self.sent)

    def agent(self) -> User:
        user = self.scope["user"]
        if not isinstance(user, User) or not user.works_here:
            raise PermissionError
        return user

    def load(self) -> Ticket:
        return access.ticket_for(Actor.agent(self.agent()), self.reference)

    def frame(self, after: int) -> dict[str, Any]:
        with access.seen_by(self.agent()):
            return workspace_news.news(self.load(), self.agent(), after)

    async def take(self, now: Sight) -> int:
        user, ticket = now.user_of(self.viewer), now.ticket_of(self.viewer)
        if user is None or not user.works_here:
            return UNAUTHENTICATED
        self.scope["user"] = user
        teams = now.teams.get(user.pk, ())
        if ticket is None or not access.may_see(Actor.agent(user), ticket, teams=teams):
            return NOT_FOUND
        return 0

    def news_groups(self) -> list[str]:
        return [nudges.staff_group(self.ticket_id)]

    def name(self) -> str:
        return self.agent().get_short_name()
