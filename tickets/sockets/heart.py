"""One heart for all sockets of a process: it looks whether each may stay open, and beats for each.

A socket alone would read session, user, customer and ticket one by one. The heart takes a part of
the sockets at a time, so that there is no peak, and reads what they all need in a statement per
table.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import Protocol
from weakref import WeakKeyDictionary

from tickets.live import presence
from tickets.sockets import sight
from tickets.sockets.sight import Sight, Viewer
from tickets.sockets.threads import in_thread

logger = logging.getLogger(__name__)

BEAT = 20  # seconds; a screen that hears nothing for two of them connects again
SLICES = 20  # in which the sockets are taken, one after the other
TOGETHER = 500  # sockets at most that are read for at once


class Listener(Protocol):
    """A socket, as the heart knows it."""

    viewer: Viewer

    async def stays(self, now: Sight) -> bool:
        """Take over what the rows say now; False if it was closed because of it."""

    async def beat(self, now: Sight | None = None) -> None:
        """Tell the screen that the line is whole, and how far things are, if that is known."""

    def presence(self) -> str:
        """Under which key its viewer counts as being here; "" if under none."""


class Heart:
    """Beats once in `BEAT` seconds for each socket that was added, as long as there are any."""

    def __init__(self) -> None:
        self.slices: list[dict[Listener, None]] = [{} for _ in range(SLICES)]
        self.place: dict[Listener, int] = {}
        self.now = 0
        self.beating: asyncio.Task[None] | None = None

    def add(self, listener: Listener) -> None:
        """From now on, and first in about `BEAT` seconds. Many who come at once are spread out."""
        last_first = [place % SLICES for place in range(self.now + SLICES, self.now, -1)]
        place = min(last_first, key=lambda one: len(self.slices[one]))
        self.slices[place][listener] = None
        self.place[listener] = place
        if self.beating is None:
            self.beating = asyncio.create_task(self._beat())

    def remove(self, listener: Listener) -> None:
        place = self.place.pop(listener, None)
        if place is not None:
            del self.slices[place][listener]
        if not self.place and self.beating is not None:
            self.beating.cancel()
            self.beating = None

    async def _beat(self) -> None:
        clock = asyncio.get_running_loop()
        due = clock.time()
        while True:
            # By the clock, and not so long after the last slice was through.
            due = max(due + BEAT / SLICES, clock.time())
            await asyncio.sleep(due - clock.time())
            self.now = (self.now + 1) % SLICES
            await look_after(list(self.slices[self.now]))


_hearts: WeakKeyDictionary[asyncio.AbstractEventLoop, Heart] = WeakKeyDictionary()


def heart() -> Heart:
    """The heart of this process, that is, of its event loop."""
    return _hearts.setdefault(asyncio.get_running_loop(), Heart())


async def look_after(listeners: Sequence[Listener]) -> None:
    """Close those who may not listen any more; beat for the others, and note that they are here."""
    for start in range(0, len(listeners), TOGETHER):
        some = listeners[start : start + TOGETHER]
        try:
            now = await in_thread(sight.look)([listener.viewer for listener in some])
        except Exception:
            # PostgreSQL is away: nobody can load anything either. The lines stay whole, so that
            # not everybody connects again in the moment when it comes back.
            logger.warning("The rows cannot be read at a heartbeat.", exc_info=True)
            await asyncio.gather(*(listener.beat() for listener in some), return_exceptions=True)
            continue
        here = [await _beat_for(listener, now) for listener in some]
        await in_thread(presence.mark_here)(*filter(None, here))


async def _beat_for(listener: Listener, now: Sight) -> str:
    """Look after one; the key under which its viewer is here. One that breaks stops nobody else."""
    try:
        if not await listener.stays(now):
            return ""
        await listener.beat(now)
        return listener.presence()
    except Exception:
        logger.warning("A heartbeat was left out.", exc_info=True)
        return ""
