"""What the clock brings about: conversations that were put aside come back, and quiet ones are closed.

A periodic task looks every few seconds, by a partial index that holds only what is to come. What fell
due while nobody looked is done with the next look.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils import translation

from tickets import actions, clock
from tickets.actors import Actor
from tickets.models import SiteSettings, Ticket, Turn

AT_ONCE = 100


def bring_back() -> int:
    """Bring back what was put aside until now or earlier; returns how many. What is left comes next."""
    now = clock.now()
    over = Ticket.objects.filter(snoozed_until__lte=now).order_by("snoozed_until")[:AT_ONCE]
    found = list(over)
    for ticket in found:
        actions.unsnooze(actor=Actor.system(), ticket=ticket, due=now)
    return len(found)


def close_quiet() -> int:
    """Tell the customers of what has become quiet, and close what they were told of; how many."""
    now = clock.now()
    over = (
        Ticket.objects.filter(closes_at__lte=now)
        .select_related("customer")
        .order_by("closes_at")[:AT_ONCE]
    )
    closed = [_in_their_language(actions.close_quiet, ticket) for ticket in over]
    quiet_days = SiteSettings.load().quiet_days
    if quiet_days is None:
        return len(closed)
    since = now - timedelta(days=quiet_days)
    quiet = Ticket.objects.filter(
        turn=Turn.CUSTOMER, last_message_at__lt=since, closes_at=None, snoozed_at=None
    ).select_related("customer")
    longest_first = quiet.order_by("last_message_at", "pk")[:AT_ONCE]
    told = [
        _in_their_language(actions.announce_closing, ticket, quiet_since=since)
        for ticket in longest_first
    ]
    return len(closed) + len(told)


def _in_their_language(act: Callable[..., Ticket], ticket: Ticket, **options: Any) -> Ticket:
    with translation.override(ticket.customer.language or settings.LANGUAGE_CODE):
        return act(actor=Actor.system(), ticket=ticket, **options)
