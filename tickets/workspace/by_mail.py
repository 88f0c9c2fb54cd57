"""What stands below a message that came by mail: from whom to whom, what was folded away, what is odd."""

from __future__ import annotations

from typing import Any

from tickets.email import tokens
from tickets.models import Message
from tickets.workspace import timeline

NAMED = 6  # of those to whom it was sent; of the rest the number


def take_part() -> None:
    """Called once, at start."""
    timeline.add_below_messages(load=("mail",), without=("mail__raw",), show=_below)


def _below(message: Message) -> dict[str, Any]:
    mail = getattr(message, "mail", None)
    if mail is None:
        return {}
    shown = mail.shown
    people = [
        tokens.without(person["address"]) or person["name"]
        for person in (*shown.get("to", ()), *shown.get("cc", ()))
    ]
    return {
        "below": "workspace/by_mail.html",
        "mail": mail,
        "shown": shown,
        "people": people[:NAMED],
        "more_people": max(0, len(people) - NAMED),
        "is_doubted": shown.get("authentication", {}).get("dmarc") == "fail",
    }
