"""Which approvals somebody who works here may see, and which wait beside a conversation."""

from __future__ import annotations

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.db.models.functions import JSONObject

from tickets.models import Approval, ApprovalState

MOST = 10  # beside one conversation


def waiting_approvals() -> ArraySubquery:
    """What waits for a decision in a ticket, the oldest first, in the ticket's own statement."""
    row = JSONObject(
        key="pk",
        kind="kind__name",
        unit="kind__unit",
        amount="amount",
        why="why",
        position="position",
        asked_by="asked_by",
        name="asked_by__name",
        address="asked_by__email",
        since="asked_at",
    )
    return ArraySubquery(all_waiting().filter(ticket=OuterRef("pk")).values(row=row)[:MOST])


def all_waiting() -> QuerySet[Approval]:
    """Everything that waits, the oldest first, whoever may see it."""
    return Approval.objects.filter(state=ApprovalState.WAITING).order_by("asked_at", "pk")
