"""Waiting for what happens next, a while, without holding a connection to the database.

Only so many wait in a process, and with one key: each has a thread. Whoever is too many gets the answer
at once that nothing happened, and asks again.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connection

from tickets.feed.reading import Slice
from tickets.live.listening import listening

MOST_SECONDS = 25
WITH_ONE_KEY = 4
TOGETHER = 32
# What was heard of may not be readable yet, while an older transaction still writes: soon is looked again.
SOON = 0.05
LOOK_EVERY = 2.0

_waiting: Counter[int] = Counter()
_lock = threading.Lock()


def until_something(look: Callable[[], Slice], *, key: int, seconds: float) -> Slice:
    """What `look` finds, as soon as it finds something; what it found last when time is up.

    In a transaction nobody waits: it would see nothing new, and hold its connection.
    """
    found = look()
    if _is_enough(found) or seconds <= 0 or connection.in_atomic_block:
        return found
    with _a_place(key) as there_is_one:
        return _wait(look, time.monotonic() + seconds) if there_is_one else found


def _wait(look: Callable[[], Slice], until: float) -> Slice:
    pause = LOOK_EVERY
    with listening() as ear:
        while True:
            found = look()
            left = until - time.monotonic()
            if _is_enough(found) or left <= 0:
                return found
            connection.close()  # it goes back to the pool
            heard_at = time.monotonic()
            ear.wait(min(pause, left))
            was_heard = time.monotonic() - heard_at < pause
            pause = SOON if was_heard and pause == LOOK_EVERY else min(pause * 2, LOOK_EVERY)


def _is_enough(found: Slice) -> bool:
    return bool(found.keys) or found.more


@contextmanager
def _a_place(key: int) -> Iterator[bool]:
    with _lock:
        is_free = _waiting[key] < WITH_ONE_KEY and _waiting.total() < TOGETHER
        _waiting[key] += is_free
    try:
        yield is_free
    finally:
        with _lock:
            _waiting[key] -= is_free
            if not _waiting[key]:
                del _waiting[key]
