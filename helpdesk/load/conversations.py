"""The conversations of a load: tickets with messages, notes, files, hand-overs and events."""

from __future__ import annotations

import json
import uuid
from bisect import bisect
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from helpdesk.load.people import Cast, people
from helpdesk.load.texts import Writer
from helpdesk.load.writing import copy, keep_keys, next_key, without_word_indexes
from tickets.models import (
    Attachment,
    AuthorKind,
    Channel,
    Customer,
    Event,
    EventKind,
    HandOver,
    Message,
    Note,
    Priority,
    Reason,
    Resolution,
    Ticket,
    TicketText,
    Turn,
)
from tickets.models.search import COLUMNS
from tickets.models.tickets import REFERENCE_LETTERS
from tickets.search.documents import WEIGHTS, Said, row_of

CHUNK = 2_000  # tickets
AFTERWARDS = "VACUUM ANALYZE"
SPAN = timedelta(days=3 * 365)
MANY = 20_000  # tickets: from here on the indexes of words are made at the end
OPEN_SHARE = 0.05  # the newest, of which most are not closed

_TAGS = ("refund", "delivery", "warranty", "vip", "invoice", "exchange", "damage", "stock", "login")
_CHANNELS = (
    *[Channel.PORTAL] * 5,
    *[Channel.EMAIL] * 3,
    Channel.WIDGET,
    Channel.PHONE,
    Channel.API,
)
_PRIORITIES = (*[Priority.NORMAL] * 8, Priority.LOW, Priority.HIGH, Priority.HIGH, Priority.URGENT)
_OPEN = (*[Turn.CUSTOMER] * 3, *[Turn.AGENT] * 3, Turn.QUEUE, *[Turn.ASSISTANT] * 2, Turn.CLOSED)

_FIELDS: dict[type[Any], tuple[str, ...]] = {
    Ticket: (
        *("pk", "reference", "subject", "customer", "team", "assignee", "channel", "priority"),
        *("turn", "turn_since", "person_asked_at", "resolution", "solved_by_assistant"),
        *("closed_at", "last_position", "last_message_at", "tags", "clarified"),
        *("unhelpful_answers", "created_at"),
    ),
    Message: (
        *("pk", "ticket", "position", "author_kind", "author_user", "author_customer", "channel"),
        *("body", "created_at"),
    ),
    Note: ("ticket", "position", "author", "body", "created_at"),
    Attachment: ("pk", "message", "file", "name", "content_type", "size"),
    HandOver: (
        *("ticket", "reason", "detail", "team", "wants", "tried", "why", "feeling", "facts"),
        *("articles", "statements", "feeling_start", "identity", "language", "read_to", "skill"),
        *("evidence", "asked_at", "accepted_at", "accepted_by", "ended_at"),
    ),
    Event: (
        *("kind", "ticket", "position", "subject", "subject_id", "actor_kind", "actor_user"),
        *("actor_customer", "data", "created_at"),
    ),
}


