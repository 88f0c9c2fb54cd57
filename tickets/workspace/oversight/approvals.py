"""What agents have asked for and nobody has decided yet."""

from __future__ import annotations

from tickets import access
from tickets.actors import Actor
from tickets.models import Approval

SHOWN = 8


def waiting(actor: Actor) -> list[Approval]:
    """What this lead may decide, the oldest first. One query."""
    assert actor.user is not None
    theirs = access.approvals_for(actor).exclude(asked_by=actor.user)
    found = theirs.filter(pk__in=access.all_waiting().order_by().values("pk"))
    return list(
        found.select_related("ticket__customer", "ticket__assignee").order_by("asked_at")[:SHOWN]
    )
