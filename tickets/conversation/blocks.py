"""The blocks that keep a conversation's customer from writing, as they came with the ticket."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models.functions import JSONObject
from django.utils.dateparse import parse_datetime

from tickets import clock
from tickets.models import Block, Ticket


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


def beside_ticket() -> ArraySubquery:
    """An annotation of tickets that `of` reads: what is in force now, the newest first."""
    row = JSONObject(
        key="pk",
        email="email",
        domain="domain",
        reason="reason",
        name="by__name",
        address="by__email",
        since="since",
        until="until",
    )
    found = Block.objects.beside_ticket().in_force(clock.now())
    return ArraySubquery(found.order_by("-pk").values(row=row))


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
