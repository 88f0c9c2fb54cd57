"""A refusal as an answer: the status, a sentence that says what to do, JSON for the page's script."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from tickets import request_ids
from tickets.actions.errors import ActionError, NotAllowed
from tickets.attachments import NOT_KEPT, NotKept
from tickets.limits import TooMany
from tickets.pages import BadCursor


def refuse(request: HttpRequest, error: Exception) -> HttpResponse | None:
    """The answer for an expected error; None for one that is a fault of ours."""
    retry_after = None
    if isinstance(error, NotAllowed):
        status, code, message = 403, error.code, error.message
    elif isinstance(error, ActionError):
        status, code, message = 409, error.code, error.message
    elif isinstance(error, NotKept):
        status, code, message = 507, NOT_KEPT, " ".join(error.messages)
    elif isinstance(error, ValidationError):
        status, code, message = 422, "invalid", " ".join(error.messages)
    elif isinstance(error, BadCursor):
        status, code, message = 400, "bad_cursor", _("This page of the list does not exist.")
    elif isinstance(error, TooMany):
        status, code, retry_after = 429, "too_many", error.retry_after
        message = _("That was a lot at once. Wait a moment, then try again.")
    elif isinstance(error, OperationalError):
        status, code, retry_after = 503, "busy", 2
        message = _("We are busy right now and did not save this. Please try again.")
    else:
        return None
    if request.headers.get("X-Requested-With") == "fetch":
        told = {"code": code, "message": message, "request_id": request_ids.current()}
        response: HttpResponse = JsonResponse({"error": told}, status=status)
    else:
        response = render(request, "refused.html", {"message": message}, status=status)
    if retry_after is not None:
        response["Retry-After"] = str(retry_after)
    return response
