"""What an agent's screen shows of a conversation: its items, and the panels around them.

One function makes the page's first content, the answer to every act, and what the socket brings.
The ticket was loaded through access for this agent; whatever else is shown here is loaded so too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, Window
from django.template.loader import render_to_string
from django.utils.functional import SimpleLazyObject
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from tickets.actors import Actor
from tickets.conversation import approvals, blocks, identity, read_before
from tickets.conversation.asked_again import name_of
from tickets.conversation.stretches import Stretch
from tickets.models import AuthorKind, Citation, Fact, Message, SiteSettings, Ticket, User
from tickets.workspace import brief, drafts, linked, merged, timeline
from tickets.workspace.drafts import Drafts
from tickets.workspace.inbox import earlier_of
from tickets.workspace.properties import choices_for
from tickets.workspace.timeline import Item

EARLIER = 5  # of the customer's other conversations; of the rest the number
FACTS = 50  # the newest
CITATIONS = 50  # the newest: of a conversation without end not every article is recalled
PANELS = (
    *("head", "actions", "brief", "leaving", "hint", "customer", "properties"),
    *("people", "linked", "about"),
)

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
    place: str


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
    """What came after a position, for this agent; from 0, the newest of it.

    For a screen that was away for long it holds the newest items, and says that the screen is to
    begin `afresh` with them, and before which position there are `earlier` ones. So it does after a
    merge, whose messages stand between those that are there.
    """
    shown = timeline.since(ticket, after) if after > 0 else timeline.newest(ticket)
    afresh = after > 0 and timeline.tells_of_a_merge(shown)
    shown = timeline.newest(ticket) if afresh else shown
    shared = _shared(ticket, user)
    frame = {
        "type": "news",
        "position": ticket.last_position,
        "items": timeline.render(shown.items, shared),
        "panels": _panels(
            ticket, user, shared, _articles(_citations(ticket)), drafts.of(ticket, user)
        ),
    }
    if shown.earlier is None and not afresh:
        return frame
    return {**frame, "afresh": True, "earlier": shown.earlier}


def opening(
    ticket: Ticket, user: User, kept: Drafts, *, at: Stretch[Item] | None = None, desk: Any = None
) -> dict[str, Any]:
    """The page's first content: the items `at` a place or the newest, what is around, the panels."""
    shown = at if at is not None and at.items else timeline.newest(ticket)
    shared = _shared(ticket, user, desk)
    whole = shown.earlier is None and shown.later is None
    citations = _cited(shown.items) if whole else _citations(ticket)
    return {
        **_page(ticket, shown, shared),
        "panels": _panels(ticket, user, shared, _articles(citations), kept),
    }


def page(ticket: Ticket, user: User, shown: Stretch[Item]) -> dict[str, Any]:
    """Items that are loaded before or after those on the screen, and whether there are more."""
    return _page(ticket, shown, _shared(ticket, user))


def _page(ticket: Ticket, shown: Stretch[Item], shared: dict[str, Any]) -> dict[str, Any]:
    return {
        "items": timeline.render(shown.items, shared),
        "earlier": shown.earlier,
        "later": shown.later,
        "position": ticket.last_position,
    }


def _shared(ticket: Ticket, user: User, desk: Any = None) -> dict[str, Any]:
    follows = getattr(ticket, "who_follows", ())
    return {
        "ticket": ticket,
        "user": user,
        "viewer": "staff",
        "desk": desk or SimpleLazyObject(SiteSettings.load),
        "mine": ticket.assignee_id == user.pk,
        "follows": any(one["key"] == user.pk for one in follows),
        "joined": any(one["key"] == user.pk and one["joined"] for one in follows),
        "free": not ticket.is_closed and not (ticket.assignee_id and ticket.with_a_person),
    }


def _panels(
    ticket: Ticket, user: User, shared: dict[str, Any], articles: list[Shown], kept: Drafts
) -> dict[str, str]:
    others = list(
        earlier_of(Actor.agent(user), ticket).annotate(total=Window(Count("pk")))[:EARLIER]
    )
    total: int = others[0].total if others else 0
    context = {
        **shared,
        "customer": ticket.customer,
        "brief": brief.newest(ticket),
        "blocks": blocks.of(ticket),
        "read_before": read_before.of(ticket),
        "known": identity.of(ticket),
        "approvals": approvals.of(ticket),
        "facts": _facts(ticket),
        "choices": choices_for(ticket, user),
        "linked": linked.of(ticket),
        "articles": articles,
        "leaving": kept.leaving,
        "rating": getattr(ticket, "rating", None),
        "others": others,
        "more_others": total - len(others),
    }
    return {name: render_to_string(f"workspace/panels/{name}.html", context) for name in PANELS}


def _facts(ticket: Ticket) -> list[KnownFact]:
    """What was said in this conversation and in those that were merged into it, and what is known of
    the customer whatever the ticket.
    """
    references = {one.key: one.reference for one in merged.of(ticket)}
    known = Fact.objects.filter(
        Q(ticket__in=[ticket.pk, *references]) | Q(ticket=None, customer=ticket.customer_id)
    )
    newest = reversed(known.select_related("message").order_by("-pk")[:FACTS])
    return [
        KnownFact(
            name=capfirst(str(name_of(fact.key))),
            value=fact.value,
            source=str(_SOURCES.get(fact.source, _SOURCES["customer"])),
            position=fact.message.position if fact.message else None,
            place=_anchor(fact, references),
        )
        for fact in newest
    ]


def _anchor(fact: Fact, references: Mapping[int, str]) -> str:
    """Where on the page the message stands that a fact is from; "" without one."""
    if fact.message is None:
        return ""
    merged_from = references.get(fact.message.ticket_id)
    return f"{merged_from}-m{fact.message.position}" if merged_from else f"m{fact.message.position}"


def _citations(ticket: Ticket) -> Iterable[tuple[Message, Citation]]:
    cited = Citation.objects.filter(
        answer__message__ticket=ticket, answer__message__author_kind=AuthorKind.ASSISTANT
    ).select_related("answer__message")
    for citation in reversed(cited.order_by("-answer__message__position", "-rank")[:CITATIONS]):
        yield citation.answer.message, citation


def _cited(items: Iterable[Item]) -> Iterable[tuple[Message, Citation]]:
    """The same from messages that are loaded already."""
    for item in items:
        if isinstance(item, Message) and hasattr(item, "answer"):
            for citation in item.answer.citations.all():
                yield item, citation


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
