"""Reading the feed from where somebody stopped: nothing is missed, and nothing comes twice."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import QuerySet

from tickets.lists.keyset import Order
from tickets.models import Event
from tickets.models.feed import Edges

FEED = Order("events", ("place", "pk"))
WINDOW = 1000  # events that are looked at together; of most only the kind is read
ROUNDS = 5  # so many windows at most, then the reader asks again


class Lost(Exception):
    """What is behind this cursor cannot be told without a gap."""


class Forgotten(Lost):
    """Events behind it are kept no more."""


class Restored(Lost):
    """It is of a time that this database has not come to: it was set back to an earlier state."""


@dataclass(frozen=True, slots=True)
class Slice:
    """The keys of events, in order; the cursor behind all that was looked at; whether there is more now."""

    keys: list[int]
    cursor: str
    more: bool


def end() -> str:
    """The cursor behind all that is told now."""
    return FEED.cursor(Edges.now().horizon, 0)


def read(events: QuerySet[Event], cursor: str, *, kinds: Collection[str], size: int) -> Slice:
    """What happened after the cursor ("" for as long ago as is kept), of some kinds, at most `size`.

    Two statements; three where the cursor is as old as what is kept, and more where little of much is
    wanted, but a few at most.

    Raises:
        BadCursor: it is none of ours.
        Forgotten, Restored: the reader has to begin anew.
    """
    edges = Edges.now()
    cursor = _checked(events, cursor, edges)
    told = events.filter(place__lt=edges.horizon)
    found: list[int] = []
    for _round in range(ROUNDS):
        window = list(FEED.behind(told, cursor).values_list("place", "pk", "kind")[:WINDOW])
        for place, key, kind in window:
            if kind in kinds:
                found.append(key)
                if len(found) == size:
                    return Slice(found, FEED.cursor(place, key), more=True)
        if len(window) < WINDOW:
            # All below the horizon was looked at, and what comes later is not below it.
            return Slice(found, FEED.cursor(edges.horizon, 0), more=False)
        cursor = FEED.cursor(*window[-1][:2])
        if found:
            break
    return Slice(found, cursor, more=True)


def _checked(events: QuerySet[Event], cursor: str, edges: Edges) -> str:
    if not cursor:
        return FEED.cursor(edges.floor, 0)
    place, _key = FEED.values(Event.objects.all(), cursor)
    if place > edges.horizon:
        raise Restored
    if place < edges.floor:
        between = FEED.behind(Event.objects.filter(place__lt=edges.floor), cursor)
        if between.exists():
            raise Forgotten
    return cursor
