"""The rows of all conversations, gathered and then written at once."""

from dataclasses import dataclass, field
from datetime import datetime

from tickets.models import (
    Answer,
    Citation,
    Event,
    Fact,
    HandOver,
    Message,
    Note,
    Rating,
    Ticket,
    User,
)


@dataclass(frozen=True, slots=True)
class Rows:
    """Everything that the conversations consist of, not yet written."""

    tickets: list[Ticket] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    citations: list[Citation] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    handovers: list[HandOver] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    ratings: list[Rating] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    rated: list[tuple[Event, Answer]] = field(default_factory=list)  # events that name an answer

    reported: list[tuple[Answer, User, str]] = field(default_factory=list)  # as wrong, and why

    def place(self, ticket: Ticket, at: datetime) -> int:
        """The place that the ticket then had in its team's queue, among those gathered so far."""
        return 1 + sum(
            other.team == ticket.team
            and other.ticket.priority >= ticket.priority
            and other.asked_at < at
            and (other.accepted_at is None or other.accepted_at > at)
            for other in self.handovers
        )

    def write(self) -> None:
        """Write everything; the events in the order of time, as actions would have."""
        Ticket.objects.bulk_create(self.tickets)
        Message.objects.bulk_create(sorted(self.messages, key=lambda message: message.created_at))
        Answer.objects.bulk_create(self.answers)
        Citation.objects.bulk_create(self.citations)
        Note.objects.bulk_create(self.notes)
        HandOver.objects.bulk_create(self.handovers)
        Fact.objects.bulk_create(self.facts)
        Rating.objects.bulk_create(self.ratings)
        for event, answer in self.rated:
            event.data["answer"] = answer.pk
        Event.objects.bulk_create(sorted(self.events, key=lambda event: event.created_at))
