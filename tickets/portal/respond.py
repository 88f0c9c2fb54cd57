"""How a POST in a conversation is answered: news for the page's script, a redirect without one.

A page that answered a POST may be reloaded, or its address opened again: then it is the page that
the form stood on, and nothing is done.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django import forms
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from tickets import access, limits
from tickets.attachments import NOT_KEPT
from tickets.models import Message, Ticket
from tickets.portal import news as frames
from tickets.refusals import TOO_MANY, by_script

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def posted_from(page: str) -> Callable[[View[P]], View[P]]:
    """A view that acts on a POST only. Whoever opens its address is sent to the form's `page`."""

    def decorate(view: View[P]) -> View[P]:
        @require_http_methods(["GET", "HEAD", "POST"])
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if request.method == "POST":
                return view(request, *args, **kwargs)
            of = [str(kwargs["reference"])] if "reference" in kwargs else []
            return redirect(page, *of)

        return guarded

    return decorate


def seen_position(request: HttpRequest) -> int:
    """The last position that the script's page shows; 0 if it does not say."""
    after = request.headers.get("X-After", "0")
    return int(after) if after.isdecimal() and len(after) < 10 else 0


def hears_it_live(request: HttpRequest) -> bool:
    """Whether the page has an open socket, which brings what is new anyway, and sooner."""
    return request.headers.get("X-Live") == "yes"


def stored(message: Message | None = None) -> JsonResponse:
    """The answer to a page that hears the rest by its socket: where a message of theirs stands."""
    return JsonResponse({"type": "stored", "position": message and message.position})


def answer(request: HttpRequest, ticket: Ticket, message: Message | None = None) -> HttpResponse:
    """After a change: what is new since the page was last told, or the page itself."""
    if not by_script(request):
        return redirect("conversation", ticket.reference)
    if hears_it_live(request):
        return stored(message)
    fresh = access.ticket_for(access.actor_of(request), ticket.reference)
    return JsonResponse(frames.news(fresh, after=seen_position(request)))


def too_many(
    request: HttpRequest,
    form: forms.Form,
    error: limits.TooMany,
    page: Callable[[int], HttpResponse],
) -> HttpResponse:
    """The limit is used up: what was written stays in its form, for the script and without one."""
    if by_script(request):
        raise error
    form.add_error(next(iter(form.fields)), TOO_MANY)
    response = page(429)
    response["Retry-After"] = str(error.retry_after)
    return response


def problem(
    request: HttpRequest, form: forms.Form, page: Callable[[int], HttpResponse]
) -> HttpResponse:
    """What is wrong with a form: as JSON for the script, else on the page that it came from.

    Its files may be in order, and the disk at fault (507).
    """
    status, code = (507, NOT_KEPT) if form.has_error("files", NOT_KEPT) else (422, "invalid")
    if not by_script(request):
        return page(status)
    errors = [str(message) for messages in form.errors.values() for message in messages]
    return JsonResponse({"error": {"code": code, "message": " ".join(errors)}}, status=status)
