"""A refusal as an answer: the status, a sentence that says what to do, the words that were typed, and
the other ways to reach us; JSON for the page's script.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.core.exceptions import SuspiciousOperation, ValidationError
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from psycopg.errors import IdleInTransactionSessionTimeout

from tickets.actions.errors import ActionError, Blocked, NotAllowed
from tickets.intake import request_ids
from tickets.intake.attachments import NOT_KEPT, NotKept
from tickets.intake.limits import TooMany
from tickets.lists.keyset import BadCursor
from tickets.web.reachable import last_known

TOO_MANY = gettext_lazy("That was a lot at once. Wait a moment, then try again.")
BUSY = gettext_lazy("We are busy right now and did not save this. Please try again.")
# Where customers write. What an agent wrote is kept by the workspace's own pages.
WRITTEN_AT = ("ask", "talk-to-a-human", "conversation-post")
SENT_ALONG = ("client_id", "ticket")
LONGEST = 20_000  # characters of what was typed that are shown again


def refuse(request: HttpRequest, error: Exception) -> HttpResponse | None:
    """The answer for an expected error; None for one that is a fault of ours."""
    retry_after, title = None, ""
    if isinstance(error, Blocked):
        title = _("You cannot write to us here")
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
        status, code, message, retry_after = 429, "too_many", str(TOO_MANY), error.retry_after
    elif isinstance(error, OperationalError) or _was_given_up(error):
        status, code, message, retry_after = 503, "busy", str(BUSY), 2
        if _is_away(error) and not by_script(request):
            return without_a_database(request, status=status, message=message, retry_after=2)
    else:
        return None
    return refusal(
        request, status=status, code=code, message=message, title=title, retry_after=retry_after
    )


def refusal(
    request: HttpRequest,
    *,
    status: int,
    code: str,
    message: str,
    title: str = "",
    button: str = "",
    extra: Mapping[str, str] | None = None,
    retry_after: int | None = None,
) -> HttpResponse:
    """The page that says so, or the same as JSON.

    What a customer had typed stands on it, in a form to send again by `button`, with the hidden
    fields `extra`.
    """
    if by_script(request):
        told = {"code": code, "message": message, "request_id": request_ids.current()}
        response: HttpResponse = JsonResponse({"error": told}, status=status)
    else:
        again = _sent(request, extra or {}, always=bool(button))
        context = {"message": message, "title": title, "button": button, "again": again}
        response = render(request, "refused.html", context, status=status)
    if retry_after is not None:
        response["Retry-After"] = str(retry_after)
    return response


def without_a_database(
    request: HttpRequest, *, status: int, message: str = "", retry_after: int | None = None
) -> HttpResponse:
    """The same where nothing can be asked: no log-in, no settings but those that are remembered."""
    context = {"message": message, "desk": last_known(), "again": _sent(request, {})}
    response = HttpResponse(render_to_string("500.html", context, request=None), status=status)
    if retry_after is not None:
        response["Retry-After"] = str(retry_after)
    return response


def by_script(request: HttpRequest) -> bool:
    """Whether the page's script sent this and wants JSON."""
    return request.headers.get("X-Requested-With") == "fetch"


def _sent(
    request: HttpRequest, extra: Mapping[str, str], *, always: bool = False
) -> dict[str, object] | None:
    """What a customer sent and may send again: the words, and the fields that belong to them."""
    match = request.resolver_match
    if request.method != "POST" or match is None or match.url_name not in WRITTEN_AT:
        return None
    try:
        words = request.POST.get("body", "")[:LONGEST]
    except (SuspiciousOperation, MultiPartParserError, UnreadablePostError):
        return None  # it is why it is refused
    if not (words.strip() or always):
        return None
    hidden = {name: request.POST[name] for name in SENT_ALONG if request.POST.get(name)}
    return {
        "action": request.path,
        "words": words,
        "hidden": {**hidden, **extra},
        "files": bool(request.FILES),
    }


def _was_given_up(error: Exception) -> bool:
    """Whether the database ended a transaction that had stood still: the process was overloaded."""
    return isinstance(error.__cause__, IdleInTransactionSessionTimeout)


def _is_away(error: Exception) -> bool:
    """Whether there is no connection at all, rather than a statement that took too long."""
    return getattr(error.__cause__, "sqlstate", None) is None
