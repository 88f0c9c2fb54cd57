"""An agent's day: what waits for them, what they put aside till today, what they did, who asks them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from tickets import access, clock
from tickets.actors import Actor
from tickets.models import AuthorKind, Event, EventKind, NotificationKind, Rating, Ticket, Turn
from tickets.workspace import centre, views
from tickets.workspace.centre import Line
from tickets.workspace.guard import AgentRequest, actor_of, by_script, for_agents

SHOWN = 20  # conversations that wait, or are put aside
DONE = 10  # conversations that were answered or resolved, the newest; of the others the number
COUNTED = 500  # acts of one day
RATINGS = 10
LATELY = timedelta(days=7)
TOLD = 200  # the newest notifications, among which is looked for who asks


@dataclass(frozen=True, slots=True)
class Done:
    """The conversations that an agent did something in today, the newest first, and how many."""

    shown: list[Ticket]
    number: int


@require_safe
@for_agents
def day(request: AgentRequest) -> HttpResponse:
    """The page; for our script only what changes of it."""
    context = {**views.beside(request), **shown(actor_of(request))}
    template = "workspace/day/live.html" if by_script(request) else "workspace/day.html"
    return render(request, template, context)


def shown(actor: Actor) -> dict[str, Any]:
    """All that the page shows, by the days of the zone in which times are shown. Five queries."""
    begins = timezone.localtime(clock.now()).replace(hour=0, minute=0, second=0, microsecond=0)
    answered, resolved = _done(actor, begins)
    return {
        "waits": list(_mine(actor).filter(turn=Turn.AGENT, snoozed_at=None)[:SHOWN]),
        "till_today": _till_today(actor, begins + timedelta(days=1)),
        "answered": answered,
        "resolved": resolved,
        "ratings": _ratings(actor),
        "asks": _asks(actor, begins),
    }


def _mine(actor: Actor) -> Any:
    """Those that the agent has: what came back first, then whoever waits longest."""
    mine = access.tickets_for(actor).filter(assignee=actor.user)
    return mine.select_related("customer__organization").order_by("-is_back", "turn_since", "pk")


def _till_today(actor: Actor, ends: datetime) -> list[Ticket]:
    """What they put aside until some time of today."""
    aside = _mine(actor).filter(
        turn__in=[Turn.AGENT, Turn.CUSTOMER], snoozed_until__isnull=False, snoozed_until__lt=ends
    )
    return list(aside.order_by("snoozed_until", "pk")[:SHOWN])


def _done(actor: Actor, begins: datetime) -> tuple[Done, Done]:
    """In what they answered and what they resolved since the day began. One query."""
    acts = (
        Event.objects.filter(
            kind__in=[EventKind.MESSAGE_POSTED, EventKind.TICKET_RESOLVED],
            actor_user=actor.user,
            created_at__gte=begins,
        )
        .select_related("ticket__customer__organization")
        .order_by("-created_at")[:COUNTED]
    )
    answered, resolved = [], []
    for act in acts:
        if act.kind == EventKind.TICKET_RESOLVED:
            resolved.append(act)
        elif act.data.get("author") == AuthorKind.AGENT:
            answered.append(act)
    return _of(answered), _of(resolved)


def _of(acts: Iterable[Event]) -> Done:
    """Each conversation once, where it was done last."""
    tickets: dict[int, Ticket] = {}
    for act in acts:
        if act.ticket is not None:
            tickets.setdefault(act.ticket.pk, act.ticket)
    return Done(list(tickets.values())[:DONE], len(tickets))


def _ratings(actor: Actor) -> list[Rating]:
    """What customers of theirs wrote with a rating in the last days."""
    commented = Rating.objects.exclude(comment="").filter(created_at__gte=clock.now() - LATELY)
    mine = commented.filter(ticket__assignee=actor.user)
    return list(
        mine.select_related("ticket__customer", "ticket__assignee").order_by("-created_at")[
            :RATINGS
        ]
    )


def _asks(actor: Actor, begins: datetime) -> list[Line]:
    """Who mentions them or whispers to them: what is unread, and all of today."""
    told = access.notifications_for(actor).order_by("-pk")
    told = told.select_related("ticket__customer", "event__actor_user", "event__actor_customer")
    kinds = (NotificationKind.MENTIONED, NotificationKind.WHISPERED)
    return centre.gathered(
        one
        for one in told[:TOLD]
        if one.kind in kinds and (one.read_at is None or one.created_at >= begins)
    )
