"""What a customer sees of a conversation after a position: one render path for page and socket."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.utils.functional import SimpleLazyObject

from tickets.conversation import blocks, stretches
from tickets.conversation.stretches import Stretch
from tickets.models import AuthorKind, Message, SiteSettings, Ticket, Turn
from tickets.models.messages import MessageQuerySet
from tickets.portal import proof_card
from tickets.portal.forms import CodeForm, EmailForm, RatingForm
from tickets.service import notices, queues


def newest(ticket: Ticket) -> Stretch[Message]:
    """The end of the conversation, where one begins to read."""
    return stretches.since(0, ticket.last_position, _messages(ticket))


def before(ticket: Ticket, position: int) -> Stretch[Message]:
    return stretches.before(position, _messages(ticket))


def after(ticket: Ticket, position: int) -> Stretch[Message]:
    return stretches.after(position, _messages(ticket))


def _messages(ticket: Ticket) -> MessageQuerySet:
    return Message.objects.filter(ticket=ticket).complete()


def _since(ticket: Ticket, position: int) -> Stretch[Message]:
    """What came after a position. Up to where the frame says it reaches: what comes while it is
    made is news of its own. The newest answer comes along, since the customer may have rated it.
    """
    found = stretches.since(position, ticket.last_position, _messages(ticket))
    if not position or found.earlier is not None or any(_has_answer(one) for one in found.items):
        return found
    rated = _messages(ticket).filter(pk__in=_newest_answer(ticket))
    return Stretch([*rated, *found.items])


def open_answer(ticket: Ticket, shown: Stretch[Message]) -> int:
    """The position of the answer that may still be rated, the newest; 0 if there is none here."""
    if ticket.with_a_person or ticket.is_closed or shown.later is not None:
        return 0
    return max((item.position for item in shown.items if _has_answer(item)), default=0)


def _has_answer(message: Message) -> bool:
    return hasattr(message, "answer")


def _newest_answer(ticket: Ticket) -> QuerySet[Message, int]:
    """Among the assistant's messages, which have an index of their own: the search is short."""
    said = ticket.messages.filter(author_kind=AuthorKind.ASSISTANT, answer__isnull=False)
    return said.order_by("-position").values_list("pk", flat=True)[:1]


def context(ticket: Ticket, shown: Stretch[Message]) -> dict[str, Any]:
    """What the templates of a customer's conversation need beside the messages."""
    waiting = ticket.turn == Turn.QUEUE
    claimed = ticket.customer.claimed_email
    desk = SimpleLazyObject(SiteSettings.load)  # most frames do not name the company
    kept_out = blocks.of(ticket)
    outlook = queues.outlook(ticket) if waiting else None
    return {
        "ticket": ticket,
        "viewer": "customer",
        "desk": desk,
        "blocked": notices.blocked_here(kept_out[0].until) if kept_out else "",
        "is_over": ticket.is_closed and ticket.is_over(desk.reopen_days),
        "outlook": outlook,
        "how_long": notices.how_long(outlook) if outlook else "",
        "items": shown.items,
        "open_answer": 0 if kept_out else open_answer(ticket, shown),
        "email_form": EmailForm() if waiting and not ticket.customer.reachable_at else None,
        "code_form": CodeForm() if not ticket.customer.email and claimed else None,
        "proof": None if kept_out else proof_card.of(ticket),
        "rating": getattr(ticket, "rating", None) if ticket.is_closed else None,
        "rating_form": RatingForm() if ticket.is_closed else None,
    }


def news(ticket: Ticket, *, after: int) -> dict[str, Any]:
    """A frame for the customer's screen: items after a position, and the panels as they are now.

    For a screen that was away for long it holds the newest items, and says that the screen is to
    begin `afresh` with them, and before which position there are `earlier` ones.
    """
    found = _since(ticket, after)
    around = context(ticket, found)
    frame = {
        "type": "news",
        "position": ticket.last_position,
        "items": _rendered(around),
        "panels": {
            name: render_to_string(f"portal/conversation_{name}.html", around)
            for name in ("status", "proof", "after")
        },
    }
    return frame if found.earlier is None else {**frame, "afresh": True, "earlier": found.earlier}


def page(ticket: Ticket, shown: Stretch[Message]) -> dict[str, Any]:
    """Items that are loaded before or after those on the screen, and whether there are more."""
    return {
        "items": _rendered(context(ticket, shown)),
        "earlier": shown.earlier,
        "later": shown.later,
        "position": ticket.last_position,
    }


def _rendered(around: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "position": message.position,
            "html": render_to_string("conversation/message.html", {**around, "message": message}),
        }
        for message in around["items"]
    ]
