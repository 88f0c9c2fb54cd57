"""The detectors of this installation: those that came with it, changed and added to by admins.

Kept in the process. Every five seconds at most, one query asks whether anything has changed; while
the database cannot be asked, what is known goes on.
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass, replace
from typing import Any

from django.db import DatabaseError
from django.db.models import Count, Max, Q

from bots.models import Detector, DetectorExample
from bots.understanding.detectors import Bank, train
from bots.understanding.shipped import BY_SLUG, SHIPPED, Definition
from bots.understanding.vectors import forget as forget_vectors

logger = logging.getLogger(__name__)

ASK_AGAIN_SECONDS = 5.0
TRY_ENCODER_AGAIN_SECONDS = 30.0
_lock = threading.Lock()


@dataclass(slots=True)
class _State:
    bank: Bank | None = None
    version: Any = None
    asked: float = 0.0
    trained: float = 0.0


_state = _State()


def bank() -> Bank:
    """The detectors that are switched on, as of at most five seconds ago."""
    now = time.monotonic()
    if _state.bank is not None and now - _state.asked < ASK_AGAIN_SECONDS:
        return _state.bank
    with _lock:
        return _look_again(now)


def forget() -> None:
    """Look again at once: for tests, and for the page that has just changed one."""
    _state.bank, _state.version, _state.asked = None, None, 0.0


def forget_all() -> None:
    """Forget also the vectors in memory."""
    forget()
    forget_vectors()


def _look_again(now: float) -> Bank:
    if _state.bank is not None and now - _state.asked < ASK_AGAIN_SECONDS:
        return _state.bank
    version: Any = _state.version
    definitions: tuple[Definition, ...] | None = None
    try:
        version = _version()
        if version != _state.version or _state.bank is None:
            definitions = _definitions()
    except DatabaseError as error:
        logger.warning("the detectors cannot be read, those known go on: %s", error)
        if _state.bank is None:
            definitions, version = SHIPPED, None
    stale = _state.bank is not None and not _state.bank.ready
    if definitions is not None or (stale and now - _state.trained > TRY_ENCODER_AGAIN_SECONDS):
        if definitions is None and _state.bank is not None:
            definitions = tuple(one.definition for one in _state.bank.trained)
        _state.bank = train(definitions or SHIPPED)
        _state.trained = now
    _state.version, _state.asked = version, now
    return _state.bank or train(SHIPPED)


def _version() -> tuple[Any, ...]:
    """Changes with every change that is made of a detector or its examples; one query."""
    return tuple(
        Detector.objects.annotate(
            count=Count("examples"),
            shown=Count("examples", filter=Q(examples__positive=True)),
            last=Max("examples__pk"),
        )
        .order_by("pk")
        .values_list("pk", "updated_at", "active", "threshold", "count", "shown", "last")
    )


def _definitions() -> tuple[Definition, ...]:
    examples: dict[tuple[int, bool], list[str]] = {}
    for detector_id, positive, text in DetectorExample.objects.order_by("pk").values_list(
        "detector_id", "positive", "text"
    ):
        examples.setdefault((detector_id, positive), []).append(text)
    found = []
    seen = set()
    for row in Detector.objects.order_by("pk"):
        seen.add(row.slug)
        if not row.active:
            continue
        shown = tuple(examples.get((row.pk, True), ()))
        not_shown = tuple(examples.get((row.pk, False), ()))
        found.append(_merged(row, shown, not_shown))
    found.extend(one for one in SHIPPED if one.slug not in seen)
    return tuple(found)


def _merged(row: Detector, shown: tuple[str, ...], not_shown: tuple[str, ...]) -> Definition:
    """The row over what came with the helpdesk; what people say goes before our own examples."""
    base = BY_SLUG.get(row.slug) if row.shipped else None
    if base is None:
        return Definition(
            row.slug, row.name, row.kind, row.threshold, shown, not_shown, shipped=False
        )
    return replace(
        base,
        name=row.name,
        threshold=row.threshold,
        positive=_without(base.positive, not_shown) + shown,
        negative=_without(base.negative, shown) + not_shown,
        wide=_without(base.wide, (*shown, *not_shown)),
    )


def _without(texts: tuple[str, ...], others: tuple[str, ...]) -> tuple[str, ...]:
    gone = {one.casefold().strip() for one in others}
    return tuple(one for one in texts if one.casefold().strip() not in gone)
