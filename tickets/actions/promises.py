"""What the clock brings about for service levels: warnings, breaches, and looking again after a change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import takewhile

from django.db import transaction
from django.db.models import F

from tickets import clock, events
from tickets.actions import saving
from tickets.actors import Actor
from tickets.models import EventKind, SlaClock, SlaReview, Ticket
from tickets.models.states import ENDED
from tickets.sla import clocks
from tickets.sla.clocks import Passed

AT_ONCE = 100  # clocks of one transaction, and tickets that are looked at again
LOOKED_AT = 25


@transaction.atomic
def note_promises(*, actor: Actor) -> int:
    """Say of a slice of clocks that they are near their end or past it, each once; returns how many.

    At most a dozen statements, however many there are. What another worker has, or an action that
    is changing the ticket, is passed over: that one says it itself.
    """
    now = clock.now()
    due = list(
        SlaClock.objects.select_for_update(skip_locked=True)
        .filter(check_at__lte=now)
        .order_by("check_at")[:AT_ONCE]
    )
    tickets = _free({one.ticket_id for one in due})
    reached = (clocks.passed(one, now) for one in due if one.ticket_id in tickets)
    told = [one for one in reached if one is not None]
    _write(actor, told, tickets)
    return len(told)


@transaction.atomic
def review_promises(*, actor: Actor) -> int:
    """Look again at a slice of open tickets, since policies or hours changed; how many there were.

    Where it stands is kept with what it did: whoever comes after a worker that died goes on there.
    """
    review = SlaReview.objects.select_for_update(skip_locked=True).first()
    if review is None:
        return 0
    open_ones = Ticket.objects.filter(pk__gt=review.upto, person_asked_at__isnull=False)
    keys = open_ones.exclude(turn__in=ENDED).order_by("pk").values_list("pk", flat=True)
    wanted = list(keys[:LOOKED_AT])
    if not wanted:
        review.delete()
        return 0
    # Up to the first that somebody is changing: nobody waits here with others in hand.
    free = _free(set(wanted))
    tickets = [free[key] for key in takewhile(free.__contains__, wanted)]
    for ticket in tickets:
        saving.review(ticket)
    if tickets:
        review.upto = tickets[-1].pk
        review.save(update_fields=["upto"])
    return len(tickets)


@transaction.atomic
def ask_for_review(*, actor: Actor) -> None:
    """Let all open tickets be looked at again, from the first one on."""
    SlaReview.objects.update_or_create(pk=1, defaults={"upto": 0})


def _free(keys: set[int]) -> dict[int, Ticket]:
    """The tickets that nobody is changing, held from now on."""
    if not keys:
        return {}
    rows = Ticket.objects.select_for_update(no_key=True, skip_locked=True)
    return {ticket.pk: ticket for ticket in rows.filter(pk__in=keys).order_by("pk")}


def _write(actor: Actor, told: Sequence[Passed], tickets: dict[int, Ticket]) -> None:
    if not told:
        return
    for breached, kind in ((True, EventKind.SLA_BREACHED), (False, EventKind.SLA_WARNED)):
        of_kind = [
            (tickets[one.clock.ticket_id], saving.said_of(one))
            for one in told
            if one.breached is breached
        ]
        events.record_each(kind, actor=actor, told=of_kind)
    # As `clocks.passed` has marked them, in few statements: a thousand may come at once.
    broken = [one.clock.pk for one in told if one.breached]
    near = [one.clock.pk for one in told if not one.breached]
    SlaClock.objects.filter(pk__in=broken).update(breached_at=F("due_at"), check_at=None)
    SlaClock.objects.filter(pk__in=near).update(warned_at=F("check_at"), check_at=F("due_at"))
    positions = Counter(one.clock.ticket_id for one in told)
    for number in set(positions.values()):
        keys = [key for key, taken in positions.items() if taken == number]
        rows = Ticket.objects.filter(pk__in=keys)
        rows.update(last_position=F("last_position") + number)
