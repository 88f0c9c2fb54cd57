"""How a POST in a conversation is answered: news for the page's script, a redirect without one."""

from __future__ import annotations

from collections.abc import Callable

from django import forms
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect

from tickets import access, limits
from tickets.models import Message, Ticket
from tickets.portal import news as frames
from tickets.refusals import TOO_MANY, by_script


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
    page: Callable[[], HttpResponse],
) -> HttpResponse:
    """The limit is used up: what was written stays in its form, for the script and without one."""
    if by_script(request):
        raise error
    form.add_error(next(iter(form.fields)), TOO_MANY)
    response = page()
    response["Retry-After"] = str(error.retry_after)
    return response


def problem(
    request: HttpRequest, form: forms.Form, page: Callable[[], HttpResponse]
) -> HttpResponse:
    """What is wrong with a form: as JSON for the script, else on the page that it came from."""
    if not by_script(request):
        return page()
    errors = [str(message) for messages in form.errors.values() for message in messages]
    return JsonResponse({"error": {"code": "invalid", "message": " ".join(errors)}}, status=422)
