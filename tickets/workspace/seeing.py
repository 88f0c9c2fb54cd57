"""Who looks at what: an admin who sees the workspace as somebody else, and sensitive conversations."""

from __future__ import annotations

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from tickets import access, actions
from tickets.actors import Actor
from tickets.models import User
from tickets.web import second_factor, seeing_as
from tickets.web.posting import posted_from
from tickets.workspace import acts
from tickets.workspace.guard import AgentRequest, actor_of, for_agents


@posted_from("workspace")
def stop(request: HttpRequest) -> HttpResponse:
    """The only thing that is done while seeing as somebody: in the admin's own name."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    if not (isinstance(request.user, User) and request.user.works_here):
        if second_factor.lacks(request.user):
            return second_factor.set_up_first(request)
        raise Http404
    seen = User.objects.filter(pk=seeing_as.end(request.session) or 0).first()
    if seen is None:
        return redirect("workspace")
    actions.see_as(actor=Actor.agent(request.user), user=seen, ends=True)
    return redirect("admin:tickets_user_change", seen.pk)


@posted_from("workspace-ticket")
@for_agents
def sensitive(request: AgentRequest, reference: str) -> HttpResponse:
    """Keep who opens it from now on, or do so no more."""
    ticket = access.ticket_for(actor_of(request), reference)
    wanted = request.POST.get("sensitive") == "yes"
    return acts.answer(
        request,
        ticket,
        lambda: actions.mark_sensitive(actor=actor_of(request), ticket=ticket, sensitive=wanted),
    )
