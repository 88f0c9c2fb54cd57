"""A list as it stands on the screen: in groups, with what it is narrowed by and may be narrowed by.

A filter is a piece of the search's text. So whatever is chosen stands in the address, can be read and
changed in the search box, and is what a kept view keeps.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy

from tickets.lists.arranging import group_of
from tickets.models import Ticket
from tickets.search.operators import Misread
from tickets.search.parts import OR, stretches, tokens_of
from tickets.workspace.found import FoundPage, Hit
from tickets.workspace.inbox import Page, Selection, View

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

ONE_AT_A_TIME = ("status", "team", "assignee", "priority", "channel", "type")
WANTS_ME = "(status:waiting OR (status:agent assignee:me snoozed:no))"
_QUICK: tuple[tuple[StrOrPromise, str], ...] = (
    (gettext_lazy("Unread"), WANTS_ME),
    (gettext_lazy("Mine"), "assignee:me"),
    (gettext_lazy("Nobody’s"), "assignee:nobody"),
    (gettext_lazy("High and urgent"), "priority:high,urgent"),
    (gettext_lazy("Waiting"), "status:waiting"),
    (gettext_lazy("With files"), "has:attachment"),
)


@dataclass(frozen=True, slots=True)
class Chip:
    """A piece of the search, and the list without it; or one that may be added, and the list with it."""

    words: str
    url: str


def chips(selection: Selection) -> tuple[list[Chip], list[Chip]]:
    """What a list is narrowed by, each of which can be taken away; and what may be added at once."""
    text = selection.search
    if not text and selection.view == View.SPAM:
        return [], []  # no search finds what is in quarantine
    try:
        places = stretches(text)
    except Misread:  # the list says what is wrong with it
        return [], []
    pieces = [text[start:end] for start, end in places]
    there = [Chip(piece, _url(selection, pieces, without=at)) for at, piece in enumerate(pieces)]
    return there, [
        Chip(str(label), address(selection, search)) for label, search in _more(selection)
    ]


def _more(selection: Selection) -> Iterator[tuple[StrOrPromise, str]]:
    """What narrows a list further; of another state only where it shows all that is open."""
    now = selection.as_search
    any_state = "status" not in names_in(now) or "status:open" in now.split()
    for label, piece in _QUICK:
        if piece not in now and (any_state or "status" not in names_in(piece)):
            yield label, with_piece(without(now, piece, ONE_AT_A_TIME), piece)


def address(selection: Selection, search: str) -> str:
    """The same list, of another search."""
    changed = replace(selection, search=search, cursor="")
    return f"{reverse('workspace')}?{urlencode(changed.query)}"


def with_piece(text: str, piece: str, *, either: bool = False) -> str:
    """A search with one more piece: as well as the others, or as good as the last of them."""
    return f"{text} {OR if either else ''} {piece}".replace("  ", " ").strip()


def _url(selection: Selection, pieces: list[str], *, without: int) -> str:
    return address(selection, " ".join(pieces[:without] + pieces[without + 1 :]))


def names_in(text: str) -> list[str]:
    """The operators of a search, in their order."""
    try:
        return [token.name.lower() for token in tokens_of(text) if token.name]
    except Misread:
        return []


def without(text: str, piece: str, names: Iterable[str]) -> str:
    """A search without what says another value of the same, if it is one of `names`, of which there is
    one at a time; what stands beside OR stays.
    """
    name = "status" if piece == WANTS_ME else piece.partition(":")[0]
    if name not in names:
        return text
    try:
        pieces = [text[start:end] for start, end in stretches(text)]
    except Misread:
        return text
    kept = [one for one in pieces if OR in one.split() or set(names_in(one)) != {name}]
    return " ".join(one for one in kept if one != WANTS_ME or name != "status")


@dataclass(frozen=True, slots=True)
class Row:
    """A conversation, and the hit of a search that it is."""

    ticket: Ticket
    hit: Hit | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Rows that belong together, under a heading if there is one."""

    heading: Any
    rows: Sequence[Row]


def groups(page: Page, selection: Selection) -> list[Group]:
    """The rows of a page, in the groups that were asked for."""
    rows = [Row(ticket) for ticket in page.rows]
    if isinstance(page, FoundPage):
        rows = [Row(hit.ticket, hit) for hit in page.hits]
    if not selection.grouping:
        return [Group("", rows)] if rows else []
    found = groupby(rows, key=lambda row: group_of(row.ticket, selection.grouping))
    return [Group(heading, list(inside)) for heading, inside in found]
