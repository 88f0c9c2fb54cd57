"""What an action left behind, in one look: the events of a ticket, and what they still owe."""

from __future__ import annotations

from itertools import chain

from tickets.models import Event, Reaction, Ticket


def kinds(ticket: Ticket) -> list[str]:
    """The kinds of a ticket's events, in their order."""
    return list(ticket.events.order_by("pk").values_list("kind", flat=True))


def since(ticket: Ticket, number: int) -> list[str]:
    """The kinds of the events after the first `number`."""
    return kinds(ticket)[number:]


def last_event(ticket: Ticket) -> Event:
    return ticket.events.latest("pk")


def owed(event: Event) -> list[str]:
    """The names of the reactions that an event owes or owed."""
    return sorted(Reaction.objects.filter(event=event).values_list("name", flat=True))


def bodies(ticket: Ticket, author: str) -> list[str]:
    """What one kind of author said, in order."""
    found = ticket.messages.filter(author_kind=author).order_by("position")
    return list(found.values_list("body", flat=True))


def positions(ticket: Ticket) -> list[int]:
    """The positions of all that stands in a conversation: messages, notes and other events."""
    taken = chain(
        ticket.messages.values_list("position", flat=True),
        ticket.notes.values_list("position", flat=True),
        ticket.events.exclude(kind__in=["message.posted", "note.written"]).values_list(
            "position", flat=True
        ),
    )
    return sorted(position for position in taken if position is not None)
