"""What changes seldom and is asked for with every question: kept in the process for a moment.

What an admin changes counts a second later. Asked twenty times a second, it is loaded once.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")

SECONDS = 1.0


class Lately(Generic[T]):
    """The result of `load` as of at most a second ago, or as of `seconds` ago."""

    def __init__(self, load: Callable[[], T], *, seconds: float | None = None) -> None:
        self._load = load
        self._seconds = seconds
        self._kept: tuple[float, T] | None = None

    def __call__(self) -> T:
        now, kept = time.monotonic(), self._kept
        if kept is None or now - kept[0] >= (SECONDS if self._seconds is None else self._seconds):
            self._kept = kept = (now, self._load())
        return kept[1]

    def forget(self) -> None:
        """Load it anew the next time."""
        self._kept = None