class Load:
    """Makes conversations, a chunk at a time; the same seed makes the same ones."""

    def __init__(self, cast: Cast, rng: Random, tickets: int, until: datetime) -> None:
        self.cast, self.rng, self.tickets, self.until = cast, rng, tickets, until
        self.ticket_key, self.message_key = next_key(Ticket), next_key(Message)
        self.rows: dict[type[Any], list[tuple[Any, ...]]] = defaultdict(list)

    def write(self, said: Callable[[int], None]) -> None:
        """Write all of them; `said` gets the number that is done."""
        for start in range(0, self.tickets, CHUNK):
            for number in range(start, min(start + CHUNK, self.tickets)):
                self._conversation(number)
            with transaction.atomic():
                for model, names in _FIELDS.items():
                    copy(model, names, self.rows[model])
                copy(TicketText, COLUMNS, self.rows[TicketText])
            self.rows.clear()
            said(min(start + CHUNK, self.tickets))
        keep_keys(Ticket, Message, Customer)

    def _conversation(self, number: int) -> None:
        rng, share = self.rng, number / self.tickets
        began = self.until - SPAN * (1 - share) - timedelta(seconds=rng.random() * 3600)
        team = self.cast.teams[
            min(bisect(self.cast.weights, rng.random()), len(self.cast.teams) - 1)
        ]
        agent = rng.choice(self.cast.agents[team.pk])
        turn = rng.choice(_OPEN) if share > 1 - OPEN_SHARE else Turn.CLOSED
        with_agent = turn == Turn.AGENT or (
            turn in (Turn.CLOSED, Turn.CUSTOMER) and rng.random() < 0.7
        )
        asked = began + timedelta(minutes=5) if with_agent or turn == Turn.QUEUE else None
        ticket = Ticket(
            pk=self.ticket_key + number,
            reference="".join(rng.choices(REFERENCE_LETTERS, k=8)),
            customer=rng.choice(self.cast.customers),
            team=team,
            assignee=agent if with_agent else None,
            channel=rng.choice(_CHANNELS),
            priority=rng.choice(_PRIORITIES),
            turn=turn,
            person_asked_at=asked,
            tags=rng.sample(_TAGS, k=rng.choice((0, 0, 0, 1, 1, 2))),
            created_at=began,
        )
        self._event(ticket, EventKind.TICKET_OPENED, began, "customer", channel=ticket.channel)
        last = self._say(ticket, Writer(rng, ticket.pk), began, agent)
        ticket.last_message_at = ticket.turn_since = min(last, self.until)
        self._end(ticket)

    def _say(self, ticket: Ticket, writer: Writer, at: datetime, agent: Any) -> datetime:
        """Five messages in the mean, in turn, and now and then a note."""
        rng = self.rng
        said: list[Said] = []
        notes: list[Said] = []
        for place in range(rng.choice((2, 3, 3, 4, 4, 5, 6, 8, 10))):
            at += timedelta(minutes=rng.choice((1, 3, 15, 60, 600)))
            if place % 2 == 0:
                kind, body = AuthorKind.CUSTOMER, writer.more() if place else writer.opening()
            elif ticket.assignee_id and place > 1:
                kind, body = AuthorKind.AGENT, writer.answer()
            else:
                kind, body = AuthorKind.ASSISTANT, writer.assistant()
            if not place:
                ticket.subject = body[:80]
            self._message(ticket, said, kind, body, at, agent, file=writer.file)
            if place == 2 and ticket.person_asked_at:
                self._hand_over(ticket, said[0].text, agent)
            if ticket.assignee_id and place > 1 and rng.random() < 0.15:
                notes.append(self._note(ticket, writer.note(), at, agent))
        if ticket.person_asked_at and len(said) < 3:
            self._hand_over(ticket, said[0].text, agent)
        self._words(ticket, said, notes, at)
        return at

    def _words(self, ticket: Ticket, said: list[Said], notes: list[Said], at: datetime) -> None:
        ticket.last_message_at = min(at, self.until)
        row = row_of(ticket, reversed(said), reversed(notes))
        self.rows[TicketText].append(tuple(getattr(row, name) for name in COLUMNS))

    def _message(
        self,
        ticket: Ticket,
        said: list[Said],
        kind: AuthorKind,
        body: str,
        at: datetime,
        agent: Any,
        *,
        file: Callable[[], str],
    ) -> None:
        at = min(at, self.until)
        key, self.message_key = self.message_key, self.message_key + 1
        position = self._event(ticket, EventKind.MESSAGE_POSTED, at, kind, author=kind)
        user = agent.pk if kind == AuthorKind.AGENT else None
        customer = ticket.customer_id if kind == AuthorKind.CUSTOMER else None
        self.rows[Message].append(
            (key, ticket.pk, position, kind, user, customer, ticket.channel, body, at)
        )
        files: tuple[str, ...] = ()
        if kind == AuthorKind.CUSTOMER and self.rng.random() < 0.02:
            files = (file(),)
            pk = uuid.UUID(int=self.rng.getrandbits(128))
            self.rows[Attachment].append((pk, key, "", files[0], "application/octet-stream", 1000))
        said.append(Said(position, body, WEIGHTS[kind], files))

    def _note(self, ticket: Ticket, body: str, at: datetime, agent: Any) -> Said:
        at = min(at, self.until)
        position = self._event(ticket, EventKind.NOTE_WRITTEN, at, "agent")
        self.rows[Note].append((ticket.pk, position, agent.pk, body, at))
        return Said(position, body, "D")

    def _hand_over(self, ticket: Ticket, wants: str, agent: Any) -> None:
        """A person is asked for; whoever has it accepted soon after."""
        asked = ticket.person_asked_at
        assert asked is not None
        position = self._event(
            ticket, EventKind.PERSON_ASKED, asked, "customer", reason=Reason.ASKED
        )
        accepted = (
            asked + timedelta(minutes=self.rng.randrange(1, 90)) if ticket.assignee_id else None
        )
        why = "They asked for a person."
        statements = json.dumps([{"kind": "wants", "text": wants[:200], "positions": [2]}])
        self.rows[HandOver].append(
            (
                *(ticket.pk, Reason.ASKED, "", ticket.team_id, wants[:200], "", why, "", "[]"),
                *("[]", statements, "", "confirmed", "en", position - 1, "", "[]", asked),
                *(accepted, agent.pk if accepted else None, accepted),
            )
        )

    def _event(self, ticket: Ticket, kind: EventKind, at: datetime, actor: str, **data: Any) -> int:
        """The position of what happened."""
        position = ticket.next_position()
        customer = ticket.customer_id if actor == "customer" else None
        user = ticket.assignee_id if actor == "agent" else None
        self.rows[Event].append(
            (kind, ticket.pk, position, "", "", actor, user, customer, json.dumps(data), at)
        )
        return position

    def _end(self, ticket: Ticket) -> None:
        closed = ticket.turn == Turn.CLOSED
        solved = closed and ticket.assignee_id is None
        resolution = (Resolution.CONFIRMED if solved else Resolution.RESOLVED) if closed else ""
        self.rows[Ticket].append(
            (
                *(ticket.pk, ticket.reference, ticket.subject, ticket.customer_id, ticket.team_id),
                *(ticket.assignee_id, ticket.channel, ticket.priority, ticket.turn),
                *(ticket.turn_since, ticket.person_asked_at, resolution, solved),
                *(ticket.last_message_at if closed else None, ticket.last_position),
                *(ticket.last_message_at, ticket.tags, False, 0, ticket.created_at),
            )
        )


def make(tickets: int, customers: int, seed: int, said: Callable[[int], None]) -> None:
    """Make so many conversations, and tell PostgreSQL about them."""
    # Of the first key, too, so that a second load beside the first is another one.
    rng = Random(f"{seed}:{next_key(Ticket)}")  # noqa: S311 - it keeps no secret
    until = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")  # what a crash would lose is made again
    cast = people(rng, customers, until - SPAN)
    load = Load(cast, rng, tickets, until)
    if tickets >= MANY:
        with without_word_indexes():
            load.write(said)
    else:
        load.write(said)
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(AFTERWARDS)
