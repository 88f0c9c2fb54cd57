"""Whether the assistant can answer in time: which of its processes live, how fast, how many wait.

Each of them says every second that it lives, whether its model is ready, and how long a turn took
it lately. Who asks keeps what was heard for a moment, so that a flood of questions costs nothing.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import redis
from django.conf import settings

from tickets import replay
from tickets.models import Ticket, Turn

logger = logging.getLogger(__name__)

ALIVE_SECONDS = 4  # a process that has said nothing for so long is gone
IN_TIME_SECONDS = 5.0  # of waiting; whoever would wait longer is sent to a person at once
USUAL_SECONDS = 0.15  # of a turn, where none was measured yet
_HEARD_SECONDS = 0.5
_EVERYBODY = "helpdesk:assistant:processes"


@dataclass(frozen=True, slots=True)
class Process:
    """A living process of the assistant: why its model is not ready ("" if it is), its pace."""

    trouble: str
    seconds: float  # of one turn, lately

    @property
    def is_ready(self) -> bool:
        return not self.trouble


_heard: dict[str, tuple[float, list[Process] | None]] = {}


def say(name: str, *, trouble: str = "", seconds: float = USUAL_SECONDS) -> None:
    """The process `name` lives. Raises redis.RedisError."""
    pipeline = _redis().pipeline(transaction=False)
    pipeline.sadd(_EVERYBODY, name)
    pipeline.expire(_EVERYBODY, 24 * 3600)
    pipeline.set(_key(name), f"{seconds:.4f} {trouble}", ex=ALIVE_SECONDS)
    pipeline.execute()


def processes() -> list[Process]:
    """Those that live, asked anew. Raises redis.RedisError."""
    names = sorted(map(str, _redis().smembers(_EVERYBODY)))
    if not names:
        return []
    said = _redis().mget([_key(name) for name in names])
    if gone := [name for name, one in zip(names, said, strict=True) if one is None]:
        _redis().srem(_EVERYBODY, *gone)
    return [_process(str(one)) for one in said if one is not None]


def forget() -> None:
    """Ask anew the next time."""
    _heard.clear()


def is_elsewhere() -> bool:
    """Whether the assistant works in other processes than this one, as it does for a web process."""
    return bool(settings.ENCODER == "remote")


def serves() -> bool:
    """Whether any process lives that can answer by its model. While Redis is away, none is known
    to: no question would reach it either.
    """
    return any(process.is_ready for process in _lately())


def answers_in_time() -> bool:
    """Whether a question that is asked now would be answered in time. One query.

    As many turns as wait now, at the pace of the processes that are ready.
    """
    if not is_elsewhere() or replay.is_running():  # what was asked then was answered
        return True
    ready = [process for process in _lately() if process.is_ready]
    if not ready:
        return False
    waiting = Ticket.objects.filter(turn=Turn.ASSISTANT).count()
    return expected_seconds(waiting + 1, ready) <= IN_TIME_SECONDS


def expected_seconds(turns: int, ready: Sequence[Process]) -> float:
    """How long so many turns take these processes, which work side by side."""
    return turns / sum(1 / max(process.seconds, 0.001) for process in ready)


def _lately() -> list[Process]:
    at, found = _heard.get("processes", (0.0, None))
    if found is None or time.monotonic() - at > _HEARD_SECONDS:
        try:
            found = processes()
        except (redis.RedisError, OSError):
            logger.warning("Redis is away; nobody is known to answer.")
            found = []
        _heard["processes"] = (time.monotonic(), found)
    return found


def _process(said: str) -> Process:
    seconds, _, trouble = said.partition(" ")
    return Process(trouble, float(seconds))


def _key(name: str) -> str:
    return f"helpdesk:assistant:process:{name}"


def _redis() -> redis.Redis:
    return _client(settings.REDIS_URL)


@cache
def _client(url: str) -> redis.Redis:
    return redis.Redis.from_url(
        url, socket_timeout=1, socket_connect_timeout=1, decode_responses=True
    )
