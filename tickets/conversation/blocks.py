"""The blocks that keep a conversation's customer from writing, as they came with the ticket."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.dateparse import parse_datetime

from tickets.models import Ticket


@dataclass(frozen=True, slots=True)
class Shown:
    """A block as agents see it: what it is about, why, by whom, since when and until when."""

    key: int
    email: str
    domain: str
    reason: str
    by: str
    since: datetime
    until: datetime | None


def of(ticket: Ticket) -> list[Shown]:
    """The blocks of a ticket that was loaded through access. No query."""
    return [
        Shown(
            key=row["key"],
            email=row["email"],
            domain=row["domain"],
            reason=row["reason"],
            by=row["name"] or row["address"],
            since=_moment(row["since"]),
            until=_moment(row["until"]) if row["until"] else None,
        )
        for row in getattr(ticket, "blocks", ())
    ]


def _moment(text: str) -> datetime:
    found = parse_datetime(text)
    assert found is not None
    return found
