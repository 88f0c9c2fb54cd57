"""Who else takes part: following a conversation, naming colleagues, and who is in copy."""

from __future__ import annotations

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tickets import access, actions
from tickets.models import User
from tickets.models.users import STAFF_ROLES, Role
from tickets.web.posting import posted_from
from tickets.workspace import acts
from tickets.workspace.guard import AgentRequest, actor_of, for_agents

COLLEAGUES = 8  # that are offered while a name is typed


@require_safe
@for_agents
def colleagues(request: AgentRequest, reference: str) -> HttpResponse:
    """Who may see a conversation and has a name that begins so, for an @ in a note."""
    ticket = access.ticket_for(actor_of(request), reference)
    words = request.GET.get("q", "")[:60].strip()
    sees = Q(teams=ticket.team_id) | Q(role=Role.ADMIN) | Q(pk=ticket.assignee_id)
    found = User.objects.filter(sees, role__in=STAFF_ROLES, is_active=True)
    if words:
        found = found.filter(Q(name__istartswith=words) | Q(name__icontains=f" {words}"))
    people = found.exclude(pk=request.user.pk).order_by("name", "pk").distinct()[:COLLEAGUES]
    return render(request, "workspace/colleagues.html", {"people": list(people)})


@posted_from("workspace-ticket")
@for_agents
def follow(request: AgentRequest, reference: str) -> HttpResponse:
    ticket = access.ticket_for(actor_of(request), reference)
    return acts.answer(
        request, ticket, lambda: actions.follow(actor=actor_of(request), ticket=ticket)
    )


@posted_from("workspace-ticket")
@for_agents
def unfollow(request: AgentRequest, reference: str) -> HttpResponse:
    ticket = access.ticket_for(actor_of(request), reference)
    return acts.answer(
        request, ticket, lambda: actions.unfollow(actor=actor_of(request), ticket=ticket)
    )


@posted_from("workspace-ticket")
@for_agents
def copy(request: AgentRequest, reference: str) -> HttpResponse:
    """Put an address in copy, or take one out."""
    ticket = access.ticket_for(actor_of(request), reference)
    out = request.POST.get("remove_copy", "")

    def do() -> object:
        if out.isascii() and out.isdecimal() and len(out) < 18:
            return actions.remove_from_copy(
                actor=actor_of(request), ticket=ticket, participant=int(out)
            )
        return actions.add_to_copy(
            actor=actor_of(request), ticket=ticket, email=request.POST.get("copy", "")[:300]
        )

    return acts.answer(request, ticket, do)
