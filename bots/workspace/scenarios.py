"""A conversation is kept as a scenario with one click, by leads and admins."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from bots import actions
from bots.scenarios import from_conversation
from tickets import access
from tickets.actions import ActionError
from tickets.actions.errors import NotAllowed
from tickets.models import Permission, Role
from tickets.web.posting import posted_from, stored
from tickets.workspace import acts
from tickets.workspace.guard import AgentRequest, actor_of, by_script, for_agents


@posted_from("workspace-ticket")
@for_agents
def keep(request: AgentRequest, reference: str) -> HttpResponse:
    """Keep it, masked, with what came of each turn. What a lead keeps counts when an admin says so."""
    ticket = access.ticket_for(actor_of(request), reference)
    if not access.may(request.user, Permission.LEAD):
        raise NotAllowed(Permission.LEAD)
    found = from_conversation.propose(ticket)
    if not found.turns:
        problem = _("Nothing in it was answered or handed over by the assistant.")
        return acts.refused(request, ticket, problem, code="no_turns", status=422)
    found.scenario.is_active = request.user.role == Role.ADMIN
    try:
        kept = actions.keep_scenario(
            actor=actor_of(request), scenario=found.scenario, turns=found.turns
        )
    except ActionError as error:
        return acts.refused(request, ticket, error.message, code=error.code, status=422)
    if by_script(request):
        context = {"ticket": ticket, "scenario": kept}
        return stored(
            None, undo=render_to_string("workspace/scenario_toast.html", context, request)
        )
    words = (
        _("Kept as the scenario “%(name)s”.")
        if kept.is_active
        else _("Kept as the scenario “%(name)s”. It counts when an admin switches it on.")
    )
    messages.success(request, words % {"name": kept.name})
    return redirect("workspace-ticket", ticket.reference)
