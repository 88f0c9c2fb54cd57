"""The list of what a search found: each conversation with the words that were looked for, marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.urls import reverse
from django.utils.http import urlencode

from tickets import access
from tickets.actors import Actor
from tickets.models import Ticket
from tickets.search.excerpts import Excerpt, Piece, excerpts_of, marked
from tickets.search.finding import find
from tickets.search.language import read
from tickets.search.operators import Misread
from tickets.workspace import inbox
from tickets.workspace.inbox import Page, Selection


@dataclass(frozen=True, slots=True)
class Hit:
    """A conversation that was found: its subject with marks, and the words that were found."""

    ticket: Ticket
    subject: Sequence[Piece]
    excerpt: Excerpt | None
    url: str


@dataclass(frozen=True, slots=True)
class FoundPage(Page):
    """A page of hits; or none and what to do about it, where the search could not be read."""

    hits: list[Hit] = field(default_factory=list)


def page(actor: Actor, selection: Selection) -> FoundPage:
    """What the search of a selection finds. Raises BadCursor."""
    try:
        query = read(selection.search, actor.user)
        found = find(
            actor,
            query,
            sort=selection.sort,
            cursor=selection.cursor,
            size=inbox.PAGE,
            grouping=selection.grouping,
        )
    except Misread as error:
        return FoundPage([], "", inbox.navigation(actor, []), problem=str(error))
    visible = access.tickets_for(actor).filter(pk__in=found.tickets)
    rows = {ticket.pk: ticket for ticket in inbox.listed(actor, visible)}
    tickets = [rows[pk] for pk in found.tickets if pk in rows]
    excerpts = excerpts_of([ticket.pk for ticket in tickets], query)
    return FoundPage(
        rows=tickets,
        cursor=found.next or "",
        navigation=inbox.navigation(actor, tickets),
        hits=[
            Hit(
                ticket=ticket,
                subject=marked(ticket.subject, query.wanted),
                excerpt=(excerpt := excerpts.get(ticket.pk)),
                url=_url(ticket, excerpt, selection),
            )
            for ticket in tickets
        ],
    )


def _url(ticket: Ticket, excerpt: Excerpt | None, selection: Selection) -> str:
    """The conversation, at the message that was found."""
    url, query = reverse("workspace-ticket", args=[ticket.reference]), selection.query
    if excerpt is None:
        return f"{url}?{urlencode(query)}"
    return f"{url}?{urlencode({**query, 'at': str(excerpt.position)})}#m{excerpt.position}"
