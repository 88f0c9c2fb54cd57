"""The approvals that wait in a conversation, as they came with the ticket."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime

from tickets.models import ApprovalKind, Ticket


@dataclass(frozen=True, slots=True)
class Waiting:
    """What is asked for, by whom and since when; `position` is that of the note that says why."""

    key: int
    what: str
    why: str
    position: int
    asked_by: int
    by: str
    since: datetime


def of(ticket: Ticket) -> list[Waiting]:
    """Those of a ticket that was loaded through access, the oldest first. No query."""
    return [
        Waiting(
            key=row["key"],
            what=_what(row),
            why=row["why"],
            position=row["position"],
            asked_by=row["asked_by"],
            by=row["name"] or row["address"],
            since=_moment(row["since"]),
        )
        for row in getattr(ticket, "approvals_waiting", ())
    ]


def _what(row: dict[str, Any]) -> str:
    kind = ApprovalKind(name=str(row["kind"]), unit=str(row["unit"]))
    if row["amount"] is None:
        return kind.name
    return f"{kind.name}, {kind.amount_in_words(row['amount'])}"


def _moment(text: str) -> datetime:
    found = parse_datetime(text)
    assert found is not None
    return found
