"""The views that agents keep, as they stand in the navigation below those that everybody has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.http import urlencode

from tickets.models import SavedView
from tickets.search.finding import Sort
from tickets.workspace.inbox import Navigation, Selection, View


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
            url=_address(view["query"], view["sort"]),
            shared=view["team"] is not None,
            current=(view["query"], view["sort"]) == (selection.search, selection.sort),
        )
        for view in navigation.kept
    ]


def current(kept: Sequence[Kept]) -> Kept | None:
    """The one that the list shows, if it shows one."""
    return next((view for view in kept if view.current), None)


def address(view: SavedView) -> str:
    """The list of a view."""
    return _address(view.query, view.sort)


def _address(query: str, sort: str) -> str:
    """The search itself, so that a link to it opens for a colleague as well."""
    selection = Selection(View.WAITING, search=query, sort=Sort(sort))
    return f"{reverse('workspace')}?{urlencode(selection.query)}"
