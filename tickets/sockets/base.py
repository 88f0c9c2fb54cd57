"""What all our sockets have in common: who is there, a heartbeat, and patience with bad frames."""

from __future__ import annotations

import json
import logging
import time
from collections import deque
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from channels.generic.websocket import AsyncWebsocketConsumer
from django.contrib.sessions.backends.base import SessionBase

from tickets.intake import limits
from tickets.live import nudges, presence
from tickets.models import Ticket, User
from tickets.sockets import open_sockets, sight
from tickets.sockets.heart import heart
from tickets.sockets.sight import Sight, Viewer
from tickets.sockets.threads import in_thread

logger = logging.getLogger(__name__)

LARGEST_FRAME = 4096
FRAMES_PER_SECOND = 20

UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, TOO_LARGE, TOO_MANY = 4401, 4403, 4404, 4413, 4429


def works_here(user: User) -> bool:
    """The same as `user.works_here`, which may ask the database for the second factor."""
    return user.works_here


class Nowhere(AsyncWebsocketConsumer):  # type: ignore[misc]  # channels has no types
    """An address that is no socket of ours."""

    async def connect(self) -> None:
        await self.accept()
        await self.close(NOT_FOUND)


class Socket(AsyncWebsocketConsumer):  # type: ignore[misc]  # channels has no types
    """A socket that brings news. It is closed once its viewer may not see them any more."""

    groups_joined: tuple[str, ...] = ()
    counted: Mapping[str, int] = MappingProxyType({})
    closed = False
    for_staff = False
    viewer: Viewer

    async def connect(self) -> None:
        self.recent: deque[float] = deque(maxlen=FRAMES_PER_SECOND)
        await self.accept()
        self.counted = self.counts_for()
        if not await in_thread(open_sockets.take)(self.channel_name, self.counted):
            await self.close(TOO_MANY)
            return
        open_sockets.keep_saying(in_thread(open_sockets.say_again))
        # It listens before it looks: whoever logs out in this moment is told, or is seen.
        await self.join(*self.own_groups())
        if code := await self.enter():
            await self.close(code)
            return
        await self.join(*self.news_groups())
        if not await self.looks_again():
            return
        await in_thread(presence.mark_here)(*filter(None, [self.presence()]))
        heart().add(self)

    async def __call__(self, *given: Any) -> None:
        """Listen until the browser is gone, or something of ours broke. It is forgotten in any case."""
        try:
            await super().__call__(*given)
        finally:
            heart().remove(self)
            await self.leave(*self.groups_joined)
            if self.counted:
                await in_thread(open_sockets.give_back)(self.channel_name, list(self.counted))
            await self.is_gone()

    async def is_gone(self) -> None:
        """The browser listens no more."""

    async def join(self, *groups: str) -> None:
        for group in groups:
            await self.channel_layer.group_add(group, self.channel_name)
        self.groups_joined = (*self.groups_joined, *groups)

    async def leave(self, *groups: str) -> None:
        for group in groups:
            await self.channel_layer.group_discard(group, self.channel_name)
        self.groups_joined = tuple(group for group in self.groups_joined if group not in groups)

    def own_groups(self) -> list[str]:
        """Where the end of this log-in is told."""
        session: SessionBase = self.scope["session"]
        groups = [nudges.session_group(session.session_key)] if session.session_key else []
        user = self.scope.get("user")
        return [*groups, nudges.account_group(user.pk)] if isinstance(user, User) else groups

    def looks_at(self, ticket: Ticket | None = None) -> None:
        """Remember who listens here, and to what."""
        self.viewer = Viewer.of(self.scope["session"], self.scope.get("user"), ticket)

    def counts_for(self) -> dict[str, int]:
        """Whose open sockets this is one of, and how many those may be at most."""
        found = {}
        if session := self.scope["session"].session_key:
            found[open_sockets.session_key(session)] = open_sockets.PER_SESSION
        if not self.for_staff:
            network = limits.network_of((self.scope.get("client") or [""])[0])
            found[open_sockets.network_key(network)] = open_sockets.PER_NETWORK
        return found

    async def close(self, code: int | None = None, reason: str | None = None) -> None:
        """Close it, once. What the browser had sent before it knew is not heard any more."""
        if not self.closed:
            self.closed = True
            await super().close(code, reason)

    async def enter(self) -> int:
        """Load what this socket is about and call `looks_at`; a close code if it may not."""
        raise NotImplementedError

    def news_groups(self) -> list[str]:
        """Where the news that it brings are told."""
        raise NotImplementedError

    async def take(self, now: Sight) -> int:
        """Take over what the rows say now of a viewer who is logged in; a close code, or 0."""
        raise NotImplementedError

    def pulse(self, now: Sight) -> dict[str, Any]:
        """What a heartbeat carries beside its type."""
        return {}

    def presence(self) -> str:
        """The key under which its viewer counts as being here; "" if under none."""
        return ""

    async def hear(self, frame: dict[str, Any]) -> None:
        """A frame of a type that is this socket's own."""
        await self.complain("unknown_type")

    async def stays(self, now: Sight) -> bool:
        """Take over what the rows say now; False if the viewer may look no longer."""
        code = await self.take(now) if now.is_logged_in(self.viewer) else UNAUTHENTICATED
        if code:
            await self.close(code)
        return not code

    async def looks_again(self) -> bool:
        """The same at once, for this socket alone."""
        return await self.stays(await in_thread(sight.look)([self.viewer]))

    async def beat(self, now: Sight | None = None) -> None:
        await self.send_frame({"type": "beat", **(self.pulse(now) if now else {})})

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if self.closed:
            return
        now = time.monotonic()
        if len(self.recent) == FRAMES_PER_SECOND and now - self.recent[0] < 1:
            await self.close(TOO_MANY)
            return
        self.recent.append(now)
        if text_data is None:
            await self.complain("not_text")
            return
        if len(text_data) > LARGEST_FRAME:
            await self.close(TOO_LARGE)
            return
        try:
            frame = json.loads(text_data)
        except (ValueError, RecursionError):
            frame = None
        if not isinstance(frame, dict) or not isinstance(frame.get("type"), str):
            await self.complain("bad_frame")
            return
        await self.hear(frame)

    async def complain(self, code: str) -> None:
        await self.send_frame({"type": "error", "code": code})

    async def send_frame(self, frame: dict[str, Any]) -> None:
        if not self.closed:
            await self.send(text_data=json.dumps(frame))

    async def session_ended(self, event: dict[str, Any]) -> None:
        """Somebody logged out of this session: its sockets end with it."""
        await self.close(UNAUTHENTICATED)

    async def account_changed(self, event: dict[str, Any]) -> None:
        """The account was changed, by an admin or with a new password: look again, now."""
        await self.looks_again()
