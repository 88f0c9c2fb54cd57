"""What customers said at the end, and what they were asked although it was known."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from django.utils.text import capfirst

from tickets import access, clock
from tickets.actors import Actor
from tickets.conversation.asked_again import name_of
from tickets.models import Event, EventKind, Rating

LATELY = timedelta(days=7)
RATINGS = 6
COUNTED = 500  # needless questions; counting stops here


@dataclass(frozen=True, slots=True)
class Needless:
    """Something that was asked for although it was known: how often, and where last."""

    name: str
    number: int
    reference: str


def ratings(actor: Actor) -> list[Rating]:
    """What customers wrote with their ratings in the last days, the newest first. One query."""
    commented = Rating.objects.exclude(comment="").filter(created_at__gte=clock.now() - LATELY)
    return list(
        commented.filter(ticket__in=access.tickets_for(actor).order_by())
        .select_related("ticket__customer", "ticket__assignee")
        .order_by("-created_at")[:RATINGS]
    )


def asked_again(actor: Actor) -> list[Needless]:
    """By what was asked for, never by who asked. One query."""
    asked = (
        Event.objects.filter(kind=EventKind.ASKED_AGAIN, created_at__gte=clock.now() - LATELY)
        .filter(ticket__in=access.tickets_for(actor).order_by())
        .order_by("-created_at")
    )
    rows = list(asked.values_list("data__fact", "ticket__reference")[:COUNTED])
    newest = {str(fact): reference for fact, reference in reversed(rows)}
    counts = Counter(str(fact) for fact, _reference in rows)
    return [
        Needless(capfirst(str(name_of(fact))), number, newest[fact])
        for fact, number in counts.most_common()
    ]
