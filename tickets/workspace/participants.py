"""Who else takes part: following a conversation, and who is in copy."""

from __future__ import annotations

from django.http import HttpResponse

from tickets import access, actions
from tickets.web.posting import posted_from
from tickets.workspace import acts
from tickets.workspace.guard import AgentRequest, actor_of, for_agents


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
