"""What a lead does on the page of a conversation that is not theirs: whisper, join, take over, give back."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from tickets import access, actions
from tickets.actions.whispering import LONGEST
from tickets.live import presence
from tickets.models import Permission, Ticket
from tickets.web.posting import posted_from
from tickets.workspace import acts, views
from tickets.workspace.guard import AgentRequest, actor_of, by_script, for_agents, needs

NOBODY = "nobody"


class WhisperForm(forms.Form):
    """The words, and who had the conversation as they were written."""

    body = forms.CharField(
        label=_("What do you want to say?"),
        max_length=LONGEST,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
        error_messages={"required": _("Write a message first.")},
    )
    seen = forms.CharField(required=False, max_length=18)
    client_id = forms.UUIDField(required=False)

    def who_was_seen(self) -> int | str | None:
        """The key of an agent, None for nobody, "" where the form does not say."""
        given: str = self.cleaned_data["seen"]
        if given == NOBODY:
            return None
        return int(given) if given.isascii() and given.isdecimal() else ""


@require_http_methods(["GET", "HEAD", "POST"])
@for_agents
@needs(Permission.LEAD)
def whisper(request: AgentRequest, reference: str) -> HttpResponse:
    """The form, and what it says to whoever has the conversation, or leaves for whoever takes it."""
    ticket = access.ticket_for(actor_of(request), reference)
    posted = request.POST if request.method == "POST" else None
    form = WhisperForm(posted, initial={"client_id": uuid4()})
    if form.is_valid():
        said, seen = form.cleaned_data, form.who_was_seen()
        return acts.answer(
            request,
            ticket,
            lambda: actions.whisper(
                actor=actor_of(request),
                ticket=ticket,
                body=said["body"],
                seen=seen,
                client_id=said["client_id"],
            ),
        )
    if by_script(request) and posted is not None:
        problem = " ".join(str(each) for errors in form.errors.values() for each in errors)
        return acts.refused(request, ticket, problem, code="invalid", status=422)
    context = {"form": form, "ticket": ticket, **_to_whom(ticket)}
    if by_script(request):
        return render(request, "workspace/whisper_form.html", {**context, "in_dialog": True})
    status = 422 if posted is not None else 200
    context |= views.ticket_list(request, ticket)
    return render(request, "workspace/whisper.html", context, status=status)


def _to_whom(ticket: Ticket) -> dict[str, Any]:
    """Who would hear it now: the agent who has it, if any, and whether they are here."""
    agent = ticket.assignee if ticket.with_a_person else None
    here = presence.here([agent.pk]) if agent else set()
    return {"agent": agent, "is_here": bool(here), "seen": agent.pk if agent else NOBODY}


@posted_from("workspace-ticket")
@for_agents
def join(request: AgentRequest, reference: str) -> HttpResponse:
    ticket = access.ticket_for(actor_of(request), reference)
    return acts.answer(
        request, ticket, lambda: actions.join(actor=actor_of(request), ticket=ticket)
    )


@posted_from("workspace-ticket")
@for_agents
def step_out(request: AgentRequest, reference: str) -> HttpResponse:
    ticket = access.ticket_for(actor_of(request), reference)
    return acts.answer(
        request, ticket, lambda: actions.step_out(actor=actor_of(request), ticket=ticket)
    )


@posted_from("workspace-ticket")
@for_agents
def take_over(request: AgentRequest, reference: str) -> HttpResponse:
    """From the agent who has it, if that is still the one whom the page showed."""
    ticket = access.ticket_for(actor_of(request), reference)
    given = request.POST.get("seen", "")
    seen = int(given) if given.isascii() and given.isdecimal() and len(given) < 18 else ""

    def do() -> object:
        return actions.take_over(actor=actor_of(request), ticket=ticket, seen=seen)

    return acts.answer(request, ticket, do)


@posted_from("workspace-ticket")
@for_agents
def give_back(request: AgentRequest, reference: str) -> HttpResponse:
    ticket = access.ticket_for(actor_of(request), reference)
    return acts.answer(
        request, ticket, lambda: actions.give_back(actor=actor_of(request), ticket=ticket)
    )
