"""The watch over the assistant's turns: whoever was left waiting for too long gets a person.

Kept by every web process in a thread of its own, and by a periodic task. It asks nothing but the
database, so it stands behind no queue, and goes on without Redis, workers or beat.
"""

from __future__ import annotations

import logging
import threading
import time
from datetime import datetime, timedelta

from django.db import close_old_connections, transaction
from django.utils import timezone

from tickets import actions
from tickets.actors import Actor
from tickets.models import Reason, Ticket, Turn
from tickets.service import assistance

logger = logging.getLogger(__name__)

# Everybody is told within ten seconds: the rest is for handing over, and for whoever comes next.
DEADLINE = timedelta(seconds=7)
ALONE = timedelta(seconds=2)  # where no process of the assistant lives
AT_ONCE = 100
LOOK_SECONDS = 1.0


def hand_over_overdue() -> int:
    """Ask for a person wherever the assistant has been silent for too long; returns how many."""
    nobody_there = assistance.is_elsewhere() and not assistance.serves()
    since = timezone.now() - (ALONE if nobody_there else DEADLINE)
    late = Ticket.objects.filter(turn=Turn.ASSISTANT, turn_since__lt=since)
    oldest = late.order_by("turn_since").values_list("pk", flat=True)[:AT_ONCE]
    return sum(_give_up(pk, since) for pk in oldest)


@transaction.atomic
def _give_up(pk: int, since: datetime) -> bool:
    """Hand over, if it is still the turn that began before `since` and nobody else is doing it."""
    ticket = (
        Ticket.objects.select_for_update(no_key=True, skip_locked=True)
        .filter(pk=pk, turn=Turn.ASSISTANT, turn_since__lt=since)
        .first()
    )
    if ticket is None:
        return False  # it has just answered, or a newer message has seconds of its own
    actions.hand_over_failed(actor=Actor.system(), ticket=ticket, reason=Reason.TOO_SLOW)
    return True


def keep() -> threading.Thread:
    """Begin to watch, until the process ends."""
    thread = threading.Thread(target=_keep, name="watch", daemon=True)
    thread.start()
    return thread


def _keep() -> None:
    while True:
        time.sleep(LOOK_SECONDS)
        try:
            while hand_over_overdue() == AT_ONCE:
                pass
        except Exception:  # the database is away, say: whatever it is, it looks again
            logger.warning("The watch could not look.", exc_info=True)
        finally:
            close_old_connections()
