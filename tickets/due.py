"""What the clock brings about: conversations that were put aside come back when their time is over.

A periodic task looks every few seconds, by a partial index that holds only what is to come. What fell
due while nobody looked is done with the next look.
"""

from __future__ import annotations

from tickets import actions, clock
from tickets.actors import Actor
from tickets.models import Ticket

AT_ONCE = 100


def bring_back() -> int:
    """Bring back what was put aside until now or earlier; returns how many. What is left comes next."""
    now = clock.now()
    over = Ticket.objects.filter(snoozed_until__lte=now).order_by("snoozed_until")[:AT_ONCE]
    found = list(over)
    for ticket in found:
        actions.unsnooze(actor=Actor.system(), ticket=ticket, due=now)
    return len(found)
