"""Who waits: for a person the longest and why, and to whom a promise is about to be broken."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Subquery
from django.db.models.functions import JSONObject
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tickets import access, clock
from tickets.actors import Actor
from tickets.models import HandOver, Holiday, OpeningSpan, Reason, Ticket, Turn
from tickets.models.tickets import TicketQuerySet
from tickets.service.hours import Hours
from tickets.service.queues import BUSY_WITH
from tickets.workspace.oversight.people import Person

SHOWN = 5  # of each list; what is behind them stands in the inbox
SOON = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Waits:
    """Somebody in a queue: why a person was asked for, and why it takes so long."""

    ticket: Ticket
    asked: str
    lasts: str


@dataclass(frozen=True, slots=True)
class Promise:
    """What a customer may count on, and what is about to become of it."""

    ticket: Ticket
    words: str
    broken: bool
    since: datetime


def longest(actor: Actor, people: Sequence[Person]) -> list[Waits]:
    """Those who wait longest, whatever their priority. One query."""
    handover = HandOver.objects.filter(ticket=OuterRef("pk"), ended_at=None).values(
        row=JSONObject(reason="reason", detail="detail", rule="rule__rule_name")
    )
    spans = OpeningSpan.objects.filter(hours=OuterRef("team__hours"))
    holidays = Holiday.objects.filter(hours=OuterRef("team__hours"))
    waiting = (
        _shown(access.tickets_for(actor).filter(turn=Turn.QUEUE))
        .select_related("customer__organization", "team__hours")
        .annotate(
            asked=Subquery(handover[:1]),
            spans=ArraySubquery(
                spans.values(row=JSONObject(day="weekday", opens="opens", closes="closes"))
            ),
            holidays=ArraySubquery(holidays.values("day")),
        )
        .order_by("person_asked_at", "pk")
    )
    return [Waits(one, _why_asked(one), _why_it_lasts(one, people)) for one in waiting[:SHOWN]]


def promises(actor: Actor) -> list[Promise]:
    """What customers were told and is nearly over, then answers that agents owe. Two queries."""
    return [*_told(actor), *_owed(actor)][:SHOWN]


def _told(actor: Actor) -> Iterable[Promise]:
    """Who was told to expect somebody by a time that is over, or nearly."""
    now = clock.now()
    due = HandOver.objects.filter(
        promised_at__lt=now + SOON, accepted_at=None, ended_at=None, ticket=OuterRef("pk")
    )
    tickets = (
        _shown(access.tickets_for(actor))
        .filter(
            turn=Turn.QUEUE,
            handovers__promised_at__lt=now + SOON,
            handovers__accepted_at=None,
            handovers__ended_at=None,
        )
        .annotate(promised=Subquery(due.values("promised_at")[:1]))
        .order_by("handovers__promised_at")
    )
    for ticket in tickets[:SHOWN]:
        promised: datetime = ticket.promised  # type: ignore[attr-defined]  # annotated
        minutes = max(1, round(abs((now - promised).total_seconds()) / 60))
        if promised > now:
            words = ngettext(
                "Was told to wait for %(count)d minute more at most",
                "Was told to wait for %(count)d minutes more at most",
                minutes,
            )
        else:
            words = ngettext(
                "Was told to expect somebody %(count)d minute ago",
                "Was told to expect somebody %(count)d minutes ago",
                minutes,
            )
        yield Promise(ticket, words % {"count": minutes}, promised <= now, promised)


def _owed(actor: Actor) -> Iterable[Promise]:
    """Whose answer an agent owes for longer than one is busy with another conversation."""
    owed = (
        _shown(access.tickets_for(actor))
        .filter(turn=Turn.AGENT, snoozed_at=None, turn_since__lt=clock.now() - BUSY_WITH)
        .order_by("turn_since", "pk")
    )
    for ticket in owed[:SHOWN]:
        words = _("Waits for an answer of %(name)s") % {"name": ticket.assignee}
        yield Promise(ticket, words, False, ticket.turn_since)


def _shown(tickets: TicketQuerySet) -> TicketQuerySet:
    return tickets.select_related("customer__organization", "team", "assignee")


def _why_asked(ticket: Any) -> str:
    asked = ticket.asked
    if not asked:
        return ""
    why = str(Reason(asked["reason"]).label)
    if asked["rule"]:
        return _("%(why)s, by the rule “%(rule)s”") % {"why": why, "rule": asked["rule"]}
    return why


def _why_it_lasts(ticket: Any, people: Sequence[Person]) -> str:
    hours = _hours(ticket)
    if hours is not None and not hours.cover(clock.now()):
        return _("Outside the opening hours of %(team)s") % {"team": ticket.team}
    here = [one for one in people if one.is_here and ticket.team_id in one.teams]
    if not here:
        return _("Nobody of %(team)s is here") % {"team": ticket.team}
    free = [one for one in here if not one.owes]
    if free:
        return _("%(free)d of the %(here)d who are here are free") % {
            "free": len(free),
            "here": len(here),
        }
    return ngettext(
        "The one who is here owes others an answer",
        "All %(here)d who are here owe others an answer",
        len(here),
    ) % {"here": len(here)}


def _hours(ticket: Any) -> Hours | None:
    if ticket.team.hours is None:
        return None
    spans = tuple(
        (span["day"], time.fromisoformat(span["opens"]), time.fromisoformat(span["closes"]))
        for span in ticket.spans
    )
    days = frozenset(day for day in ticket.holidays if isinstance(day, date))
    hours = ticket.team.hours
    return Hours(hours.timezone, spans, days, hours.country, hours.region)
