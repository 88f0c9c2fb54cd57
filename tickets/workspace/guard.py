"""Who may open the workspace: those who work here. Everybody else finds nothing there."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from tickets.actors import Actor
from tickets.models import User
from tickets.web import second_factor

P = ParamSpec("P")


class AgentRequest(HttpRequest):
    """A request of somebody who works here."""

    user: User
    actor: Actor


def by_script(request: HttpRequest) -> bool:
    """Whether a script of ours asks, and wants JSON or a fragment instead of a page."""
    return request.headers.get("X-Requested-With") == "fetch"


def actor_of(request: AgentRequest) -> Actor:
    return request.actor


def for_agents(
    view: Callable[Concatenate[AgentRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Log in first, with a second factor; for who does not work here there is no workspace (404)."""

    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not request.user.is_authenticated:
            if by_script(request):
                message = _("You were logged out. Log in again; what you wrote is still here.")
                return JsonResponse(
                    {"error": {"code": "logged_out", "message": message}}, status=401
                )
            return redirect_to_login(request.get_full_path())
        if not (isinstance(request.user, User) and request.user.works_here):
            if second_factor.lacks(request.user):
                return second_factor.set_up_first(request)
            raise Http404
        allowed = cast(AgentRequest, request)
        allowed.actor = Actor.agent(request.user)
        return view(allowed, *args, **kwargs)

    return guarded
