"""Which macros fit a conversation by what it is about.

What a conversation is about is the assistant's to understand: `bots` registers here how those that fit
are found. Without it macros stand in the order of their use only.
"""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import QuerySet

from tickets.models import Macro, Ticket

MOST = 3

# Primary keys of macros among the given ones, the one that fits best first. It reads rows, and no model.
Finder = Callable[[Ticket, QuerySet[Macro]], list[int]]


def _none(ticket: Ticket, among: QuerySet[Macro]) -> list[int]:
    return []


_find: Finder = _none


def use(finder: Finder) -> None:
    """Let `finder` find them from now on."""
    global _find
    _find = finder


def find(ticket: Ticket, among: QuerySet[Macro]) -> list[int]:
    """At most three of those that somebody may use, which the caller says."""
    return _find(ticket, among)[:MOST]
