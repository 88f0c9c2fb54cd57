"""What an agent's screen shows of a conversation: its items, and the panels around them.

One function makes the page's first content, the answer to every act, and what the socket brings.
The ticket was loaded through access for this agent; whatever else is shown here is loaded so too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, Window
from django.template.loader import render_to_string
from django.utils.functional import SimpleLazyObject
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from tickets.actors import Actor
from tickets.asked_again import name_of
from tickets.models import Citation, Fact, Message, SiteSettings, Ticket, User
from tickets.workspace import brief, timeline
from tickets.workspace.inbox import earlier_of

EARLIER = 5  # of the customer's other conversations; of the rest the number
PANELS = ("head", "actions", "brief", "hint", "about")

_SOURCES = {
    "customer": _("said by the customer"),
    "assistant": _("noted by the assistant"),
    "agent": _("noted by an agent"),
    "api": _("from a connected system"),
}


@dataclass(frozen=True, slots=True)
class KnownFact:
    """A fact as it is shown: its name in words, and where it came from."""

    name: str
    value: str
    source: str
    position: int | None


@dataclass(frozen=True, slots=True)
class Shown:
    """An article that the assistant showed, and what the customer made of that answer."""

    title: str
    slug: str
    heading: str
    score: float
    helpful: bool | None
    position: int


def news(ticket: Ticket, user: User, after: int) -> dict[str, Any]:
    """What came after a position, for this agent; from 0, the newest page of it.

    `position` is how far the items reach: a screen that was away for long asks again from there.
    """
    if after <= 0:
        return opening(ticket, user)
    items, reached = timeline.after(ticket, after)
    shared = _shared(ticket, user)
    return {
        "type": "news",
        "position": reached,
        "items": timeline.render(items, shared),
        "panels": _panels(ticket, user, shared, _articles(_citations(ticket))),
    }


def opening(
    ticket: Ticket, user: User, *, before: int | None = None, desk: Any = None
) -> dict[str, Any]:
    """The page's first content: as news, and where the items before it end."""
    page = timeline.newest(ticket) if before is None else timeline.before(ticket, before)
    shared = _shared(ticket, user, desk)
    whole = before is None and page.earlier is None
    citations = _cited(page.messages) if whole else _citations(ticket)
    return {
        "type": "news",
        "position": ticket.last_position,
        "items": timeline.render(page.items, shared),
        "earlier": page.earlier,
        "panels": _panels(ticket, user, shared, _articles(citations)),
    }


def earlier(ticket: Ticket, user: User, before: int) -> dict[str, Any]:
    """The items before a position, and where those before them end."""
    page = timeline.before(ticket, before)
    items = timeline.render(page.items, _shared(ticket, user))
    return {"items": items, "earlier": page.earlier}


def _shared(ticket: Ticket, user: User, desk: Any = None) -> dict[str, Any]:
    return {
        "ticket": ticket,
        "user": user,
        "viewer": "staff",
        "desk": desk or SimpleLazyObject(SiteSettings.load),
        "mine": ticket.assignee_id == user.pk,
        "free": not ticket.is_closed and not (ticket.assignee_id and ticket.with_a_person),
    }


def _panels(
    ticket: Ticket, user: User, shared: dict[str, Any], articles: list[Shown]
) -> dict[str, str]:
    others = list(
        earlier_of(Actor.agent(user), ticket).annotate(total=Window(Count("pk")))[:EARLIER]
    )
    total: int = others[0].total if others else 0
    context = {
        **shared,
        "customer": ticket.customer,
        "brief": brief.newest(ticket),
        "facts": _facts(ticket),
        "articles": articles,
        "rating": getattr(ticket, "rating", None),
        "others": others,
        "more_others": total - len(others),
    }
    return {name: render_to_string(f"workspace/panels/{name}.html", context) for name in PANELS}


def _facts(ticket: Ticket) -> list[KnownFact]:
    """What was said in this conversation, and what is known of the customer whatever the ticket."""
    known = Fact.objects.filter(
        Q(ticket=ticket) | Q(ticket=None, customer=ticket.customer_id)
    ).select_related("message")
    return [
        KnownFact(
            name=capfirst(str(name_of(fact.key))),
            value=fact.value,
            source=str(_SOURCES.get(fact.source, _SOURCES["customer"])),
            position=fact.message.position if fact.message else None,
        )
        for fact in known
    ]


def _citations(ticket: Ticket) -> Iterable[tuple[Message, Citation]]:
    cited = Citation.objects.filter(answer__message__ticket=ticket)
    for citation in cited.select_related("answer__message").order_by("answer", "rank"):
        yield citation.answer.message, citation


def _cited(messages: Iterable[Message]) -> Iterable[tuple[Message, Citation]]:
    """The same from messages that are loaded already."""
    for message in messages:
        if hasattr(message, "answer"):
            for citation in message.answer.citations.all():
                yield message, citation


def _articles(cited: Iterable[tuple[Message, Citation]]) -> list[Shown]:
    """Each article once, as it was shown last."""
    shown = {
        citation.slug: Shown(
            title=citation.title,
            slug=citation.slug,
            heading=citation.heading,
            score=citation.score,
            helpful=message.answer.helpful,
            position=message.position,
        )
        for message, citation in cited
    }
    return list(shown.values())
