"""How the clocks of a ticket go: what begins, pauses, resumes and ends them, and when they are due.

Nothing here asks the database or writes; whoever does holds the ticket's row (`tickets.actions.saving`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from tickets.models import Metric, SlaClock, Ticket, Turn
from tickets.models.sla import NOTHING
from tickets.service.hours import ALWAYS, Hours
from tickets.sla.choosing import Policy


def runs(ticket: Ticket) -> bool:
    """Whether it is for people of ours to act: then the clocks run, else they are paused."""
    return (
        ticket.with_a_person
        and ticket.turn in (Turn.QUEUE, Turn.AGENT)
        and ticket.snoozed_at is None
    )


def begin(ticket: Ticket, metric: Metric, policy: Policy, at: datetime) -> SlaClock:
    """A clock that starts at a moment; whether it runs is said by `go_on`."""
    return SlaClock(
        ticket=ticket,
        metric=metric,
        policy_id=policy.key,
        business=policy.business,
        started_at=at,
        paused_at=at,
    )


def promise(clock: SlaClock, policy: Policy, priority: int) -> bool:
    """Let a policy hold for the clock; whether that changes anything of it."""
    target = policy.target(clock.metric, priority)
    same = (clock.policy_id, clock.business, clock.target) == (policy.key, policy.business, target)
    clock.policy_id, clock.business, clock.target = policy.key, policy.business, target
    if target is None:
        clock.warned_at = clock.breached_at = None
    return not same


def stop(clock: SlaClock, hours: Hours, now: datetime) -> None:
    """Count what has run so far. It is paused then, until it runs again or ends."""
    if clock.running_since is None:
        return
    now = max(now, clock.running_since)  # the machine's clock may have been put back
    clock.spent += now - clock.running_since
    clock.spent_open += hours.between(clock.running_since, now)
    clock.running_since, clock.paused_at = None, now
    clock.opens_at = clock.due_at = clock.warns_at = clock.check_at = None


def start(clock: SlaClock, hours: Hours, now: datetime) -> None:
    """Let it run from now on, and count how long it was paused."""
    if clock.paused_at is None:
        return
    now = max(now, clock.paused_at)
    clock.paused += now - clock.paused_at
    clock.paused_open += hours.between(clock.paused_at, now)
    clock.running_since, clock.paused_at = now, None


def end(clock: SlaClock, hours: Hours, now: datetime) -> None:
    """What was measured has come about. When it was due stays with it."""
    due, opens = clock.due_at, clock.opens_at
    stop(clock, hours, now)
    if clock.paused_at is not None:
        clock.ended_at, clock.paused_at = max(now, clock.started_at), None
    clock.due_at, clock.opens_at = due, opens


def take_up(clock: SlaClock) -> None:
    """What had ended goes on: it counts as paused since then."""
    clock.paused_at, clock.ended_at = clock.ended_at, None
    clock.due_at = clock.opens_at = None


def reckon(clock: SlaClock, hours: Hours, warn_percent: int | None) -> None:
    """Work out when it is due, and what is to be done next. Of what does not run nothing is."""
    clock.opens_at = clock.due_at = clock.warns_at = clock.check_at = None
    since = clock.running_since
    if since is None or clock.target is None:
        return
    counted = hours if clock.business else ALWAYS
    due = counted.add(since, clock.target - clock.counted)
    if due is None:  # its hours never open
        return
    if clock.breached_at is not None and clock.counted < clock.target and due > clock.breached_at:
        clock.breached_at = None  # more time was promised since: it may still be kept
    clock.due_at = clock.breached_at or due
    clock.opens_at = _opens(counted, since, due)
    if warn_percent is not None:
        share = clock.target * warn_percent / 100
        clock.warns_at = counted.add(since, share - clock.counted)
        before, then = clock.warned_at, clock.warns_at
        if clock.counted < share and before is not None and then is not None and before < then:
            clock.warned_at = None  # as above
    look_next(clock)


def look_next(clock: SlaClock) -> None:
    """Set when there is something to do with it next: to warn, or to say that it is broken."""
    clock.check_at = None
    if clock.breached_at is None and clock.running_since is not None and clock.due_at is not None:
        warns = clock.warns_at if clock.warned_at is None else None
        clock.check_at = min(warns, clock.due_at) if warns else clock.due_at


def _opens(hours: Hours, since: datetime, due: datetime) -> datetime | None:
    """When the hours begin, or go on, before it is due; None if it is due in those of now.

    Where one day's hours end as the next day's begin, nothing opens in between.
    """
    until = since
    for opens, closes in hours.windows(since):
        if opens >= due:
            return None
        if opens > until:
            return opens
        until = closes
    return None


@dataclass(frozen=True, slots=True)
class Passed:
    """That a clock has reached a moment: near its end, or past it."""

    clock: SlaClock
    breached: bool
    at: datetime


def passed(clock: SlaClock, now: datetime) -> Passed | None:
    """What a clock has reached by now and nobody has said yet; it is marked on it.

    Of a warning that nobody gave in time nothing is said, once the promise is broken.
    """
    if clock.check_at is None or clock.check_at > now or clock.due_at is None:
        return None
    if clock.due_at <= now:
        clock.breached_at = clock.due_at
        clock.check_at = None
        return Passed(clock, True, clock.due_at)
    at = clock.check_at
    clock.warned_at = at
    look_next(clock)
    return Passed(clock, False, at)


def tell_ticket(ticket: Ticket, clocks: Iterable[SlaClock]) -> None:
    """Write on a ticket which of its promises is due next."""
    due = [clock for clock in clocks if clock.runs and clock.due_at is not None]
    first = min(due, key=lambda clock: (clock.due_at, clock.metric), default=None)
    ticket.due_at = first.due_at if first else None
    ticket.due_warns_at = first.warns_at if first else None
    ticket.due_metric = first.metric if first else ""


def left(clock: SlaClock, hours: Hours, now: datetime) -> timedelta | None:
    """How much of the promised time is left, in the policy's kind of time; None without a promise."""
    if clock.target is None:
        return None
    running = NOTHING
    if clock.running_since is not None:
        counted = hours if clock.business else ALWAYS
        running = counted.between(clock.running_since, now)
    return clock.target - clock.counted - running
