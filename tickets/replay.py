"""Replay: conversations of another time, played by the actions as if they happened now.

Each step is played at its own moment. The present has no say in it: which agents are here, and that
the assistant answers in time, is as it was told. And nothing follows: no reaction is owed, no screen
is nudged, since whatever followed is a step of its own. Whoever follows the changes of tickets
(`tickets.lists.changes`) reads a replay only from its beginning: it is for a helpdesk without tickets.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from django.db import connection
from django.db.transaction import TransactionManagementError

from tickets import clock

_agents_here: ContextVar[frozenset[int] | None] = ContextVar("replay", default=None)


def is_running() -> bool:
    """Whether what happens is a step of a replay."""
    return _agents_here.get() is not None


def agents_here() -> set[int]:
    """The keys of the agents who were here then, as the replay tells it."""
    return set(_agents_here.get() or ())


@contextmanager
def step(at: datetime, *, agents_here: Collection[int] = ()) -> Iterator[None]:
    """Play what is within it at the moment `at`, with these agents here. In a transaction."""
    if not connection.in_atomic_block:
        raise TransactionManagementError("A replay is played in one transaction.")
    before = _agents_here.set(frozenset(agents_here))
    try:
        with clock.at(at):
            _set_database_clock(at.isoformat())
            try:
                yield
            finally:
                _set_database_clock("")
    finally:
        _agents_here.reset(before)


def _set_database_clock(moment: str) -> None:
    """For the trigger that keeps `Ticket.updated_at`; gone with the transaction at the latest."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('helpdesk.clock', %s, true)", [moment])
