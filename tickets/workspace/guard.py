"""Who may open the workspace: those who work here; and who gets which form: whose role gives it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from tickets import access
from tickets.actions import NotAllowed
from tickets.actors import Actor
from tickets.models import Permission, User
from tickets.web import second_factor, seeing_as

P = ParamSpec("P")


class AgentRequest(HttpRequest):
    """A request of somebody who works here."""

    user: User
    actor: Actor
    seen_by: User | None  # the admin who looks as `user`, and changes nothing


class OnlyLooking(NotAllowed):
    """An admin sees it as somebody else, in whose name nothing is done."""

    def __init__(self) -> None:
        super().__init__()
        self.message = _("You see this as somebody else does, so nothing was done. Stop first.")


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
        allowed.seen_by = None
        if (seen_as := seeing_as.seen_as(request.session, request.user)) is not None:
            if request.method not in ("GET", "HEAD"):
                raise OnlyLooking
            allowed.seen_by, allowed.user = request.user, seen_as
        allowed.actor = Actor.agent(allowed.user)
        with access.seen_by(allowed.user):
            return view(allowed, *args, **kwargs)

    return guarded


def needs(
    *wanted: Permission,
) -> Callable[
    [Callable[Concatenate[AgentRequest, P], HttpResponse]],
    Callable[Concatenate[AgentRequest, P], HttpResponse],
]:
    """Show a page only to those whose role gives what it is for; the others read that it does not.

    A conversation that they do not see is still a 404. What is posted is refused by its action, which
    shows the page again with all that was typed.
    """

    def decorate(
        view: Callable[Concatenate[AgentRequest, P], HttpResponse],
    ) -> Callable[Concatenate[AgentRequest, P], HttpResponse]:
        @wraps(view)
        def checked(request: AgentRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            lacking = [one for one in wanted if not access.may(request.user, one)]
            if lacking and request.method in ("GET", "HEAD"):
                if "reference" in kwargs:
                    access.ticket_for(request.actor, str(kwargs["reference"]))
                raise NotAllowed(lacking[0])
            return view(request, *args, **kwargs)

        return checked

    return decorate
