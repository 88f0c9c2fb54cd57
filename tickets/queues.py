"""The queue: the place in it, how long it took lately, and what to tell the customer about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from django.db.models import Q
from django.utils import timezone

from tickets import hours, presence
from tickets.models import HandOver, Reason, Team, Ticket, Turn

SAMPLES = 20  # the last waits that an expectation is drawn from
ENOUGH = 5  # fewer are no ground for a promise
LONGEST_SAMPLE = timedelta(hours=4)  # a night in between is no wait for anybody's turn


@dataclass(frozen=True, slots=True)
class Outlook:
    """What can honestly be said of the wait: the place; about how long, if known; or when next."""

    place: int
    open_now: bool
    opens_at: datetime | None
    wait: timedelta | None

    @property
    def minutes(self) -> int | None:
        """The expected wait in whole minutes, at least one; None when nothing is known."""
        return None if self.wait is None else max(1, round(self.wait.total_seconds() / 60))


def outlook(ticket: Ticket) -> Outlook:
    """The outlook of a ticket that waits for a person. At most three queries beside the hours."""
    now = timezone.now()
    # Whoever is at work outside the hours is there all the same.
    open_now = hours.is_open(ticket.team, now) or bool(presence.online_agents(ticket.team))
    ahead = (
        Ticket.objects.filter(team=ticket.team, turn=Turn.QUEUE)
        .exclude(pk=ticket.pk)
        .filter(
            Q(priority__gt=ticket.priority)
            | Q(priority=ticket.priority, turn_since__lt=ticket.turn_since)
            | Q(priority=ticket.priority, turn_since=ticket.turn_since, pk__lt=ticket.pk or 0)
        )
        .count()
    )
    return Outlook(
        place=ahead + 1,
        open_now=open_now,
        opens_at=None if open_now else hours.next_opening(ticket.team, now),
        wait=usual_wait(ticket.team) if open_now else None,
    )


def usual_wait(team: Team) -> timedelta | None:
    """The median of the team's last waits for a person; None while there are too few of them."""
    waits = [
        accepted - asked
        for asked, accepted in HandOver.objects.filter(team=team, accepted_at__isnull=False)
        .exclude(reason__in=[Reason.TAKEN_OVER, Reason.CHANNEL])
        .order_by("-accepted_at")
        .values_list("asked_at", "accepted_at")[:SAMPLES]
        if accepted is not None and accepted - asked < LONGEST_SAMPLE
    ]
    if len(waits) < ENOUGH:
        return None
    return timedelta(seconds=median(wait.total_seconds() for wait in waits))
