"""The line of those who want something encoded by the assistant's worker: two lists in Redis.

What somebody waits for stands in one, background work in the other, which is served when the first
is empty. Each asks for the answer on a list of its own, and takes its place back when it stops
waiting. After a failure nobody waits for the next seconds; then one of them tries.
"""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, Final

import numpy as np
import redis
from django.conf import settings
from numpy.typing import NDArray

Vectors = NDArray[np.float32]

AWAITED: Final = "helpdesk:encode:awaited"
BACKGROUND: Final = "helpdesk:encode:background"
# More than the encoder reads in the second that a search waits: one more would wait in vain.
MOST_AWAITED: Final = 150
REST_SECONDS: Final = 5.0


class EncoderUnavailable(Exception):
    """The encoder cannot answer; the reason is in plain words."""


class Breaker:
    """After a failure it lets nobody through for some seconds, and then one at a time."""

    def __init__(self, rest_seconds: float = REST_SECONDS) -> None:
        self.rest_seconds = rest_seconds
        self._lock = threading.Lock()
        self._failed = ""
        self._again = float("-inf")

    @contextmanager
    def guard(self) -> Iterator[None]:
        """What happens within decides about those who come after. Raises EncoderUnavailable."""
        with self._lock:
            now = time.monotonic()
            if self._failed and now < self._again:
                raise EncoderUnavailable(f"The encoder failed a moment ago: {self._failed}")
            self._again = now + self.rest_seconds  # whoever comes while this one tries goes on
        try:
            yield
        except EncoderUnavailable as error:
            with self._lock:
                self._failed = str(error)
                self._again = time.monotonic() + self.rest_seconds
            raise
        with self._lock:
            self._failed = ""

    def close(self) -> None:
        """Let everybody through again."""
        self._failed = ""


breaker = Breaker()


def ask(texts: Sequence[str], *, timeout: float, awaited: bool) -> Vectors:
    """The vectors of `texts` by the assistant's worker. Raises EncoderUnavailable.

    Not by a Celery task: those stand behind whole turns, and the listener for their results is
    shared by the threads of a web process and not made for that.
    """
    with breaker.guard():
        return _ask(texts, timeout=timeout, awaited=awaited)


def _ask(texts: Sequence[str], *, timeout: float, awaited: bool) -> Vectors:
    reply_to = f"helpdesk:encoded:{uuid.uuid4().hex}"
    line = AWAITED if awaited else BACKGROUND
    asked = json.dumps({"to": reply_to, "texts": list(texts)})
    server = client(timeout)
    try:
        ahead: Any = server.rpush(line, asked)
        answer: Any = None
        if not awaited or ahead <= MOST_AWAITED:
            answer = server.blpop([reply_to], timeout=timeout)
        if answer is None:
            server.lrem(line, 1, asked)
    except (redis.RedisError, OSError) as error:
        raise EncoderUnavailable(
            f"The encoder cannot be asked: {type(error).__name__}: {error}"
        ) from error
    if answer is None and awaited and ahead > MOST_AWAITED:
        raise EncoderUnavailable(f"{ahead - 1} are waiting for the encoder.")
    if answer is None:
        raise EncoderUnavailable(f"The encoder did not answer within {timeout:g} seconds.")
    return unpack(answer[1], rows=len(texts))


def pack(vectors: Vectors) -> bytes:
    return b"\x01" + vectors.tobytes()


def pack_trouble(error: EncoderUnavailable) -> bytes:
    return b"\x00" + str(error).encode()


def unpack(payload: bytes, *, rows: int) -> Vectors:
    """The vectors in an answer, or EncoderUnavailable with the reason it gives."""
    if payload[:1] != b"\x01":
        raise EncoderUnavailable(payload[1:].decode(errors="replace"))
    if not rows or (len(payload) - 1) % (4 * rows):
        raise EncoderUnavailable("The encoder's answer was cut off.")
    return sound(np.frombuffer(payload[1:], dtype=np.float32).reshape(rows, -1), rows=rows)


def sound(vectors: Vectors, *, rows: int) -> Vectors:
    """The vectors, if they can be right. Raises EncoderUnavailable."""
    if vectors.ndim != 2 or vectors.shape[0] != rows or not vectors.shape[1]:
        raise EncoderUnavailable(f"The encoder answered with vectors of shape {vectors.shape}.")
    if not np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-3):
        raise EncoderUnavailable("The encoder answered with vectors that are not normalised.")
    return vectors


def lengths() -> tuple[int, int]:
    """How many requests wait: those that somebody waits for, and the others."""
    server = client(1.0)
    return int(server.llen(AWAITED)), int(server.llen(BACKGROUND))


def client(timeout: float) -> redis.Redis:
    """A client that waits no longer than `timeout` and a little for anything."""
    return _client(settings.REDIS_URL, timeout)


@lru_cache(maxsize=16)
def _client(url: str, timeout: float) -> redis.Redis:
    return redis.Redis.from_url(url, socket_timeout=timeout + 0.5, socket_connect_timeout=1)
