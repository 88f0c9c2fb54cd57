"""What all our sockets have in common: who is there, a heartbeat, and patience with bad frames."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any, ParamSpec, TypeVar

from channels.auth import get_user
from channels.db import DatabaseSyncToAsync
from channels.generic.websocket import AsyncWebsocketConsumer
from django.contrib.sessions.backends.base import SessionBase

from tickets import limits, live
from tickets.models import User
from tickets.sockets import open_sockets

logger = logging.getLogger(__name__)

P = ParamSpec("P")
R = TypeVar("R")

BEAT = 20  # seconds; a screen that hears nothing for two of them connects again
LARGEST_FRAME = 4096
FRAMES_PER_SECOND = 20

UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, TOO_LARGE, TOO_MANY = 4401, 4403, 4404, 4413, 4429


def in_thread(work: Callable[P, R]) -> Callable[P, Coroutine[Any, Any, R]]:
    """Run database work in a thread of a pool. The default would queue all sockets for one thread."""
    run: Callable[P, Coroutine[Any, Any, R]] = DatabaseSyncToAsync(work, thread_sensitive=False)
    return run


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
    heart: asyncio.Task[None] | None = None
    closed = False
    for_staff = False

    async def connect(self) -> None:
        self.recent: deque[float] = deque(maxlen=FRAMES_PER_SECOND)
        await self.accept()
        self.counted = self.counts_for()
        if not await in_thread(open_sockets.take)(self.channel_name, self.counted):
            await self.close(TOO_MANY)
            return
        open_sockets.keep_saying(in_thread(open_sockets.say_again))
        if code := await self.enter():
            await self.close(code)
            return
        session: SessionBase = self.scope["session"]
        own = []
        if session.session_key:
            own.append(live.session_group(session.session_key))
        if isinstance(user := self.scope.get("user"), User):
            own.append(live.account_group(user.pk))
        self.groups_joined = (*self.groups_joined, *own)
        for group in self.groups_joined:
            await self.channel_layer.group_add(group, self.channel_name)
        self.heart = asyncio.create_task(self.beat())

    async def disconnect(self, code: int) -> None:
        if self.heart is not None:
            self.heart.cancel()
        for group in self.groups_joined:
            await self.channel_layer.group_discard(group, self.channel_name)
        await in_thread(open_sockets.give_back)(self.channel_name, list(self.counted))

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
        """Load what this socket is about and name `groups_joined`; a close code if it may not."""
        raise NotImplementedError

    async def still_allowed(self) -> int:
        """0, or the code to close with, because the viewer has lost the right to look."""
        raise NotImplementedError

    async def pulse(self) -> dict[str, Any]:
        """What the heartbeat carries beside its type."""
        return {}

    async def hear(self, frame: dict[str, Any]) -> None:
        """A frame of a type that is this socket's own."""
        await self.complain("unknown_type")

    async def beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT)
            try:
                if code := await self.still_allowed():
                    await self.close(code)
                    return
                await self.send_frame({"type": "beat", **await self.pulse()})
            except Exception:  # PostgreSQL was away for a moment: a heart must not stop for that
                logger.warning("A heartbeat was left out.", exc_info=True)

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
        if code := await self.still_allowed():
            await self.close(code)

    async def has_lost_the_log_in(self) -> bool:
        """Look again who is there; whether somebody was, and their session is no longer good."""
        before = self.scope.get("user")
        self.scope["user"] = await self.current_user()
        return isinstance(before, User) and self.scope["user"] is None

    async def current_user(self) -> User | None:
        """The user of this session as it is now, not as it was when the socket opened."""
        session = self.scope["session"]

        def reload() -> bool:
            if session.session_key is None or not session.exists(session.session_key):
                return False
            # Forget what was read, so that the next look goes to the store again.
            session.__dict__.pop("_session_cache", None)
            session.accessed = False
            return True

        if not await in_thread(reload)():
            return None
        user = await get_user(self.scope)
        return user if isinstance(user, User) and user.is_active else None
