"""How many sockets a session and a network address have open, in all web processes together.

Each open socket is an entry in Redis that runs out by itself; its process says again, for all of its
sockets at once, that they are still open. So what a dead process leaves behind is soon forgotten.
While Redis is away each process counts its own.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Callable, Coroutine
from functools import cache
from typing import Any

import redis
from django.conf import settings

logger = logging.getLogger(__name__)

PER_SESSION = 40  # an agent's tab has two
PER_NETWORK = 500  # customers' only: an office of agents is behind one address all day
KEPT = 75  # seconds that an entry lasts
SAID_AGAIN = 30  # seconds

_here: defaultdict[str, set[str]] = defaultdict(set)  # the sockets of this process, by key
_saying: asyncio.Task[None] | None = None


def session_key(session: str) -> str:
    return f"helpdesk:sockets:session:{session}"


def network_key(network: str) -> str:
    return f"helpdesk:sockets:network:{network}"


def take(socket: str, most: dict[str, int]) -> bool:
    """Count one more socket under keys that may have so many at `most`. False if one is full.

    It is counted before it is looked at: of several at the same moment none slips through.
    """
    for key in most:
        _here[key].add(socket)
    if all(count <= most[key] for key, count in _counts(socket, list(most)).items()):
        return True
    give_back(socket, list(most))
    return False


def give_back(socket: str, keys: list[str]) -> None:
    """The socket is closed. Once more does no harm."""
    for key in keys:
        _here[key].discard(socket)
        if not _here[key]:
            del _here[key]
    try:
        with _redis().pipeline(transaction=False) as pipe:
            for key in keys:
                pipe.zrem(key, socket)
            pipe.execute()
    except redis.RedisError:
        logger.warning("Redis is away; what it counted of sockets runs out by itself.")


def say_again() -> None:
    """The sockets of this process are still open."""
    until = time.time() + KEPT
    try:
        with _redis().pipeline(transaction=False) as pipe:
            for key, sockets in list(_here.items()):
                pipe.zadd(key, dict.fromkeys(tuple(sockets), until))
                pipe.expire(key, KEPT)
            pipe.execute()
    except redis.RedisError:
        logger.warning("Redis is away; open sockets are counted in this process alone.")


def keep_saying(run: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Go on saying so, by `run`, as long as this process has any. Called in its event loop."""
    global _saying
    loop = asyncio.get_running_loop()
    if _saying is None or _saying.done() or _saying.get_loop() is not loop:
        _saying = loop.create_task(_say_while_there_are_any(run))


async def _say_while_there_are_any(run: Callable[[], Coroutine[Any, Any, None]]) -> None:
    while _here:
        await asyncio.sleep(SAID_AGAIN)
        await run()


def _counts(socket: str, keys: list[str]) -> dict[str, int]:
    """How many each key has now, this one included."""
    now = time.time()
    try:
        with _redis().pipeline(transaction=False) as pipe:
            for key in keys:
                pipe.zremrangebyscore(key, "-inf", now)
                pipe.zadd(key, {socket: now + KEPT})
                pipe.expire(key, KEPT)
                pipe.zcard(key)
            return dict(zip(keys, pipe.execute()[3::4], strict=True))
    except redis.RedisError:
        logger.warning("Redis is away; open sockets are counted in this process alone.")
        return {key: len(_here[key]) for key in keys}


@cache
def _redis() -> redis.Redis:
    pool = redis.BlockingConnectionPool.from_url(
        settings.REDIS_URL, timeout=1, socket_timeout=1, socket_connect_timeout=1
    )
    return redis.Redis(connection_pool=pool)
