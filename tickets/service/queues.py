"""The queue: the place in it, and what can honestly be said of the wait."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from tickets import clock
from tickets.assigning.waiting import candidates
from tickets.live import presence
from tickets.models import HandOver, Reason, Team, Ticket, Turn
from tickets.service import waits
from tickets.service.hours import Hours
from tickets.service.waits import Acceptance, Pace, Wait

COUNTED = 1000  # places; counting stops here, and behind it nobody is told a number
NEAR = 20  # places from the front
ACCEPTANCES = 60  # the last ones, from which a team's pace is drawn
# Whoever owes an answer for longer than that is not kept from the next conversation by it.
BUSY_WITH = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Outlook:
    """Within the hours the place and the wait, if it is known; outside them when next.

    `somebody_here`: although it is outside the hours.
    """

    place: int
    open_now: bool
    opens_at: datetime | None = None
    wait: Wait | None = None
    somebody_here: bool = False

    @property
    def counted(self) -> bool:
        """Whether the place is a number, not only "behind many"."""
        return self.place <= COUNTED

    @property
    def holds_for(self) -> int:
        """Seconds after which a page asks again: far back in a queue little changes in a minute."""
        return 60 if self.place <= NEAR else 180


def outlook(ticket: Ticket) -> Outlook:
    """The outlook of a ticket that waits for a person.

    Four queries and one look into Redis beside the hours; three of them rest on an index and a
    limit, so that 800 who wait cost what one does.
    """
    now = clock.now()
    place = _ahead(ticket) + 1
    here = presence.agents_here(ticket.team_id)
    hours = Hours.load(ticket.team)
    if hours is not None and not hours.cover(now):
        opens_at = hours.next_opening(now)
        return Outlook(place, open_now=False, opens_at=opens_at, somebody_here=bool(here))
    wait = None
    if here and place <= COUNTED:
        busy = _full(ticket.team, now) if ticket.team.is_given_out else _busy(here, now)
        pace = pace_of(ticket.team)
        wait = waits.expected(place=place, free=len(here) - busy, busy=busy, pace=pace)
    return Outlook(place, open_now=True, wait=wait)


def pace_of(team: Team) -> Pace:
    """The pace at which a team took conversations out of its queue lately. One query."""
    accepted = (
        HandOver.objects.filter(team=team, accepted_at__isnull=False)
        .exclude(reason=Reason.TAKEN_OVER)  # nobody waited
        .order_by("-accepted_at")
        .values_list("asked_at", "accepted_at", "accepted_by")[:ACCEPTANCES]
    )
    return waits.pace(
        Acceptance(asked.timestamp(), taken.timestamp(), agent)
        for asked, taken, agent in accepted
        if taken is not None and agent is not None
    )


def _ahead(ticket: Ticket) -> int:
    """How many of the team's queue are to be accepted before this one; at most `COUNTED`."""
    same = Q(priority=ticket.priority)
    sooner = Q(person_asked_at__lt=ticket.person_asked_at)
    together = Q(person_asked_at=ticket.person_asked_at, pk__lt=ticket.pk)
    ahead = (
        Ticket.objects.filter(team=ticket.team_id, turn=Turn.QUEUE)
        .exclude(pk=ticket.pk)
        .filter(Q(priority__gt=ticket.priority) | same & sooner | same & together)
    )
    return ahead[:COUNTED].count()


def _full(team: Team, now: datetime) -> int:
    """How many of those who are here have no room for one more chat: what is given out goes by that."""
    return sum(not one.has_room(chat=True) for one in candidates(team, now))


def _busy(agents: set[int], now: datetime) -> int:
    """How many of these agents owe somebody an answer, and not since long ago. One query."""
    owing = Ticket.objects.filter(
        assignee__in=agents, turn=Turn.AGENT, turn_since__gt=now - BUSY_WITH, snoozed_at=None
    )
    return owing.values("assignee").distinct().count()
