"""What was merged into a conversation, as agents read it there: in its place, by the time it was said.

The items of a page come by the conversation's positions. Those of the merged ones come along in the
same statements, as many as belong between the first and the last of the page, and stand between
positions: after 12, before 13. A merged one that the agent may not see is not known here at all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from django.db.models import QuerySet

from tickets.actions.merging import is_reversible
from tickets.conversation.stretches import Load, Stretch
from tickets.models import AuthorKind, Message, Note, Ticket

Item = Message | Note
MOST = 200  # that come along with a page; of the rest the page says that there is more


@dataclass(frozen=True, slots=True)
class Merged:
    """A conversation that was merged into another one: what is shown of it beside that one."""

    key: int
    reference: str
    subject: str
    tags: list[str]
    wants: str
    may_undo: bool


@dataclass(slots=True)
class Place:
    """Where an item of a merged conversation stands in the other one, and whose it is."""

    merged: Merged
    number: str
    cut: bool = False  # what was said in it before is not shown here

    @property
    def anchor(self) -> str:
        return f"{self.merged.reference}-m"


@dataclass(frozen=True, slots=True)
class _Beside:
    """Loads the items of merged conversations with those of the ticket."""

    ticket: Ticket
    merged: dict[int, Merged]
    whole: Callable[[QuerySet[Any]], QuerySet[Any]]
    bound: dict[str, Any]
    first: bool  # the oldest of them, else the newest
    found: list[Any] = field(default_factory=list)

    def load(self, page: QuerySet[Any]) -> list[Any]:
        model = page.model
        others = model._default_manager.filter(ticket__in=self.merged, **self.bound)
        if model is Message:
            others = others.exclude(author_kind=AuthorKind.SYSTEM)
        order = ("created_at", "pk") if self.first else ("-created_at", "-pk")
        both = page.values("pk").union(others.order_by(*order).values("pk")[: MOST + 1], all=True)
        rows = list(self.whole(model._default_manager.filter(pk__in=both)))
        self.found.extend(row for row in rows if row.ticket_id != self.ticket.pk)
        own = [row for row in rows if row.ticket_id == self.ticket.pk]
        return sorted(own, key=lambda row: int(row.position), reverse=not self.first)


def of(ticket: Ticket) -> list[Merged]:
    """The conversations that were merged into one, as they came with it."""
    return [
        Merged(
            key=row["key"],
            reference=row["reference"],
            subject=row["subject"],
            tags=row["tags"],
            wants=_beside_subject(row["wants"] or "", row["subject"]),
            may_undo=is_reversible(datetime.fromisoformat(row["merged_at"])),
        )
        for row in getattr(ticket, "merged_here", ())
    ]


def together(
    ticket: Ticket,
    whole: Callable[[QuerySet[Any]], QuerySet[Any]],
    take: Callable[[Load], Stretch[Item]],
    *,
    side: Literal["end", "before", "after"] = "end",
    position: int = 0,
) -> Stretch[Item]:
    """The stretch that `take` takes of a ticket, with what was said in merged ones meanwhile.

    `whole` gives a query all that is shown of its rows.
    """
    known = of(ticket)
    if not known:
        return take(list)
    bound: dict[str, Any] = {}
    if side == "before":
        bound["created_at__lt"] = _time_of(ticket, position)
    elif side == "after" and position:
        bound["created_at__gt"] = _time_of(ticket, position, last=True)
    by_key = {one.key: one for one in known}
    beside = _Beside(ticket, by_key, whole, bound, first=side == "after")
    return _placed(take(beside.load), beside)


def _beside_subject(wants: str, subject: str) -> str:
    """What they want in it, where that says more than the subject."""
    plain = wants.strip("“”")
    return "" if plain == subject or plain.startswith(subject.rstrip("…")) else wants


def _time_of(ticket: Ticket, position: int, *, last: bool = False) -> QuerySet[Any]:
    """When the first message from a position on was written, or the last one up to it."""
    if last:
        earlier = Message.objects.filter(ticket=ticket, position__lte=position)
        return earlier.order_by("-position").values("created_at")[:1]
    later = Message.objects.filter(ticket=ticket, position__gte=position)
    return later.order_by("position").values("created_at")[:1]


def _placed(stretch: Stretch[Item], beside: _Beside) -> Stretch[Item]:
    """The items of both in one order, each merged one with its place."""
    own = stretch.items
    found = sorted(beside.found, key=lambda row: (row.created_at, row.pk))
    if own and stretch.earlier is not None:
        found = [row for row in found if row.created_at >= own[0].created_at]
    if own and stretch.later is not None:
        found = [row for row in found if row.created_at <= own[-1].created_at]
    cut = len(found) > MOST
    found = (found[:MOST] if beside.first else found[-MOST:]) if cut else found
    items: list[Item] = []
    at, number = 0, 0
    queue = list(own)
    for row in found:
        while queue and queue[0].created_at <= row.created_at:
            items.append(queue.pop(0))
            at, number = items[-1].position, 0
        number += 1
        row.place = Place(beside.merged[row.ticket_id], f"{at}.{number:04d}1")
        items.append(row)
    if cut and found:
        found[-1 if beside.first else 0].place.cut = True
    return replace(stretch, items=[*items, *queue])
