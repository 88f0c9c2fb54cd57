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
from bots.understanding.catalogue import WANTS_PERSON, Definition, shipped
from bots.understanding.detectors import Detectors, train
from bots.understanding.vectors import forget as forget_vectors

logger = logging.getLogger(__name__)

ASK_AGAIN_SECONDS = 5.0
TRY_ENCODER_AGAIN_SECONDS = 30.0
_lock = threading.Lock()


@dataclass(slots=True)
class _State:
    detectors: Detectors | None = None
    version: Any = None
    asked: float = 0.0
    trained: float = 0.0


_state = _State()


def detectors() -> Detectors:
    """The detectors that are switched on, as of at most five seconds ago."""
    now = time.monotonic()
    if _state.detectors is not None and now - _state.asked < ASK_AGAIN_SECONDS:
        return _state.detectors
    with _lock:
        return _look_again(now)


def forget() -> None:
    """Look again at once: for tests, and for the page that has just changed one."""
    _state.detectors, _state.version, _state.asked = None, None, 0.0


def forget_all() -> None:
    """Forget also the vectors in memory."""
    forget()
    forget_vectors()


def _look_again(now: float) -> Detectors:
    if _state.detectors is not None and now - _state.asked < ASK_AGAIN_SECONDS:
        return _state.detectors
    version: Any = _state.version
    definitions: tuple[Definition, ...] | None = None
    try:
        version = _version()
        if version != _state.version or _state.detectors is None:
            definitions = _definitions()
    except DatabaseError as error:
        logger.warning("the detectors cannot be read, those known go on: %s", error)
        if _state.detectors is None:
            definitions, version = tuple(shipped().values()), None
    stale = _state.detectors is not None and not _state.detectors.ready
    if definitions is not None or (stale and now - _state.trained > TRY_ENCODER_AGAIN_SECONDS):
        if definitions is None and _state.detectors is not None:
            definitions = tuple(one.definition for one in _state.detectors.trained)
        _state.detectors = train(definitions or tuple(shipped().values()))
        _state.trained = now
    _state.version, _state.asked = version, now
    return _state.detectors or train(tuple(shipped().values()))


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
        if not row.active and row.slug != WANTS_PERSON:
            continue
        shown = tuple(examples.get((row.pk, True), ()))
        not_shown = tuple(examples.get((row.pk, False), ()))
        found.append(definition_of(row, shown, not_shown))
    found.extend(one for slug, one in shipped().items() if slug not in seen)
    return tuple(found)


def with_draft(definition: Definition | None, slug: str, now: Detectors | None = None) -> Detectors:
    """The detectors as they would be with another definition of one of them; without it for None.

    Whoever asks for a person gets one: that detector stays. Runs the encoder where examples are new.
    """
    there = [one.definition for one in (now or detectors()).trained]
    places = [place for place, one in enumerate(there) if one.slug == slug]
    at = places[0] if places else len(there)
    if definition is not None:
        there[at : at + 1] = [definition]
    elif slug != WANTS_PERSON:
        del there[at : at + 1]
    return train(tuple(there))


def definition_of(row: Detector, shown: tuple[str, ...], not_shown: tuple[str, ...]) -> Definition:
    """The row over what came with the helpdesk; what people say goes before our own examples."""
    base = shipped().get(row.slug) if row.shipped else None
    if base is None:
        return Definition(
            row.slug, row.name, row.kind, row.threshold, shown, not_shown, shipped=False
        )
    # Whoever asks for a person in words gets one, whatever an admin does to the threshold.
    highest = base.threshold if row.slug == WANTS_PERSON else 1.0
    return replace(
        base,
        name=row.name,
        threshold=min(row.threshold, highest),
        examples=_without(base.examples, not_shown) + shown,
        counter_examples=_without(base.counter_examples, shown) + not_shown,
    )


def _without(texts: tuple[str, ...], others: tuple[str, ...]) -> tuple[str, ...]:
    gone = {one.casefold().strip() for one in others}
    return tuple(one for one in texts if one.casefold().strip() not in gone)
