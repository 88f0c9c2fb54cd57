"""What a conversation has to do with others, as its panel shows it; read from what came with the ticket."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tickets.access import COUNTED
from tickets.actions.merging import is_reversible
from tickets.models import LinkKind, Resolution, Ticket, Turn
from tickets.models.links import SEEN_FROM_THE_OTHER
from tickets.workspace import merged
from tickets.workspace.merged import Merged

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

AFFECTED = 3  # of the conversations that a problem affects, beside their number


@dataclass(frozen=True, slots=True)
class End:
    """The other end of a link, and the key of the link."""

    key: int
    reference: str
    subject: str
    status: StrOrPromise


@dataclass(frozen=True, slots=True)
class Group:
    """Links of one kind, seen from one side."""

    label: StrOrPromise
    ends: list[End]
    more: int = 0


@dataclass(frozen=True, slots=True)
class Linked:
    """All that the panel shows. `hidden_merge`: it was merged into one that this agent may not see."""

    merged_into: str
    hidden_merge: bool
    may_undo: bool
    merged: list[Merged]
    groups: list[Group]
    affected: int
    affected_open: int

    def __bool__(self) -> bool:
        return bool(self.merged_into or self.hidden_merge or self.merged or self.groups)

    @property
    def affected_words(self) -> str:
        return _counted(self.affected)

    @property
    def open_words(self) -> str:
        return _counted(self.affected_open)


def of(ticket: Ticket) -> Linked:
    """For a ticket that was loaded for an agent through access. No query."""
    into = ticket.merged_into
    sees_it = into is not None and getattr(ticket, "sees_merged_into", False)
    merged_at = getattr(ticket, "merged_at", None)
    affected = getattr(ticket, "affected", 0)
    return Linked(
        merged_into=into.reference if into is not None and sees_it else "",
        hidden_merge=into is not None and not sees_it,
        may_undo=merged_at is not None and is_reversible(merged_at),
        merged=merged.of(ticket),
        groups=list(_groups(ticket, affected)),
        affected=affected,
        affected_open=getattr(ticket, "affected_open", 0),
    )


def _groups(ticket: Ticket, affected: int) -> Iterable[Group]:
    out = _by_kind(getattr(ticket, "links_out", ()))
    back = _by_kind(getattr(ticket, "links_in", ()))
    for kind in LinkKind:
        if kind == LinkKind.RELATED:
            both = [*out.get(kind, ()), *back.pop(kind, ())]
            yield from _group(kind.label, both)
        else:
            yield from _group(kind.label, out.get(kind, []))
    for kind, rows in back.items():
        shown = rows[:AFFECTED] if kind == LinkKind.CAUSED_BY else rows
        more = affected - len(shown) if kind == LinkKind.CAUSED_BY else 0
        yield from _group(SEEN_FROM_THE_OTHER[kind], shown, more)


def _by_kind(rows: Iterable[dict[str, Any]]) -> dict[LinkKind, list[dict[str, Any]]]:
    found: dict[LinkKind, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(LinkKind(row["kind"]), []).append(row)
    return found


def _group(label: StrOrPromise, rows: list[dict[str, Any]], more: int = 0) -> Iterable[Group]:
    if rows:
        yield Group(label, [_end(row) for row in rows], more)


def _end(row: dict[str, Any]) -> End:
    status = Resolution(row["resolution"]) if row["resolution"] else Turn(row["turn"])
    return End(row["key"], row["reference"], row["subject"], status.label)


def _counted(number: int) -> str:
    return str(number) if number < COUNTED else f"{COUNTED - 1}+"
