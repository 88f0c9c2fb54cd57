"""What stands below a message that a program sent, wrote or drafted for its author. Only agents read it."""

from __future__ import annotations

from typing import Any

from tickets.models import AuthorKind, Message
from tickets.workspace import timeline


def take_part() -> None:
    """Called once, at start."""
    timeline.add_below_messages(load=(), show=_below)


def _below(message: Message) -> dict[str, Any]:
    told = message.provenance or {}
    if not {"key", "drafted_by"} & told.keys():
        return {}
    return {
        "below": "workspace/by_program.html",
        "is_by_customer": message.author_kind == AuthorKind.CUSTOMER,
        "written_by": told.get("key", ""),
        "drafted_by": told.get("drafted_by", ""),
    }
