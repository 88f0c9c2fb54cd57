"""What is counted of a person, as far as an agent may see it, and the signs that they may leave."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Min, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tickets import clock
from tickets.models import Customer, Rating, Turn
from tickets.models.tickets import TicketQuerySet

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

LATELY = timedelta(days=30)
SOON_AGAIN = timedelta(days=90)  # for so long a bad end is remembered
POOR = 2  # of five
MANY_LATELY = 3  # conversations in 30 days
WAITS_LONG = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Figures:
    """Numbers of one person. `again` are the conversations that went on after one was closed."""

    since: datetime
    conversations: int
    open: int
    lately: int
    again: int
    satisfaction: int | None = None
    effort: int | None = None
    rated_at: datetime | None = None
    signs: list[StrOrPromise] = field(default_factory=list)

    @property
    def risk(self) -> StrOrPromise:
        """In words: none, one sign, or how many; each is said beside it."""
        if not self.signs:
            return _("No sign that they may leave")
        return ngettext(
            "%(number)d sign that they may leave",
            "%(number)d signs that they may leave",
            len(self.signs),
        ) % {"number": len(self.signs)}


# What somebody above tickets saw in conversations that is a sign: one query each.
Noticing = Callable[[TicketQuerySet], "list[StrOrPromise]"]
_noticing: list[Noticing] = []


def add_noticing(noticing: Noticing) -> None:
    """Let `noticing` say what it saw in somebody's conversations: sentences, each of which is a sign."""
    _noticing.append(noticing)


def of(customer: Customer, tickets: TicketQuerySet) -> Figures:
    """The figures of a person and their `tickets`. Two statements, and one for each who notices."""
    now = clock.now()
    counted = tickets.exclude(turn=Turn.SPAM).aggregate(
        all=Count("pk"),
        open=Count("pk", filter=Q(closed_at=None)),
        lately=Count("pk", filter=Q(created_at__gte=now - LATELY)),
        again=Count("pk", filter=Q(follows__isnull=False)),
        waits=Min("turn_since", filter=Q(turn__in=(Turn.QUEUE, Turn.AGENT), snoozed_at=None)),
    )
    ratings = Rating.objects.filter(ticket__in=tickets.order_by().values("pk"))
    rating = ratings.order_by("-created_at", "-pk").first()
    return Figures(
        since=customer.created_at,
        conversations=counted["all"],
        open=counted["open"],
        lately=counted["lately"],
        again=counted["again"],
        satisfaction=rating.satisfaction if rating else None,
        effort=rating.effort if rating else None,
        rated_at=rating.created_at if rating else None,
        signs=[*_signs(counted, rating, now), *(one for see in _noticing for one in see(tickets))],
    )


def _signs(counted: dict[str, Any], rating: Rating | None, now: datetime) -> list[StrOrPromise]:
    """Plain rules, each of which says what it saw."""
    found: list[StrOrPromise] = []
    if rating is not None and rating.created_at > now - SOON_AGAIN:
        if rating.satisfaction <= POOR:
            found.append(
                _("Their last rating was %(number)d of 5") % {"number": rating.satisfaction}
            )
        if rating.effort <= POOR:
            found.append(
                _("The last time it was not easy for them: %(number)d of 5")
                % {"number": rating.effort}
            )
    if counted["lately"] >= MANY_LATELY:
        found.append(
            _("%(number)d conversations in the last 30 days") % {"number": counted["lately"]}
        )
    if counted["waits"] is not None and counted["waits"] < now - WAITS_LONG:
        days = (now - counted["waits"]).days
        found.append(
            ngettext(
                "They have been waiting for us for %(number)d day",
                "They have been waiting for us for %(number)d days",
                days,
            )
            % {"number": days}
        )
    return found
