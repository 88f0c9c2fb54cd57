"""What the command palette finds by name, beside what is on the page: conversations, articles, macros."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from knowledgebase.models import Article
from tickets import access
from tickets.access.macros import macros_for
from tickets.intake import text
from tickets.lists.arranging import Sort
from tickets.models import Macro, Ticket
from tickets.search.finding import find
from tickets.search.language import read
from tickets.search.operators import Misread
from tickets.workspace.guard import AgentRequest, actor_of, for_agents

CONVERSATIONS = 6
ARTICLES = 4
MACROS = 4


@require_safe
@for_agents
def by_name(request: AgentRequest) -> HttpResponse:
    """Options for the palette's list; none for no words, or for a search that cannot be read."""
    words = text.line(request.GET.get("q", ""), limit=100)
    in_conversation = "conversation" in request.GET
    return render(
        request,
        "workspace/palette_found.html",
        {
            "tickets": _tickets(request, words),
            "articles": _articles(words),
            "macros": _macros(request, words) if in_conversation else [],
        },
    )


def _tickets(request: AgentRequest, words: str) -> list[Ticket]:
    """The newest conversations in which the words stand, as the search finds them."""
    if not words:
        return []
    actor = actor_of(request)
    try:
        query = read(words, actor.user)
        found = find(actor, query, sort=Sort.NEWEST, cursor="", size=CONVERSATIONS)
    except Misread:
        return []
    rows = access.tickets_for(actor).filter(pk__in=found.tickets).select_related("customer")
    return sorted(rows, key=lambda ticket: found.tickets.index(ticket.pk))


def _articles(words: str) -> list[Article]:
    if not words:
        return []
    named = Article.objects.public().filter(published__title__icontains=words)
    return list(named.select_related("published").order_by("published__title", "pk")[:ARTICLES])


def _macros(request: AgentRequest, words: str) -> list[Macro]:
    """For a page on which one can be applied."""
    if not words:
        return []
    named = macros_for(actor_of(request)).filter(name__icontains=words, is_active=True)
    return list(named.order_by("name", "pk")[:MACROS])
