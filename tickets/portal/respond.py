"""How a POST in a customer's conversation is answered: news for the page's script, or the page."""

from __future__ import annotations

from collections.abc import Callable

from django import forms
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect

from tickets import access
from tickets.intake import limits
from tickets.intake.attachments import NOT_KEPT
from tickets.models import Message, Ticket
from tickets.portal import news as frames
from tickets.web.posting import hears_it_live, stored
from tickets.web.refusals import TOO_MANY, by_script


def seen_position(request: HttpRequest) -> int:
    """The last position that the script's page shows; 0 if it does not say."""
    after = request.headers.get("X-After", "0")
    return int(after) if after.isdecimal() and len(after) < 10 else 0


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
