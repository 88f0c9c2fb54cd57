"""Similar conversations beside the one that an agent reads, and what solved them."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from bots.similar import finding
from knowledgebase.embeddings import EncoderUnavailable
from tickets import access
from tickets.workspace import views
from tickets.workspace.guard import AgentRequest, actor_of, by_script, for_agents


@require_safe
@for_agents
def similar(request: AgentRequest, reference: str) -> HttpResponse:
    """Those most like it: the inside of the panel, or a page of its own."""
    actor = actor_of(request)
    ticket = access.ticket_for(actor, reference)
    context: dict[str, object] = {"ticket": ticket}
    try:
        context["similar"] = finding.to(ticket, actor=actor)
    except EncoderUnavailable:
        context["unavailable"] = True
    if by_script(request):
        return render(request, "workspace/similar_list.html", context)
    context |= views.ticket_list(request, ticket)
    return render(request, "workspace/similar.html", context)
