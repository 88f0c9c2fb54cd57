"""The links of a ticket as the API names them, from this ticket's side."""

from __future__ import annotations

from typing import Any, Literal, TypedDict

from tickets.models import Ticket

Kind = Literal[
    "related", "duplicate", "has_duplicate", "blocked_by", "blocks", "caused_by", "causes"
]
_FORTH: dict[str, Kind] = {
    "related": "related",
    "duplicate": "duplicate",
    "blocked_by": "blocked_by",
    "caused_by": "caused_by",
}
_BACK: dict[str, Kind] = {
    "related": "related",
    "duplicate": "has_duplicate",
    "blocked_by": "blocks",
    "caused_by": "causes",
}


class Link(TypedDict):
    """What this ticket is to another one."""

    kind: Kind
    ticket: str


def links_of(ticket: Ticket) -> list[Link]:
    """Those that came with a ticket (`access.with_links`). No query."""
    forth = [
        Link(kind=_FORTH[row["kind"]], ticket=row["reference"]) for row in _rows(ticket, "out")
    ]
    back = [Link(kind=_BACK[row["kind"]], ticket=row["reference"]) for row in _rows(ticket, "in")]
    return forth + back


def _rows(ticket: Ticket, side: str) -> list[dict[str, Any]]:
    return getattr(ticket, f"links_{side}", [])
