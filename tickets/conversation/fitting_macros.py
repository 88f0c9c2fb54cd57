"""Which macros fit a conversation by what it is about.

What a conversation is about is the assistant's to understand: `bots` registers here how those that fit
are found. Without it macros stand in the order of their use only.
"""

from __future__ import annotations

from collections.abc import Callable

from tickets.models import Ticket

MOST = 3  # that are shown

# Primary keys of macros, the one that fits best first. It reads rows, and no model.
Finder = Callable[[Ticket], list[int]]


def _none(ticket: Ticket) -> list[int]:
    return []


_find: Finder = _none


def use(finder: Finder) -> None:
    """Let `finder` find them from now on."""
    global _find
    _find = finder


def find(ticket: Ticket) -> list[int]:
    """The nearest macros of anybody: who may use which is asked elsewhere."""
    return _find(ticket)
