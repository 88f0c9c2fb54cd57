"""The views that agents keep, as they stand in the navigation below those that everybody has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.http import urlencode

from tickets import access
from tickets.actors import Actor
from tickets.models import SavedView
from tickets.search.finding import Sort
from tickets.workspace.inbox import Selection, View

MOST_SHOWN = 100  # of somebody's own and of all their teams


@dataclass(frozen=True, slots=True)
class Kept:
    """A line of the navigation."""

    key: int
    name: str
    url: str
    shared: bool
    current: bool


def shown(actor: Actor, selection: Selection) -> list[Kept]:
    """Their own and those of their teams, by name. One query."""
    views = access.saved_views_for(actor).order_by("name", "pk")[:MOST_SHOWN]
    return [
        Kept(
            key=view.pk,
            name=view.name,
            url=address(view),
            shared=view.team_id is not None,
            current=(view.query, view.sort) == (selection.search, selection.sort),
        )
        for view in views
    ]


def current(kept: Sequence[Kept]) -> Kept | None:
    """The one that the list shows, if it shows one."""
    return next((view for view in kept if view.current), None)


def address(view: SavedView) -> str:
    """The list of a view: the search itself, so that a link to it opens for a colleague as well."""
    selection = Selection(View.WAITING, search=view.query, sort=Sort(view.sort))
    return f"{reverse('workspace')}?{urlencode(selection.query)}"
