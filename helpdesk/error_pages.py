"""What Django itself refuses, in our words: on a page with the other ways to reach us, or as JSON."""

from __future__ import annotations

from django.core.exceptions import (
    RequestDataTooBig,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from rest_framework import exceptions

from tickets.api.errors import refused
from tickets.api.parsing import TooLarge
from tickets.web.refusals import by_script, refusal, without_a_database

TOO_LARGE = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400, and 413 for what is too large to be read."""
    too_large = isinstance(exception, TOO_LARGE)
    if _for_the_api(request):
        return refused(TooLarge() if too_large else exceptions.ParseError())
    if too_large:
        message = _("That was too much at once. Send less text, or fewer and smaller files.")
        return refusal(request, status=413, code="too_large", message=message)
    message = _("We could not read what your browser sent. Go back, and try again.")
    return refusal(request, status=400, code="bad_request", message=message)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if _for_the_api(request):
        return refused(exceptions.PermissionDenied())
    message = _("You may not do this. Log in again if you expected to.")
    return refusal(request, status=403, code="forbidden", message=message)


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form without its token: mostly a page that was open since before a log-in."""
    message = _(
        "This page was open for a long time, so we did not take that. Please send it again."
    )
    return refusal(request, status=403, code="form_expired", message=message)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if _for_the_api(request):
        return refused(exceptions.NotFound())
    if by_script(request):
        message = _("We could not find this. Load the page again.")
        return JsonResponse({"error": {"code": "not_found", "message": message}}, status=404)
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """A fault of ours. Nothing is asked here that might fail again."""
    if by_script(request):
        message = _("Something went wrong on our side. What you wrote is still here.")
        return JsonResponse({"error": {"code": "server_error", "message": message}}, status=500)
    return without_a_database(request, status=500)


def _for_the_api(request: HttpRequest) -> bool:
    return request.path_info.startswith("/api/")
