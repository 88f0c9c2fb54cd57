"""The situation of a ticket at one turn: what it and its customer are, as rules look at it."""

from __future__ import annotations

from collections.abc import Container, Mapping
from datetime import datetime, time, timedelta
from typing import Any, Final

from django.db import connection

from tickets.live import presence
from tickets.models import Identity, Reading, Ticket, Tier, Turn
from tickets.rules.seen import Seen
from tickets.service import hours

LATELY = timedelta(days=30)


def of_ticket(ticket: Ticket, *, text: str, now: datetime) -> dict[str, Seen]:
    """What is known of the ticket when its customer says `text`.

    One statement, and one more outside the team's opening hours. It is read in every turn, so it is
    written out: the ORM takes longer to compose it than PostgreSQL to answer.
    """
    with connection.cursor() as cursor:
        cursor.execute(_STATEMENT, {"ticket": ticket.pk, "since": now - LATELY, "now": now})
        names = [column.name for column in cursor.description or ()]
        row = dict(zip(names, cursor.fetchone() or (), strict=True))
    there = _is_open(row, now) or bool(presence.agents_here(row["team"]))
    return {
        "text": Seen(text),
        "channel": Seen(row["channel"]),
        "turns": Seen(row["said"]),
        "tags": Seen(row["tags"]),
        "priority": Seen(row["priority"]),
        "waiting_minutes": Seen(_waiting(row, now)),
        "tier": Seen(row["tier"] or str(Tier.STANDARD)),
        "segment": Seen(row["segment"]),
        "value": Seen(None if row["value"] is None else float(row["value"])),
        "tenure_days": Seen(max(0, (now - row["since"]).days)),
        "earlier_tickets": Seen(row["earlier"]),
        "prefers_person": Seen(row["prefers_person"]),
        "identity": Seen(str(Identity.by(row["email"], row["claimed_email"]))),
        "team": Seen(row["team"], (row["team_name"],)),
        "open_now": Seen(there),
    }


def _is_open(row: Mapping[str, Any], now: datetime) -> bool:
    """Whether the team's hours cover this moment; a team without hours is always there."""
    if row["timezone"] is None:
        return True
    spans = (
        (weekday, time.fromisoformat(opens), time.fromisoformat(closes))
        for weekday, opens, closes in row["spans"] or ()
    )
    return hours.covers(row["timezone"], spans, row["holidays"], now)


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


def _waiting(row: Mapping[str, Any], now: datetime) -> int:
    """Whole minutes that the customer has been waiting for somebody's answer."""
    since = None
    if row["turn"] == Turn.QUEUE:
        since = row["person_asked_at"]
    elif row["turn"] in (Turn.ASSISTANT, Turn.AGENT):
        since = row["turn_since"]
    return max(0, int((now - since).total_seconds() // 60)) if since else 0


_STATEMENT: Final = """
SELECT ticket.channel, ticket.tags, ticket.priority, ticket.turn, ticket.turn_since,
    ticket.person_asked_at, organization.tier, customer.segment, customer.value,
    customer.created_at AS since, customer.prefers_person, customer.email, customer.claimed_email,
    team.id AS team, team.name AS team_name, hours.timezone,
    (SELECT json_agg(json_build_array(span.weekday, span.opens, span.closes))
        FROM tickets_openingspan AS span WHERE span.hours_id = hours.id) AS spans,
    array(SELECT holiday.day FROM tickets_holiday AS holiday
        WHERE holiday.hours_id = hours.id) AS holidays,
    (SELECT count(*) FROM tickets_message AS message
        WHERE message.ticket_id = ticket.id AND message.author_kind = 'customer') AS said,
    (SELECT count(*) FROM tickets_ticket AS other
        WHERE other.customer_id = ticket.customer_id AND other.id <> ticket.id
            AND other.created_at BETWEEN %(since)s AND %(now)s) AS earlier
FROM tickets_ticket AS ticket
JOIN tickets_customer AS customer ON customer.id = ticket.customer_id
LEFT JOIN tickets_organization AS organization ON organization.id = customer.organization_id
JOIN tickets_team AS team ON team.id = ticket.team_id
LEFT JOIN tickets_openinghours AS hours ON hours.id = team.hours_id
WHERE ticket.id = %(ticket)s
"""
