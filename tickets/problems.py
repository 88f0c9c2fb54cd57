"""What is asked for all that a problem affects is done here, a slice at a time, until nothing is left.

A reaction begins with it at once; a periodic task goes on, also after a worker was killed. Whoever finds
a row done passes it over.
"""

from __future__ import annotations

import logging
import time
from datetime import timedelta

from django.db import OperationalError

from tickets import actions, clock, events
from tickets.actors import Actor
from tickets.models import AffectedTicket, Event, EventKind, ProblemAnswer

logger = logging.getLogger(__name__)

SLICE_SECONDS = 1.5
AT_ONCE = 50


def subscribe() -> None:
    events.subscribe(
        EventKind.AFFECTED_ANSWERED,
        name="problem.answer",
        work=begin,
        settle=begun,
        after=_until_it_starts,
    )


def begin(event: Event) -> None:
    """Do what is due, this answer's and what is left of others'."""
    work_off()


def begun(event: Event, _nothing: None) -> None:
    """The rows of the conversations say what was done and what is left."""


def work_off(*, seconds: float = SLICE_SECONDS) -> int:
    """Do what is due, for so long; returns in how many conversations something was decided."""
    until = time.monotonic() + seconds
    decided = 0
    while rows := list(_due()):
        for row in rows:
            _do(row)
            decided += 1
            if time.monotonic() > until:
                return decided
    for answer in ProblemAnswer.objects.filter(ended_at=None, starts_at__lte=clock.now()):
        actions.end_answer(actor=Actor.system(), answer=answer)
    return decided


def _due() -> list[AffectedTicket]:
    due = AffectedTicket.objects.due(clock.now())
    return list(due.select_related("ticket", "answer__author", "answer__problem")[:AT_ONCE])


def _do(row: AffectedTicket) -> None:
    try:
        actions.answer_one(actor=Actor.system(), row=row)
    except OperationalError:  # the database is away or too busy: all of it is tried again
        raise
    except Exception:
        logger.exception("An affected conversation could not be answered: row %s", row.pk)
        actions.give_up_one(actor=Actor.system(), row=row)


def _until_it_starts(event: Event) -> timedelta:
    return timedelta(seconds=event.data["wait"])
