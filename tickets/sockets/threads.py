"""Database work beside the event loop."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, ParamSpec, TypeVar

from channels.db import DatabaseSyncToAsync

P = ParamSpec("P")
R = TypeVar("R")


def in_thread(work: Callable[P, R]) -> Callable[P, Coroutine[Any, Any, R]]:
    """Run database work in a thread of a pool. The default would queue all sockets for one thread."""
    run: Callable[P, Coroutine[Any, Any, R]] = DatabaseSyncToAsync(work, thread_sensitive=False)
    return run
