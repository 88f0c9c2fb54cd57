"""All that fields read of a ticket, asked for at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, Final, Self

from django.db import connection

from tickets.live import presence
from tickets.models import Identity, Reason, Ticket, Turn
from tickets.service.hours import Hours

LATELY = timedelta(days=30)
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class TicketRow:
    """A ticket with its customer and its team, as they are when the customer says `text`."""

    text: str
    now: datetime
    columns: Mapping[str, Any]

    @classmethod
    def load(cls, ticket: Ticket, *, text: str, now: datetime) -> Self:
        """One statement. It is read in every turn, so it is written out: the ORM takes longer to
        compose it than PostgreSQL to answer.
        """
        with connection.cursor() as cursor:
            times = {"since": now - LATELY, "week": now - WEEK, "now": now}
            cursor.execute(_STATEMENT, {"ticket": ticket.pk, **times, "upset": Reason.ANGER})
            names = [column.name for column in cursor.description or ()]
            columns = dict(zip(names, cursor.fetchone() or (), strict=True))
        return cls(text, now, columns)

    def __getitem__(self, name: str) -> Any:
        return self.columns[name]

    @property
    def identity(self) -> str:
        """How well we know who writes: `tickets.conditions.identity.level`, of these columns."""
        if self["verified"]:
            return str(Identity.VERIFIED)
        if self["signed_in"]:
            return str(Identity.SIGNED_IN)
        if self["email"]:
            return str(Identity.CONFIRMED)
        return str(Identity.CLAIMED if self["claimed_email"] else Identity.UNKNOWN)

    @property
    def waiting_minutes(self) -> int:
        """Whole minutes that the customer has been waiting for somebody's answer."""
        since = None
        if self["turn"] == Turn.QUEUE:
            since = self["person_asked_at"]
        elif self["turn"] in (Turn.ASSISTANT, Turn.AGENT):
            since = self["turn_since"]
        return max(0, int((self.now - since).total_seconds() // 60)) if since else 0

    @property
    def waiting_business_minutes(self) -> int:
        """The same, of which only the minutes within the team's hours are counted."""
        hours, minutes = self._hours, self.waiting_minutes
        if hours is None or not minutes:
            return minutes
        since = self.now - timedelta(minutes=minutes)
        return int(hours.between(since, self.now).total_seconds() // 60)

    @property
    def silent_hours(self) -> int:
        """Whole hours that we have been waiting for the customer."""
        if self["turn"] != Turn.CUSTOMER:
            return 0
        return max(0, int((self.now - self["turn_since"]).total_seconds() // 3600))

    @property
    def assignee_is_there(self) -> bool | None:
        """Whether whoever has it is at work; None if nobody has it."""
        assignee: int | None = self["assignee"]
        return None if assignee is None else presence.is_at_work(assignee)

    @property
    def people_are_there(self) -> bool:
        """Whether the team is within its hours or, which is asked only outside them, at work."""
        return self._within_hours or bool(presence.agents_here(self["team"]))

    @property
    def _within_hours(self) -> bool:
        """Whether the team's hours cover this moment; a team without hours is always there."""
        hours = self._hours
        return hours is None or hours.cover(self.now)

    @property
    def _hours(self) -> Hours | None:
        if self["timezone"] is None:
            return None
        spans = tuple(
            (weekday, time.fromisoformat(opens), time.fromisoformat(closes))
            for weekday, opens, closes in self["spans"] or ()
        )
        own_days, free = frozenset(self["holidays"]), (self["country"], self["region"])
        return Hours(self["timezone"], spans, own_days, *free)


_STATEMENT: Final = """
SELECT ticket.channel, ticket.tags, ticket.priority, ticket.type_id AS type,
    ticket.status_id AS status, ticket.turn, ticket.sla_id AS sla, ticket.due_at AS due,
    EXISTS (SELECT FROM tickets_slaclock AS clock
        WHERE clock.ticket_id = ticket.id AND clock.breached_at IS NOT NULL) AS breached,
    ticket.turn_since, ticket.snoozed_at, ticket.person_asked_at,
    ticket.created_at AS opened, ticket.updated_at AS changed, ticket.closed_at AS closed,
    ticket.last_message_at AS last_message, rating.satisfaction,
    ticket.assignee_id AS assignee, organization.tier, customer.tier AS own_tier,
    ticket.customer_id AS customer_key, EXISTS (SELECT FROM tickets_segment) AS has_segments,
    organization.name AS organization, customer.name AS customer, customer.segment, customer.value,
    customer.created_at AS since, customer.prefers_person, customer.email, customer.claimed_email,
    EXISTS (SELECT FROM tickets_verification AS verification
        JOIN tickets_customer AS proved ON proved.id = verification.customer_id
        WHERE verification.ticket_id = ticket.id AND verification.ended_at IS NULL
            AND verification.expires_at > %(now)s AND proved.email = verification.address
    ) AS verified,
    customer.user_id IS NOT NULL AND EXISTS (SELECT FROM tickets_event AS event
        JOIN tickets_customer AS author ON author.id = event.actor_customer_id
        LEFT JOIN tickets_message AS said ON event.kind = 'message.posted'
            AND said.ticket_id = event.ticket_id AND said.position = event.position
        WHERE event.ticket_id = ticket.id
            AND ticket.customer_id IN (author.id, author.joined_into_id)
            AND (said.channel IN ('portal', 'widget') OR event.kind = 'ticket.opened'
                AND event.data ->> 'channel' IN ('portal', 'widget'))
    ) AS signed_in,
    team.id AS team, team.name AS team_name, hours.timezone, hours.country, hours.region,
    ticket.custom::json AS ticket_custom, customer.custom::json AS customer_custom,
    organization.custom::json AS organization_custom,
    (SELECT json_agg(json_build_array(field.about, field.key, field.kind))
        FROM tickets_customfield AS field) AS custom_fields,
    (SELECT json_agg(json_build_array(type.id, type.key,
            (SELECT json_agg(json_build_array(field.key, field.kind))
                FROM tickets_recordfield AS field WHERE field.type_id = type.id)))
        FROM tickets_recordtype AS type WHERE type.active) AS record_types,
    (SELECT json_agg(json_build_array(record.type_id, record.reference, record."values")
            ORDER BY link.id)
        FROM tickets_ticketrecord AS link JOIN tickets_record AS record ON record.id = link.record_id
        WHERE link.ticket_id = ticket.id AND link.about = 'linked') AS records,
    (SELECT json_agg(json_build_array(span.weekday, span.opens, span.closes))
        FROM tickets_openingspan AS span WHERE span.hours_id = hours.id) AS spans,
    array(SELECT holiday.day FROM tickets_holiday AS holiday
        WHERE holiday.hours_id = hours.id) AS holidays,
    (SELECT count(*) FROM tickets_message AS message
        WHERE message.ticket_id = ticket.id AND message.author_kind = 'customer') AS said,
    (SELECT count(*) FROM tickets_ticket AS other
        WHERE other.customer_id = ticket.customer_id AND other.id <> ticket.id
            AND other.created_at BETWEEN %(since)s AND %(now)s) AS earlier,
    (SELECT count(*) FROM tickets_handover AS handover
        JOIN tickets_ticket AS other ON other.id = handover.ticket_id
        WHERE other.customer_id = ticket.customer_id AND handover.reason = %(upset)s
            AND handover.asked_at BETWEEN %(week)s AND %(now)s) AS upset,
    EXISTS (SELECT FROM tickets_message AS message
        JOIN tickets_attachment AS attachment ON attachment.message_id = message.id
        WHERE message.ticket_id = ticket.id) AS has_files
FROM tickets_ticket AS ticket
JOIN tickets_customer AS customer ON customer.id = ticket.customer_id
LEFT JOIN tickets_organization AS organization ON organization.id = customer.organization_id
JOIN tickets_team AS team ON team.id = ticket.team_id
LEFT JOIN tickets_rating AS rating ON rating.ticket_id = ticket.id
LEFT JOIN tickets_openinghours AS hours ON hours.id = team.hours_id
WHERE ticket.id = %(ticket)s
"""
