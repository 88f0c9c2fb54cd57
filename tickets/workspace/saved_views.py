"""The views that agents keep, as they stand in the navigation below those that everybody has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.http import urlencode

from tickets.models import SavedView
from tickets.workspace.inbox import Navigation, Selection


@dataclass(frozen=True, slots=True)
class Kept:
    """A line of the navigation."""

    key: int
    name: str
    url: str
    shared: bool
    current: bool


def shown(navigation: Navigation, selection: Selection) -> list[Kept]:
    """Their own and those of their teams, by name."""
    return [
        Kept(
            key=view["key"],
            name=view["name"],
            url=_url(found),
            shared=view["team"] is not None,
            current=_kept(found) == _kept(selection),
        )
        for view in navigation.kept
        for found in [_selection(view)]
    ]


def current(kept: Sequence[Kept]) -> Kept | None:
    """The one that the list shows, if it shows one."""
    return next((view for view in kept if view.current), None)


def address(view: SavedView) -> str:
    """The list of a view."""
    return _url(selection_of(view))


def selection_of(view: SavedView) -> Selection:
    """What a view shows."""
    names = ("query", "sort", "grouping", "columns")
    return _selection({name: getattr(view, name) for name in names})


def _selection(view: dict[str, str]) -> Selection:
    # What was kept of a release that had more of them is passed over, as in an address.
    found = {"q": view["query"], "sort": view["sort"]}
    return Selection.from_query(found | {"group": view["grouping"], "columns": view["columns"]})


def _kept(selection: Selection) -> tuple[object, ...]:
    return selection.search, selection.sort, selection.grouping, selection.columns


def _url(selection: Selection) -> str:
    """The search itself, so that a link to it opens for a colleague as well."""
    return f"{reverse('workspace')}?{urlencode(selection.query)}"
