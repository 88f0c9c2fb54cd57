"""What a ticket's service level promises, for programs."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, TypedDict

from tickets.access import beside
from tickets.models import Ticket
from tickets.sla import words
from tickets.sla.words import State


class PromiseOut(TypedDict):
    """A promise: by when it is due as things are now, and why then. Minutes are of its own kind of
    time, `business` or by the clock.
    """

    metric: Literal["first", "next", "resolution"]
    policy: str
    state: State
    business: bool
    target_minutes: int
    started_at: datetime
    due_at: datetime | None
    warned_at: datetime | None
    breached_at: datetime | None
    ended_at: datetime | None
    explanation: str


def promises_of(ticket: Ticket) -> list[PromiseOut]:
    """Those that came with a ticket that was loaded through access. No query but for a new one."""
    beside.with_promises(ticket)
    return [
        {
            "metric": one.metric,  # type: ignore[typeddict-item]  # one of the three, by its column
            "policy": one.policy,
            "state": one.state,
            "business": one.business,
            "target_minutes": int(one.target.total_seconds() // 60),
            "started_at": one.started_at,
            "due_at": one.due_at,
            "warned_at": one.warned_at,
            "breached_at": one.breached_at,
            "ended_at": one.ended_at,
            "explanation": one.explained,
        }
        for one in words.of(ticket)
    ]
