"""Undo, on every page: the notice that offers it, and the act."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from tickets import access, actions
from tickets.actions import ActionError
from tickets.models import Ticket, UndoStep
from tickets.web.posting import posted_from
from tickets.workspace import history, inbox
from tickets.workspace.guard import AgentRequest, actor_of, for_agents

SHOWN_FOR = timedelta(seconds=10)


def step_of(request: AgentRequest, ticket: Ticket, since: datetime) -> UndoStep | None:
    """What an agent did to a ticket since this moment and can undo. One query."""
    steps = access.undo_steps_for(actor_of(request))
    return steps.filter(ticket=ticket, created_at__gte=since).first()


def notice(request: AgentRequest, step: UndoStep) -> str:
    """The notice for our script: what was done, and the button."""
    until = step.created_at + SHOWN_FOR
    context = {"step": step, "what": what(step), "until": until}
    return render_to_string("workspace/undo_toast.html", context, request)


def say(request: AgentRequest, step: UndoStep) -> None:
    """The same for the next page, where there is no script; `flashes.html` adds the button."""
    messages.success(request, what(step), extra_tags="undo")


def what(step: UndoStep) -> str:
    """What was done, in a few words."""
    return capfirst(history.what(step.event))


@posted_from("workspace")
@for_agents
def undo(request: AgentRequest) -> HttpResponse:
    """Undo the act that is named, else one's last one, wherever it was."""
    actor = actor_of(request)
    steps = access.undo_steps_for(actor)
    key = request.POST.get("step", "")
    if key:
        steps = steps.filter(
            pk=int(key) if key.isascii() and key.isdecimal() and len(key) < 19 else 0
        )
    step = steps.order_by("-created_at").first()
    if step is None:
        messages.info(request, _("There is nothing to undo any more."))
        return redirect("workspace")
    try:
        actions.undo(actor=actor, step=step)
    except ActionError as error:
        messages.warning(request, error.message)
    else:
        messages.success(request, _("Undone: %(what)s") % {"what": what(step)})
    try:
        access.ticket_for(actor, step.ticket.reference)
    except Http404:  # it was given away, and stays so
        return redirect("workspace")
    beside = request.POST.get("list", "")
    return redirect(inbox.ticket_url(step.ticket.reference, beside=beside))
