"""A worker lives: said by a thread of its own, so that it stands behind no work."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable

from django.core.cache import cache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

ALIVE_SECONDS = 15  # three beats
BEAT_SECONDS = 5.0


def key(queue: str) -> str:
    return f"worker:{queue}:alive"


def start(queues: Iterable[str]) -> None:
    """Begin to say that these queues are served, until the process ends."""
    threading.Thread(target=_beat, args=(list(queues),), name="alive", daemon=True).start()


def say(queues: Iterable[str]) -> None:
    """These queues are served."""
    cache.set_many({key(queue): True for queue in queues}, ALIVE_SECONDS)


def _beat(queues: list[str]) -> None:
    while True:
        try:
            say(queues)
        except (RedisError, OSError):
            logger.warning("Redis is away; nobody hears that the worker lives.")
        time.sleep(BEAT_SECONDS)
