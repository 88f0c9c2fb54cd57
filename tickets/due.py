"""What the clock brings about: conversations that were put aside come back, quiet ones are closed, and
promises of service levels are said to be near their end or broken.

A periodic task looks every few seconds, by a partial index that holds only what is to come. What fell
due while nobody looked is done with the next look.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils import translation

from tickets import actions, clock, events
from tickets.actors import Actor
from tickets.models import Event, EventKind, SiteSettings, SlaPolicy, Ticket, Turn

AT_ONCE = 100
SLICE_SECONDS = 1.0  # so long a look goes on; then other tasks have a turn
# What changes the time in which something is promised, or to whom.
_DECIDES = ("tickets.openinghours", "tickets.customfield", "tickets.recordtype")


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


def note_promises() -> bool:
    """Say what service levels have come to by now, and look again at what changed policies concern.

    Whether there is more of it after a second.
    """
    until = time.monotonic() + SLICE_SECONDS
    system = Actor.system()
    while time.monotonic() < until:
        with events.together():
            told = actions.note_promises(actor=system)
        if not told and not actions.review_promises(actor=system):
            return False
    return True


def subscribe() -> None:
    """Whenever an admin changes what is promised, open tickets are looked at again."""
    events.subscribe(
        *(EventKind.SETTING_ADDED, EventKind.SETTING_CHANGED, EventKind.SETTING_REMOVED),
        name="promises.review",
        when=_changes_promises,
        settle=_review,
    )


def _changes_promises(event: Event) -> bool:
    """Any policy; and what is there already for those that are switched on to depend on it."""
    if event.subject == "tickets.slapolicy":
        return True
    of_team = event.subject == "tickets.team" and "hours" in event.data.get("changes", {})
    if event.kind == EventKind.SETTING_ADDED or not (of_team or event.subject in _DECIDES):
        return False
    return SlaPolicy.objects.filter(active=True).exists()


def _review(event: Event, result: None) -> None:
    actions.ask_for_review(actor=Actor.system())


def _in_their_language(act: Callable[..., Ticket], ticket: Ticket, **options: Any) -> Ticket:
    with translation.override(ticket.customer.language or settings.LANGUAGE_CODE):
        return act(actor=Actor.system(), ticket=ticket, **options)
