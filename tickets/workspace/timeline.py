"""What agents read of a conversation: messages and their own notes, in one order.

Both take their position from the ticket's one counter, so merging by position is their order, and
whatever is at or below the ticket's `last_position` was committed before the ticket was read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import IntegerField, OuterRef, QuerySet
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.template.loader import render_to_string

from tickets.conversation import stretches
from tickets.conversation.stretches import Load, Stretch
from tickets.models import AuthorKind, Event, EventKind, Mention, Message, Note, Ticket
from tickets.models.messages import MessageQuerySet
from tickets.workspace import delivered, happened, merged
from tickets.workspace.merged import Place

AROUND = 20  # positions before the one that a search leads to
CHANGED = 50  # earlier items at most that come along because they were changed meanwhile

Item = Message | Note


def newest(ticket: Ticket) -> Stretch[Item]:
    """The end of the conversation, where one begins to read."""

    def take(load: Load) -> Stretch[Item]:
        return stretches.since(0, ticket.last_position, *_all(ticket), load=load)

    return merged.together(ticket, _whole, take)


def before(ticket: Ticket, position: int) -> Stretch[Item]:
    def take(load: Load) -> Stretch[Item]:
        return stretches.before(position, *_all(ticket), load=load)

    return merged.together(ticket, _whole, take, side="before", position=position)


def after(ticket: Ticket, position: int) -> Stretch[Item]:
    def take(load: Load) -> Stretch[Item]:
        return stretches.after(position, *_all(ticket), load=load)

    return merged.together(ticket, _whole, take, side="after", position=position)


def around(ticket: Ticket, position: int) -> Stretch[Item]:
    """From a little before a position on, so that it is read in its place."""
    return after(ticket, max(0, position - AROUND))


def since(ticket: Ticket, position: int) -> Stretch[Item]:
    """What came after a position, up to where the ticket was when it was read.

    The newest answer of the assistant comes along: the customer may have said whether it helped;
    and so does what agents corrected or reported meanwhile, and that of which a mail fared on.
    """
    found: Stretch[Item] = stretches.since(position, ticket.last_position, *_all(ticket))
    if found.earlier is not None:
        return found
    places = list(
        _newest_answer(ticket).union(_changed(ticket, position), delivered.lately(ticket), all=True)
    )
    changed = _messages(ticket).filter(position__in=places, position__lte=position)
    return Stretch([*changed.order_by("position"), *found.items])


def tells_of_a_merge(shown: Stretch[Item]) -> bool:
    """Whether something was merged or taken back in it: then what is shown before it has changed."""
    lines = (getattr(item, "happened", None) for item in shown.items)
    return any(line and line["kind"] in happened.MERGES for line in lines)


def _newest_answer(ticket: Ticket) -> QuerySet[Message, int]:
    """Among the assistant's messages, which have an index of their own: the search is short."""
    said = ticket.messages.filter(author_kind=AuthorKind.ASSISTANT, answer__isnull=False)
    return said.order_by("-position").values_list("position", flat=True)[:1]


def _changed(ticket: Ticket, position: int) -> QuerySet[Event, int]:
    """The places of the messages of which an agent said something after a position."""
    said = ticket.events.filter(
        kind__in=[EventKind.READING_CORRECTED, EventKind.ANSWER_REPORTED], position__gt=position
    )
    place = Cast(KeyTextTransform("message", "data"), IntegerField())
    return said.order_by("-position").values_list(place, flat=True)[:CHANGED]


@dataclass(frozen=True, slots=True)
class _Addition:
    load: tuple[str, ...]
    without: tuple[str, ...]
    show: Callable[[Message], dict[str, Any]]


_additions: list[_Addition] = []


def add_below_messages(
    *,
    load: tuple[str, ...],
    show: Callable[[Message], dict[str, Any]],
    without: tuple[str, ...] = (),
) -> None:
    """Let another part show something below the messages that agents read.

    `load` names the relations of a message that are loaded with it, so that showing costs no query;
    `without` names columns of these that are too large to come along. `show` gives the name of a
    template as `below`, and what that one reads beside what the message's own template does;
    nothing for a message with nothing below it.
    """
    _additions.append(_Addition(load, without, show))


def render(items: list[Item], shared: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Each item as its position and its HTML, the same for the page, the socket and the script."""
    return [{"position": _place(item), "html": _html(item, shared)} for item in items]


def _place(item: Item) -> float:
    place: Place | None = getattr(item, "place", None)
    return float(place.number) if place else item.position


def _html(item: Item, shared: Mapping[str, Any]) -> str:
    context: dict[str, Any] = {**shared, "place": getattr(item, "place", None)}
    if isinstance(item, Note):
        return render_to_string("workspace/note.html", {**context, "note": item})
    context |= {"message": item, "mails": delivered.of(item)}
    additions = _additions if context["place"] is None else []
    shown = [found for addition in additions if (found := addition.show(item))]
    context["below"] = [render_to_string(one["below"], {**context, **one}) for one in shown]
    if item.author_kind == AuthorKind.SYSTEM:
        context["line"] = happened.line(item, shared["ticket"])
    return render_to_string("conversation/message.html", context)


def _all(ticket: Ticket) -> tuple[QuerySet[Any], QuerySet[Any]]:
    return _messages(ticket), _whole(Note.objects.filter(ticket=ticket))


def _messages(ticket: Ticket) -> QuerySet[Message]:
    return _whole(Message.objects.filter(ticket=ticket))


def _whole(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Messages or notes with all that is shown of them."""
    if not isinstance(rows, MessageQuerySet):
        names = Mention.objects.filter(note=OuterRef("pk")).values("name")
        notes: QuerySet[Any] = rows.select_related("author", "call", "to").annotate(
            names=ArraySubquery(names)
        )
        return notes
    loaded = [relation for addition in _additions for relation in addition.load]
    left_out = [column for addition in _additions for column in addition.without]
    whole = rows.complete().select_related("author_customer", *loaded).defer(*left_out)
    return happened.with_events(delivered.with_mails(whole))
