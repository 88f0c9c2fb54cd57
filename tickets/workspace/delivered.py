"""How the mails of a message fared, as agents read it below the message."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce, JSONObject
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from tickets.models import Delivery, DeliveryState, Message, StoppedAddress, Ticket
from tickets.models.following import MOST_COPIES
from tickets.models.messages import MessageQuerySet

LATELY = timedelta(minutes=10)  # a screen that was away for longer is loaded anew
MOST = 50  # messages of which something is told at once


@dataclass(frozen=True, slots=True)
class Mailed:
    """One mail of a message: to whom, where it stands, and what can be done about it."""

    pk: int
    to: str
    kind: str
    state: str
    attempts: int
    at: datetime | None
    due_at: datetime | None
    answer: str
    stopped: bool
    is_repeated: bool

    @property
    def waits(self) -> bool:
        """Something went wrong, and it is tried again."""
        return self.state == DeliveryState.DEFERRED

    @property
    def next_attempt(self) -> int:
        return self.attempts + 1

    @property
    def not_there(self) -> bool:
        return self.state in (
            DeliveryState.FAILED,
            DeliveryState.BOUNCED,
            DeliveryState.COMPLAINED,
            DeliveryState.SUPPRESSED,
        )

    @property
    def can_be_held_back(self) -> bool:
        """It is sent again, and has not left."""
        return self.is_repeated and self.state == DeliveryState.QUEUED and not self.attempts


def with_mails(messages: MessageQuerySet) -> MessageQuerySet:
    """The messages, each with the newest mail to each of its recipients, in the one query."""
    stopped = StoppedAddress.objects.filter(address=OuterRef("recipient"))
    mails = Delivery.objects.filter(message=OuterRef("pk"), sent_again=None, user=None)
    row = JSONObject(
        pk="pk",
        to="recipient",
        kind="kind",
        state=Coalesce("part_of__state", "state"),
        attempts=Coalesce("part_of__attempts", "attempts"),
        at=Coalesce("part_of__sent_at", "sent_at"),
        due_at=Coalesce("part_of__due_at", "due_at"),
        answer=Coalesce("part_of__answer", "answer"),
        stopped=Exists(stopped),
        again="instead_of",
    )
    rows = ArraySubquery(mails.order_by("pk").values(row=row)[: MOST_COPIES + 1])
    return messages.annotate(mails=rows)


def lately(ticket: Ticket) -> QuerySet[Delivery, int]:
    """The places of the messages of which a mail fared on lately."""
    changed = Delivery.objects.filter(
        Q(message__isnull=False), ticket=ticket, changed_at__gt=timezone.now() - LATELY
    )
    return changed.order_by("-changed_at").values_list("message__position", flat=True)[:MOST]


def of(message: Message) -> list[Mailed]:
    """What is shown of a message's mails; of what was read here, nothing."""
    rows: list[dict[str, Any]] = getattr(message, "mails", [])
    return [
        Mailed(
            pk=row["pk"],
            to=row["to"],
            kind=row["kind"],
            state=row["state"],
            attempts=row["attempts"],
            at=parse_datetime(row["at"]) if row["at"] else None,
            due_at=parse_datetime(row["due_at"]) if row["due_at"] else None,
            answer=row["answer"],
            stopped=row["stopped"],
            is_repeated=row["again"] is not None,
        )
        for row in rows
        if row["state"] != DeliveryState.READ
    ]
