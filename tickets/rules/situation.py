"""The situation of a ticket at one turn: what it and its customer are, as rules look at it."""

from __future__ import annotations

from collections.abc import Container, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce

from tickets import hours, presence
from tickets.models import AuthorKind, Identity, Message, Reading, Ticket, Tier, Turn
from tickets.rules.seen import Seen

LATELY = timedelta(days=30)


def of_ticket(ticket: Ticket, *, text: str, now: datetime) -> dict[str, Seen]:
    """What is known of the ticket when its customer says `text`. At most three queries."""
    row = _row(ticket, now)
    customer = row.customer
    there = hours.is_open(row.team, now) or bool(presence.online_agents(row.team))
    organization = customer.organization
    return {
        "text": Seen(text),
        "channel": Seen(str(row.channel)),
        "turns": Seen(row.said),
        "tags": Seen(list(row.tags)),
        "priority": Seen(row.priority),
        "waiting_minutes": Seen(_waiting(row, now)),
        "tier": Seen(str(organization.tier if organization else Tier.STANDARD)),
        "segment": Seen(customer.segment),
        "value": Seen(None if customer.value is None else float(customer.value)),
        "tenure_days": Seen(max(0, (now - customer.created_at).days)),
        "earlier_tickets": Seen(row.earlier),
        "prefers_person": Seen(customer.prefers_person),
        "identity": Seen(str(Identity.of(customer))),
        "team": Seen(row.team_id, (row.team.name,)),
        "open_now": Seen(there),
    }


def to_store(situation: Mapping[str, Seen]) -> dict[str, Any]:
    """A situation as a `Reading` keeps it: all of it but the text, which its message has."""
    return {name: seen.stored() for name, seen in situation.items() if name != "text"}


def of_reading(reading: Reading, *, text: str) -> dict[str, Seen]:
    """The situation that was kept with a message, as agents corrected it since."""
    return of_values(reading.values, reading.corrected, text=text)


def of_values(
    values: Any, corrected: Any, *, text: str, only: Container[str] | None = None
) -> dict[str, Seen]:
    """The same from the columns of a reading, whatever they hold; of all fields, or `only` some."""
    seen = {
        name: Seen.of(stored)
        for name, stored in (values.items() if isinstance(values, dict) else ())
        if isinstance(stored, dict) and (only is None or name in only)
    }
    for name, correction in corrected.items() if isinstance(corrected, dict) else ():
        if isinstance(correction, dict) and "to" in correction:
            seen[name] = Seen(correction["to"])
    seen["text"] = Seen(text)
    return seen


def _row(ticket: Ticket, now: datetime) -> Any:
    said = Message.objects.filter(ticket=OuterRef("pk"), author_kind=AuthorKind.CUSTOMER)
    others = Ticket.objects.filter(
        customer=OuterRef("customer"), created_at__gte=now - LATELY, created_at__lte=now
    ).exclude(pk=OuterRef("pk"))
    return (
        Ticket.objects.select_related("customer__organization", "team__hours")
        .annotate(said=_number(said, "ticket"), earlier=_number(others, "customer"))
        .get(pk=ticket.pk)
    )


def _number(rows: Any, of: str) -> Any:
    counted = rows.order_by().values(of).annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def _waiting(ticket: Ticket, now: datetime) -> int:
    """Whole minutes that the customer has been waiting for somebody's answer."""
    since = None
    if ticket.turn == Turn.QUEUE:
        since = ticket.person_asked_at
    elif ticket.turn in (Turn.ASSISTANT, Turn.AGENT):
        since = ticket.turn_since
    return max(0, int((now - since).total_seconds() // 60)) if since else 0
