"""What agents read of a conversation: messages and their own notes, in one order.

Both take their position from the ticket's one counter, so merging by position is their order, and
whatever is at or below the ticket's `last_position` was committed before the ticket was read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from heapq import merge
from operator import attrgetter
from typing import Any

from django.db.models import IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.template.loader import render_to_string

from tickets.models import AuthorKind, Event, EventKind, Message, Note, Ticket
from tickets.models.messages import MessageQuerySet
from tickets.workspace import happened, understood

PAGE = 100  # items that a page begins with, and that "earlier" brings at a time
CATCH_UP = 200  # items that one answer brings to a screen that was away
CHANGED = 50  # of them earlier ones that were changed meanwhile

Item = Message | Note


@dataclass(frozen=True, slots=True)
class Page:
    """Some items, oldest first, and the position before which there are more, if there are."""

    items: list[Item]
    earlier: int | None = None

    @property
    def messages(self) -> list[Message]:
        return [item for item in self.items if isinstance(item, Message)]


def newest(ticket: Ticket) -> Page:
    """The end of the conversation, where one begins to read."""
    return before(ticket, ticket.last_position + 1)


def before(ticket: Ticket, position: int) -> Page:
    """The items before a position. Four queries, however many there are."""
    here = Q(position__lt=position)
    found = _merged(
        _messages(ticket).filter(here).order_by("-position")[: PAGE + 1],
        ticket.notes.select_related("author").filter(here).order_by("-position")[: PAGE + 1],
    )
    items = found[-PAGE:]
    return Page(items, items[0].position if len(found) > PAGE else None)


def after(ticket: Ticket, position: int) -> tuple[list[Item], int]:
    """What came after a position, and how far that reaches.

    The newest answer of the assistant comes along: the customer may have said whether it helped;
    and so does what agents corrected or reported meanwhile.
    A screen that was away for very long gets the next `CATCH_UP` items, and asks again.
    """
    new = Q(position__gt=position, position__lte=ticket.last_position)
    newest_answer = (
        Message.objects.filter(ticket=OuterRef("ticket"), answer__isnull=False)
        .order_by("-position")
        .values("position")[:1]
    )
    again = Q(position=Subquery(newest_answer)) | Q(position__in=Subquery(_changed(position)))
    items = _merged(
        _messages(ticket).filter(new | again)[: CATCH_UP + 1],
        ticket.notes.select_related("author").filter(new)[: CATCH_UP + 1],
    )
    if len(items) <= CATCH_UP:
        return items, ticket.last_position
    return items[:CATCH_UP], items[CATCH_UP - 1].position


def _changed(position: int) -> QuerySet[Event, Any]:
    """The places of the messages of which an agent said something after a position."""
    said = Event.objects.filter(
        ticket=OuterRef("ticket"),
        kind__in=[EventKind.READING_CORRECTED, EventKind.ANSWER_REPORTED],
        position__gt=position,
    )
    place = Cast(KeyTextTransform("message", "data"), IntegerField())
    return said.order_by("-position").values_list(place)[:CHANGED]


_beside: list[str] = []  # what other packages keep beside a message, loaded with it


def load_with_messages(relation: str) -> None:
    """Load a relation of the messages with them, so that what is shown beside each costs nothing."""
    if relation not in _beside:
        _beside.append(relation)


def render(items: list[Item], shared: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Each item as its position and its HTML, the same for the page, the socket and the script."""
    return [{"position": item.position, "html": _html(item, shared)} for item in items]


def _html(item: Item, shared: Mapping[str, Any]) -> str:
    if isinstance(item, Note):
        return render_to_string("workspace/note.html", {**shared, "note": item})
    context = {**shared, "message": item, "understood": understood.shown(item)}
    if item.author_kind == AuthorKind.SYSTEM:
        context["line"] = happened.line(item, shared["ticket"])
    if hasattr(item, "answer"):
        context["report"] = getattr(item.answer, "report", None)
    return render_to_string("conversation/message.html", context)


def _messages(ticket: Ticket) -> MessageQuerySet:
    found = (
        Message.objects.filter(ticket=ticket)
        .complete()
        .select_related("author_customer", "reading", *_beside)
        .order_by("position")
    )
    return happened.with_events(found)


def _merged(messages: Any, notes: Any) -> list[Item]:
    by_position = attrgetter("position")
    return list(
        merge(sorted(messages, key=by_position), sorted(notes, key=by_position), key=by_position)
    )
