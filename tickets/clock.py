"""The clock: what actions write as the time at which something happened.

It goes with real time, unless another moment is set: a test or a simulation plays the real actions
at the time of its own. What measures real time (leases, retries, limits, sessions) does not ask it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from django.utils import timezone

_set_to: ContextVar[datetime | None] = ContextVar("clock", default=None)


def now() -> datetime:
    """The moment that is set, else the real time; aware, in UTC like all times inside."""
    return _set_to.get() or timezone.now()


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Within it the clock stands at `moment`."""
    before = _set_to.set(moment)
    try:
        yield
    finally:
        _set_to.reset(before)
