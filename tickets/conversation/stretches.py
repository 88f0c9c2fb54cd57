"""A stretch of a conversation: some items in their order, and whether there is more on either side.

Nothing that is shown of a conversation is longer than one stretch, however long it is: the page,
what is loaded before or after it, and what a screen is told that was away.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from heapq import merge
from operator import attrgetter
from typing import Any, Generic, TypeVar

from django.db.models import QuerySet

PAGE = 50  # items

Item = TypeVar("Item")
Load = Callable[[QuerySet[Any]], list[Any]]


@dataclass(frozen=True, slots=True)
class Stretch(Generic[Item]):
    """Items, oldest first; the positions before and after which there are more, if there are."""

    items: list[Item]
    earlier: int | None = None
    later: int | None = None


def before(position: int, *sources: QuerySet[Any], load: Load = list) -> Stretch[Any]:
    """The last items before a position, of all sources together: two queries for each.

    `load` gives the rows of a query; whoever passes another one may load more with them.
    """
    found = _merged(
        reversed(load(source.filter(position__lt=position).order_by("-position")[: PAGE + 1]))
        for source in sources
    )
    items = found[-PAGE:]
    earlier = items[0].position if len(found) > PAGE else None
    later = position - 1 if _any(sources, position__gte=position) else None
    return Stretch(items, earlier, later)


def after(position: int, *sources: QuerySet[Any], load: Load = list) -> Stretch[Any]:
    """The first items after a position, of all sources together: two queries for each."""
    found = _merged(
        load(source.filter(position__gt=position).order_by("position")[: PAGE + 1])
        for source in sources
    )
    items = found[:PAGE]
    later = items[-1].position if len(found) > PAGE else None
    earlier = position + 1 if _any(sources, position__lte=position) else None
    return Stretch(items, earlier, later)


def since(position: int, reach: int, *sources: QuerySet[Any], load: Load = list) -> Stretch[Any]:
    """What came after a position, up to `reach`: a query for each source.

    Where that is more than a stretch, its end, which then has something `earlier`: whoever was away
    for so long begins anew, and nothing is left out unsaid. From 0 that is where one begins to read.
    """
    known = [source.filter(position__gt=position, position__lte=reach) for source in sources]
    found = _merged(reversed(load(source.order_by("-position")[: PAGE + 1])) for source in known)
    items = found[-PAGE:]
    return Stretch(items, items[0].position if len(found) > PAGE else None)


def _merged(sources: Iterator[Iterable[Any]]) -> list[Any]:
    return list(merge(*sources, key=attrgetter("position")))


def _any(sources: tuple[QuerySet[Any], ...], **where: int) -> bool:
    # By order, so that it is one step in the index of positions. Without, PostgreSQL may prefer to
    # walk through the table until it meets one.
    return any(
        source.prefetch_related(None).filter(**where).order_by("position").values("position")[:1]
        for source in sources
    )
