"""An agent's own log-in: where they are logged in, what ends it there, and what proves it."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tickets import actions
from tickets.web import sessions
from tickets.web.posting import posted_from
from tickets.workspace import views
from tickets.workspace.guard import AgentRequest, actor_of, for_agents


@require_safe
@for_agents
def show(request: AgentRequest) -> HttpResponse:
    """The page: each log-in with its device, its times and its network address; this one first."""
    log_ins = sessions.described(request.user, request.session.session_key)
    context = {
        **views.beside(request),
        "log_ins": log_ins,
        "others": [one for one in log_ins if not one.here],
    }
    return render(request, "workspace/account.html", context)


@posted_from("workspace-account")
@for_agents
def end_one(request: AgentRequest, pk: int) -> HttpResponse:
    """One of their own that is not this one. Whatever else it is, there is none (404)."""
    here = request.session.session_key or ""
    if not actions.end_staff_log_ins(actor=actor_of(request), user=request.user, only=pk, but=here):
        raise Http404
    messages.success(request, _("That device is logged out."))
    return redirect("workspace-account")


@posted_from("workspace-account")
@for_agents
def end_others(request: AgentRequest) -> HttpResponse:
    """All of their own but this one."""
    here = request.session.session_key or ""
    actions.end_staff_log_ins(actor=actor_of(request), user=request.user, but=here)
    messages.success(request, _("You are logged in here only."))
    return redirect("workspace-account")
