"""How a list is arranged: in which order, and in which groups, both of which an address may name.

The order is an index's where there is one for it: by the last message and by the day of opening always,
by priority and waiting time among what is open. A group comes before the order: then all that is found
is sorted, which is why such lists are bounded (`tickets.lists.bounded`).
"""

from __future__ import annotations

from typing import Any, TypeVar

from django.db.models import (
    Case,
    F,
    IntegerField,
    Model,
    QuerySet,
    TextChoices,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from tickets.lists.keyset import Order
from tickets.models import Ticket, Turn
from tickets.models.states import NEVER

Row = TypeVar("Row", bound=Model)

KEY = "group_key"  # what the rows of a group have in common: a number


class Sort(TextChoices):
    """Orders of a list; the best match is one of a search with words only."""

    NEWEST = "newest", _("Newest")
    BEST = "best", _("Best match")
    OLDEST = "oldest", _("Oldest")
    OPENED = "opened", _("Opened last")
    PRIORITY = "priority", _("Priority")
    WAITING = "waiting", _("Waiting longest")
    DUE = "due", _("Due next")


class Grouping(TextChoices):
    """What the rows of a list may be put together by."""

    NONE = "", _("No groups")
    TEAM = "team", _("Team")
    ASSIGNEE = "assignee", _("Assignee")
    PRIORITY = "priority", _("Priority")
    STATUS = "status", _("Status")
    TYPE = "type", _("Type")


_FIELDS: dict[Sort, tuple[str, ...]] = {
    Sort.NEWEST: ("-last_message_at", "-pk"),
    Sort.BEST: ("-last_message_at", "-pk"),
    Sort.OLDEST: ("last_message_at", "pk"),
    Sort.OPENED: ("-created_at", "-pk"),
    Sort.PRIORITY: ("-priority", "-last_message_at", "-pk"),
    Sort.WAITING: ("turn_since", "pk"),
    Sort.DUE: ("due_next", "pk"),
}
# What is to be done comes first.
_TURNS = (Turn.QUEUE, Turn.AGENT, Turn.ASSISTANT, Turn.CUSTOMER, Turn.CLOSED)


def arranged(
    rows: QuerySet[Row], sort: Sort, grouping: Grouping = Grouping.NONE
) -> tuple[QuerySet[Row], Order]:
    """The rows with what they are arranged by, and the order; rows of tickets, or of what is theirs."""
    of = "" if rows.model is Ticket else "ticket__"
    fields = _FIELDS[sort]
    if sort == Sort.DUE:  # what nothing is promised of comes last
        next_first = {"due_next": Coalesce(F(f"{of}due_at"), NEVER)}
        rows = rows.annotate(**next_first)
    elif of:
        names = {name.lstrip("-") for name in fields} - {"pk", "last_message_at"}
        rows = rows.annotate(**{name: F(f"{of}{name}") for name in names})
    if grouping == Grouping.NONE:
        return rows, Order(f"by-{sort}", fields)
    falls = "-" if grouping == Grouping.PRIORITY else ""
    rows = rows.annotate(**{KEY: _key(grouping, of)})
    return rows, Order(f"by-{sort}-{grouping}", (f"{falls}{KEY}", *fields))


def columns(sort: Sort) -> set[str]:
    """The columns of a ticket that an order reads."""
    if sort == Sort.DUE:
        return {"due_at", "pk"}
    return {name.lstrip("-") for name in _FIELDS[sort]}


def group_of(ticket: Ticket, grouping: Grouping) -> Any:
    """What a heading says of a ticket's group: a name; "" where it has none."""
    if grouping == Grouping.TEAM:
        return ticket.team
    if grouping == Grouping.ASSIGNEE:
        return ticket.assignee or _("Nobody")
    if grouping == Grouping.PRIORITY:
        return ticket.get_priority_display()
    if grouping == Grouping.STATUS:
        return ticket.get_turn_display()
    return ticket.type or _("No type")


def _key(grouping: Grouping, of: str) -> Combinable:
    if grouping == Grouping.STATUS:
        whens = [When(**{f"{of}turn": turn}, then=Value(at)) for at, turn in enumerate(_TURNS)]
        return Case(*whens, default=Value(len(_TURNS)), output_field=IntegerField())
    return Coalesce(F(f"{of}{grouping.value}"), Value(0), output_field=IntegerField())
