"""The page of the leads' home. Its sections are fetched again whenever something happens."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tickets.actors import Actor
from tickets.workspace import views
from tickets.workspace.guard import AgentRequest, actor_of, by_script, for_agents
from tickets.workspace.oversight import approvals, people, said, sections, waiting


@require_safe
@for_agents
def home(request: AgentRequest) -> HttpResponse:
    """For leads and admins; for other agents there is no such page."""
    if not request.user.leads:
        raise Http404
    context = {**views.beside(request), **shown(actor_of(request))}
    template = "workspace/oversight/live.html" if by_script(request) else "workspace/oversight.html"
    return render(request, template, context)


def shown(actor: Actor) -> dict[str, Any]:
    """All that the page shows of the conversations that a lead sees."""
    team = people.of(actor)
    added = sections.of(actor)
    return {
        "waits": waiting.longest(actor, team),
        "approvals": approvals.waiting(actor),
        "promises": waiting.promises(actor),
        "people": people.shown(team),
        "ratings": said.ratings(actor),
        "asked_again": said.asked_again(actor),
        "wide_sections": [one for one in added if one["wide"]],
        "sections": [one for one in added if not one["wide"]],
    }
