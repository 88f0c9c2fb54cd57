"""What is indexed of a ticket: its words in one vector, those of its notes in another.

The weights say whose words they are, so that a search may ask for those of one side only: A is what
identifies the ticket (reference, subject, the customer's names and addresses, the organisation, tags,
names of files), B the customer's words, C the agents', D the assistant's. Lines of the system are no
words of anybody and are left out.

A row has bounds, however long a conversation is. The newest MOST_NUMBERED words know their order; so
far PostgreSQL counts (it stops at 16,383). Older ones, up to MOST_CHARACTERS, are found one by one,
though in no phrase, and without their message. What is older still is not found. That keeps a
vector below a third of the megabyte that PostgreSQL allows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet

from tickets.models import Attachment, AuthorKind, Ticket, TicketText
from tickets.search.words import words_of

MOST_NUMBERED = 16_000  # words whose order is known
MOST_CHARACTERS = 250_000  # of messages, and again of notes
LAST = 16_383  # the highest number that a vector holds
MOST_PLACES = 255  # of one word that a vector holds
CHUNK = 200  # messages that are read at once

WEIGHTS = {AuthorKind.CUSTOMER: "B", AuthorKind.AGENT: "C", AuthorKind.ASSISTANT: "D"}
LARGEST = 2**31 - 1  # no position is as high


@dataclass(slots=True)
class Vector:
    """A vector in the making, and where in the conversation its words stand."""

    places: list[int] = field(default_factory=list)
    _found: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    _number: int = 0
    _characters: int = 0

    @property
    def is_full(self) -> bool:
        return self._characters > MOST_CHARACTERS

    def begin(self, position: int) -> None:
        """From here on the words are those of the message at a position; no phrase spans two."""
        self._number += 1
        if self._number < MOST_NUMBERED:
            self.places += (self._number + 1, position)

    def add(self, text: str, weight: str) -> None:
        found, number = self._found, self._number
        for word in words_of(text[:MOST_CHARACTERS]):
            number += 1
            known = found[word]
            if number <= MOST_NUMBERED:
                if len(known) < MOST_PLACES:
                    known.append(f"{number}{weight}")
            elif not known:
                known.append(f"{LAST}{weight}")
        self._number = number + 1  # and none spans a subject and a name
        self._characters += len(text)

    def __str__(self) -> str:
        """As PostgreSQL reads it. Words hold no quotation marks and no backslashes."""
        return " ".join(f"'{word}':{','.join(places)}" for word, places in self._found.items())


@dataclass(frozen=True, slots=True)
class Said:
    """A message or note: where it stands, what it says, in which weight; the names of its files."""

    position: int
    text: str
    weight: str
    files: tuple[str, ...] = ()


def texts_of(tickets: QuerySet[Ticket]) -> list[TicketText]:
    """The rows of these tickets as they are now; a few statements for each.

    A ticket is read before its messages: whatever is at or below its last position was there by then.
    """
    found = tickets.select_related("customer__organization")
    return [row_of(ticket, _messages(ticket), _notes(ticket)) for ticket in found]


def row_of(ticket: Ticket, messages: Iterable[Said], notes: Iterable[Said]) -> TicketText:
    """The row of a ticket with these messages and notes, each the newest first."""
    words, note_words = Vector(), Vector()
    for line in _heading(ticket):
        words.add(line, "A")
    _fill(words, messages)
    _fill(note_words, notes)
    return TicketText(
        ticket_id=ticket.pk,
        last_message_at=ticket.last_message_at,
        team_id=ticket.team_id,
        assignee_id=ticket.assignee_id,
        customer_id=ticket.customer_id,
        words=str(words),
        places=words.places,
        note_words=str(note_words),
        note_places=note_words.places,
        reach=max(1, ticket.last_position),  # 0 would ask for it again
    )


def _heading(ticket: Ticket) -> Iterator[str]:
    customer = ticket.customer
    yield ticket.reference
    yield ticket.subject
    yield customer.name
    yield customer.email or ""
    yield customer.claimed_email
    yield customer.organization.name if customer.organization else ""
    yield from ticket.tags


def _fill(vector: Vector, said: Iterable[Said]) -> None:
    for one in said:
        if vector.is_full:
            return
        vector.begin(one.position)
        vector.add(one.text, one.weight)
        for name in one.files:
            vector.add(name, "A")


def _messages(ticket: Ticket) -> Iterator[Said]:
    files = ArraySubquery(Attachment.objects.filter(message=OuterRef("pk")).values("name"))
    said = ticket.messages.exclude(author_kind=AuthorKind.SYSTEM)
    for row in _newest_first(said.values_list("position", "body", "author_kind", files)):
        yield Said(row[0], row[1], WEIGHTS[row[2]], tuple(row[3]))


def _notes(ticket: Ticket) -> Iterator[Said]:
    for position, body in _newest_first(ticket.notes.values_list("position", "body")):
        yield Said(position, body, "D")


def _newest_first(rows: QuerySet[Any, Any]) -> Iterator[Any]:
    """A chunk at a time, so that nothing is read that is not indexed."""
    before = LARGEST
    while chunk := list(rows.filter(position__lt=before).order_by("-position")[:CHUNK]):
        yield from chunk
        if len(chunk) < CHUNK:
            return
        before = chunk[-1][0]
