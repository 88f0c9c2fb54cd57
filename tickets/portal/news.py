"""What a customer sees of a conversation after a position: one render path for page and socket."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.template.loader import render_to_string
from django.utils.functional import SimpleLazyObject

from tickets import notices, queues
from tickets.models import Message, SiteSettings, Ticket, Turn
from tickets.portal.forms import EmailForm, RatingForm

PAGE = 100  # the newest messages that a page begins with


def items(ticket: Ticket, *, after: int = 0, before: int | None = None) -> list[Message]:
    """The messages after a position (or the page before one), oldest first, complete."""
    found = ticket.messages.complete()
    if before is not None:
        found = found.filter(position__lt=before)
    elif after:
        # Up to where the frame says it reaches: what comes while it is made is news of its own. The
        # newest answer comes along, since the customer may have rated it.
        new = Q(position__gt=after, position__lte=ticket.last_position)
        found = found.filter(new | Q(position__in=_newest_answer(ticket)))
        return list(found.order_by("position"))
    return list(reversed(found.order_by("-position")[:PAGE]))


def open_answer(ticket: Ticket, items: list[Message]) -> int:
    """The position of the answer that may still be rated, the newest; 0 if there is none."""
    if ticket.with_a_person or ticket.is_closed:
        return 0
    return max((item.position for item in items if hasattr(item, "answer")), default=0)


def _newest_answer(ticket: Ticket) -> QuerySet[Message, int]:
    answers = ticket.messages.filter(answer__isnull=False).order_by("-position")
    return answers.values_list("position", flat=True)[:1]


def context(ticket: Ticket, items: list[Message]) -> dict[str, Any]:
    """What the templates of a customer's conversation need beside the messages."""
    waiting = ticket.turn == Turn.QUEUE
    outlook = queues.outlook(ticket) if waiting else None
    return {
        "ticket": ticket,
        "viewer": "customer",
        "desk": SimpleLazyObject(SiteSettings.load),  # most frames do not name the company
        "outlook": outlook,
        "how_long": notices.how_long(outlook) if outlook else "",
        "items": items,
        "open_answer": open_answer(ticket, items),
        "email_form": EmailForm() if waiting and not ticket.customer.reachable_at else None,
        "rating": getattr(ticket, "rating", None) if ticket.is_closed else None,
        "rating_form": RatingForm() if ticket.is_closed else None,
    }


def news(ticket: Ticket, *, after: int, before: int | None = None) -> dict[str, Any]:
    """A frame for the customer's screen: items after a position, and the panels as they are now."""
    around = context(ticket, items(ticket, after=after, before=before))
    return {
        "type": "news",
        "position": ticket.last_position,
        "items": [
            {
                "position": message.position,
                "html": render_to_string(
                    "conversation/message.html", {**around, "message": message}
                ),
            }
            for message in around["items"]
        ],
        "panels": {
            name: render_to_string(f"portal/conversation_{name}.html", around)
            for name in ("status", "after")
        },
    }
