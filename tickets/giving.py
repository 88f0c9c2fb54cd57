"""Conversations are given to agents as soon as that is possible; the clock is only the net under it.

Who gets one follows from how things are, not from what happened: so it does no harm to look once too
often, and a look that was lost is made up for by the next.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial

from celery import current_app
from django.db.models import Exists, OuterRef

from knowledgebase.lately import Lately
from tickets import actions, clock, events
from tickets.actors import Actor
from tickets.assigning.waiting import CHATS, to_pass_on
from tickets.live import presence
from tickets.models import AuthorKind, Event, EventKind, Method, Team, Ticket, Turn, User

logger = logging.getLogger(__name__)

AT_ONCE = 100  # that one look gives out; the next comes within seconds
LOOKED_AT = 2_000  # that agents who are gone owe an answer
ARRIVES = (EventKind.PERSON_ASKED, EventKind.TICKET_TRANSFERRED, EventKind.TICKET_ASSIGNED)
# By these an agent has room again, or one who had none is chosen.
FREES = (
    *(EventKind.TICKET_RESOLVED, EventKind.TICKET_CONFIRMED, EventKind.TICKET_CLOSED),
    *(EventKind.TICKET_HANDED_BACK, EventKind.TICKET_SNOOZED, EventKind.TICKET_MERGED),
    *(EventKind.TICKET_SPAM, EventKind.MESSAGE_POSTED, EventKind.TICKET_UNDONE),
)


def _teams() -> list[int]:
    return list(Team.objects.exclude(method=Method.BY_HAND).values_list("pk", flat=True))


# Asked with every event; longer than a moment, so that most installations pay nothing for it.
lately_given_out = Lately(_teams, seconds=5.0)


def subscribe() -> None:
    events.subscribe(*ARRIVES, *FREES, name="assign", work=_work, settle=_done, when=_may)


def _may(event: Event) -> bool:
    """Whether somebody may be given something because of it."""
    if event.kind == EventKind.MESSAGE_POSTED and event.data.get("author") != AuthorKind.AGENT:
        return False
    return bool(lately_given_out())


def _work(_event: Event) -> int:
    return give()


def _done(_event: Event, _given: int) -> None:
    """Each was given in a transaction of its own."""


def give() -> int:
    """Give out what waits, in every team that does not leave that to its agents; how many."""
    waiting = Exists(Ticket.objects.filter(team=OuterRef("pk"), turn=Turn.QUEUE))
    teams = Team.objects.exclude(method=Method.BY_HAND).filter(waiting)
    given = 0
    for team in teams:
        while given < AT_ONCE and actions.assign_next(actor=Actor.system(), team=team):
            given += 1
    return given


def soon() -> None:
    """Somebody came, or has more room: look now. Failing is allowed, a look comes by itself."""
    try:
        current_app.send_task(
            "tickets.tasks.give_out", queue="default", expires=60, ignore_result=True
        )
    except Exception:
        logger.warning("The queue is away; what waits is given out by the next look.")


def look_after() -> int:
    """Bring chats back from agents who are gone, pass on who waited too long, give out; how many."""
    system = Actor.system()
    back = sum(
        _tried(partial(actions.bring_back_from, actor=system, ticket=ticket, agent=agent))
        for ticket, agent in _left_alone()
    )
    on = sum(_tried(partial(actions.pass_on, actor=system, ticket=ticket)) for ticket in _overdue())
    return back + on + give()


def _tried(act: Callable[[], bool]) -> bool:
    """One that fails stands in nobody's way: it is tried again with the next look."""
    try:
        return act()
    except Exception:
        logger.exception("A conversation could not be looked after.")
        return False


def _left_alone() -> list[tuple[Ticket, User]]:
    """Chats in which a customer waits at the page for an agent who is gone."""
    owed = Ticket.objects.filter(
        turn=Turn.AGENT, channel__in=CHATS, snoozed_at=None, team__grace_minutes__gt=0
    )
    agents = list(owed.order_by().values_list("assignee", flat=True).distinct())
    gone = [pk for pk in presence.gone_for(agents) if pk is not None]
    theirs = owed.filter(assignee__in=gone).order_by("turn_since")
    live = presence.customers_here(list(theirs.values_list("pk", flat=True)[:LOOKED_AT]))
    found = theirs.filter(pk__in=live).select_related("assignee", "team")
    return [(ticket, ticket.assignee) for ticket in found[:AT_ONCE] if ticket.assignee is not None]


def _overdue() -> list[Ticket]:
    """Those who wait in a queue for longer than its team says."""
    now = clock.now()
    return [
        ticket
        for team in Team.objects.exclude(overflow_team=None).exclude(overflow_minutes=0)
        for ticket in to_pass_on(team, now)[:AT_ONCE]
    ]
