"""Waiting for anything to happen in any ticket, in whatever process, without asking the database.

Whoever waits listens first and looks then, so that nothing falls between the two. A nudge may be lost,
or come before what it is about can be read: so whoever waits looks again from time to time, too.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from channels.layers import get_channel_layer

from tickets.live.nudges import ANYTHING, loop_of

T = TypeVar("T")

JOIN_SECONDS = 1.0


class Ear:
    """Hears the nudges that come while it is open."""

    def __init__(self, channel: str | None) -> None:
        self._channel = channel

    def wait(self, seconds: float) -> None:
        """Until a nudge comes, for so long at most. While Redis is away it only waits."""
        if self._channel is None:
            time.sleep(seconds)
            return
        _run(_hear(self._channel, seconds), seconds + JOIN_SECONDS)


@contextmanager
def listening() -> Iterator[Ear]:
    """An ear that hears from now on."""
    channel = _run(_open(), JOIN_SECONDS)
    try:
        yield Ear(channel)
    finally:
        if channel is not None:
            _run(_close(channel), JOIN_SECONDS)


async def _open() -> str:
    layer = get_channel_layer()
    channel: str = await layer.new_channel()
    await layer.group_add(ANYTHING, channel)
    return channel


async def _hear(channel: str, seconds: float) -> None:
    async with asyncio.timeout(seconds):
        await get_channel_layer().receive(channel)


async def _close(channel: str) -> None:
    await get_channel_layer().group_discard(ANYTHING, channel)


def _run(work: Coroutine[Any, Any, T], seconds: float) -> T | None:
    """What it gives; None if it fails or takes too long."""
    future = asyncio.run_coroutine_threadsafe(work, loop_of(os.getpid()))
    try:
        return future.result(seconds)
    except Exception:
        future.cancel()
        return None
