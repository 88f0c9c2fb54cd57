"""How long a turn takes this process lately: what its queue may be promised."""

from __future__ import annotations

import threading
import time

from tickets.service.assistance import USUAL_SECONDS

_WEIGHT = 0.1  # of the newest turn
_NEXT = 0.1  # seconds; a turn that begins so soon after another had been waiting for it

_own = threading.local()
_lock = threading.Lock()
_ended = float("-inf")
_seconds = USUAL_SECONDS


def begins() -> None:
    """A turn begins in this thread."""
    now = time.monotonic()
    # From one end to the next everything counts that a turn costs, its queue and commit included.
    _own.began = _ended if now - _ended < _NEXT else now


def ends() -> None:
    """The turn that began in this thread is thought out and about to be said."""
    global _ended, _seconds
    began = getattr(_own, "began", None)
    if began is None:
        return
    with _lock:
        now = time.monotonic()
        _seconds += _WEIGHT * (now - max(began, _ended) - _seconds)
        _ended = now
    _own.began = None


def seconds() -> float:
    """The weighted mean of the last turns."""
    return _seconds
