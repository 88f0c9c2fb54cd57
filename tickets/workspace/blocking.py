"""Blocking a conversation's customer from where an agent sees it, and taking it back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from tickets import access, actions, addresses, clock
from tickets.actors import Actor
from tickets.models import Block, Permission, Ticket
from tickets.web.posting import posted_from
from tickets.workspace import acts, views
from tickets.workspace.forms import CUSTOMER, DOMAIN, EMAIL, BlockForm
from tickets.workspace.guard import AgentRequest, actor_of, by_script, for_agents, needs


@require_http_methods(["GET", "HEAD", "POST"])
@for_agents
@needs(Permission.SPAM)
def block(request: AgentRequest, reference: str) -> HttpResponse:
    """The form, and what it does."""
    ticket = access.ticket_for(actor_of(request), reference)
    posted = request.POST if request.method == "POST" else None
    form = BlockForm(posted, ticket=ticket, user=request.user)
    if form.is_valid():
        wanted = form.cleaned_data
        return acts.answer(request, ticket, lambda: _block(actor_of(request), ticket, wanted))
    if by_script(request):
        if posted is not None:
            problem = " ".join(str(each) for errors in form.errors.values() for each in errors)
            return acts.refused(request, ticket, problem, code="invalid", status=422)
        context = {"form": form, "ticket": ticket, "in_dialog": True}
        return render(request, "workspace/block_form.html", context)
    context = {**views.ticket_list(request, ticket), "form": form, "ticket": ticket}
    status = 422 if posted is not None else 200
    return render(request, "workspace/block.html", context, status=status)


@posted_from("workspace-ticket")
@for_agents
def unblock(request: AgentRequest, reference: str, pk: int) -> HttpResponse:
    """Take back one of the blocks that concern the conversation's customer."""
    actor = actor_of(request)
    ticket = access.ticket_for(actor, reference)
    found = Block.objects.of(ticket.customer).filter(pk=pk).first()

    def do() -> object:
        return found and actions.unblock(actor=actor, block=found, ticket=ticket)

    return acts.answer(request, ticket, do)


def _block(actor: Actor, ticket: Ticket, wanted: dict[str, Any]) -> object:
    customer = ticket.customer
    email = customer.email or ""
    days = wanted["days"]
    return actions.block(
        actor=actor,
        reason=wanted["reason"],
        customer=customer if wanted["whom"] == CUSTOMER else None,
        email=email if wanted["whom"] == EMAIL else "",
        domain=addresses.domain_of(email) if wanted["whom"] == DOMAIN else "",
        until=clock.now() + timedelta(days=days) if days else None,
        ticket=ticket,
        spam=wanted["spam"],
    )
