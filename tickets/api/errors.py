"""One shape for every error of the API: a code for machines, a sentence for people, the fields."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import (
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    ValidationError,
)
from django.db import Error, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, JsonResponse, UnreadablePostError
from django.urls import is_valid_path
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from rest_framework import exceptions
from rest_framework.response import Response

from tickets.actions import ActionError, NotAllowed
from tickets.api.parsing import TooLarge
from tickets.intake import request_ids
from tickets.intake.attachments import NOT_KEPT, NotKept
from tickets.intake.limits import TooMany
from tickets.lists.keyset import BadCursor

logger = logging.getLogger(__name__)

BUSY_SECONDS = 2  # a lock is waited for up to 3 s, so whoever held it is likely gone by then
READ_ONLY = "25006"  # PostgreSQL's code for a write on a standby


@dataclass(frozen=True, slots=True)
class Problem:
    """What went wrong, before it is put into JSON."""

    status: int
    code: str
    message: str
    fields: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        error: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.fields:
            error["fields"] = self.fields
        return {"error": {**error, "request_id": request_ids.current()}}


def handle(error: Exception, context: dict[str, Any]) -> Response:
    """The answer to whatever a view of the API raised (REST framework's exception handler)."""
    problem = _expected(error) or _unexpected(error)
    return Response(problem.as_json(), status=problem.status, headers=problem.headers)


def refused(error: exceptions.APIException) -> JsonResponse:
    """The same for a view that is none of REST framework's."""
    return _as_response(_of_framework(error))


@csrf_exempt
def no_such_route(request: HttpRequest) -> JsonResponse:
    """What stands at every other address under the API's."""
    message = _("There is nothing at this address.")
    if is_valid_path(request.path_info + "/") and not request.path_info.endswith("/"):
        message = _("There is nothing at this address. All addresses end with a slash.")
    return _as_response(Problem(404, "not_found", message))


def _as_response(problem: Problem) -> JsonResponse:
    return JsonResponse(problem.as_json(), status=problem.status, headers=problem.headers)


def _expected(error: Exception) -> Problem | None:
    match error:
        case exceptions.APIException():
            return _of_framework(error)
        case NotAllowed():
            return Problem(403, error.code, error.message)
        case ActionError():
            return Problem(409, error.code, error.message)
        case TooMany():
            wait = {"Retry-After": str(error.retry_after)}
            return Problem(429, "throttled", _("Too many requests. Wait a moment."), headers=wait)
        case BadCursor():
            message = _("This page does not exist. Take the cursor from a “next” link.")
            return Problem(404, "bad_cursor", message)
        case NotKept():
            return Problem(507, NOT_KEPT, " ".join(error.messages))
        case ValidationError():
            return _of_action(error)
        case Http404():
            return _of_framework(exceptions.NotFound())
        case PermissionDenied():
            return _of_framework(exceptions.PermissionDenied())
        case RequestDataTooBig():
            return _of_framework(TooLarge())
        case SuspiciousOperation() | UnreadablePostError():
            return Problem(400, "bad_request", _("The request cannot be read."))
        case Error() if _is_busy(error):
            logger.warning("The database is busy: %s", error)
            wait = {"Retry-After": str(BUSY_SECONDS)}
            return Problem(503, "busy", _("We are busy right now. Try again."), headers=wait)
    return None


def _unexpected(error: Exception) -> Problem:
    """A fault of ours: the log has everything, the answer only the number to find it by."""
    logger.error("API request %s failed", request_ids.current(), exc_info=error)
    return Problem(500, "server_error", _("Something went wrong here."))


def _of_framework(error: exceptions.APIException) -> Problem:
    if isinstance(error, exceptions.ValidationError):
        return _invalid(dict(_flat(error.get_full_details())))
    details: Any = error.get_full_details()
    headers = dict(getattr(error, "headers", {}))
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(math.ceil(wait))
    return Problem(error.status_code, details["code"], str(details["message"]), headers=headers)


def _of_action(error: ValidationError) -> Problem:
    """What an action refused; it does not know by which field the text came."""
    first = error.error_list[0] if hasattr(error, "error_list") else error
    return Problem(400, getattr(first, "code", None) or "invalid", " ".join(error.messages))


def _invalid(fields: dict[str, list[dict[str, str]]]) -> Problem:
    whole = fields.pop("", [])
    message = " ".join(entry["message"] for entry in whole) if whole else ""
    return Problem(400, "invalid", message or _("Some fields are not right."), fields)


def _flat(details: Any, path: str = "") -> Iterator[tuple[str, list[dict[str, str]]]]:
    """Nested details as `customer.email` and its errors; those of no field under an empty path."""
    if isinstance(details, dict):
        for name, inner in details.items():
            part = "" if name == "non_field_errors" else str(name)
            yield from _flat(inner, ".".join(filter(None, [path, part])))
    else:
        yield path, [{"code": str(d["code"]), "message": str(d["message"])} for d in details]


def _is_busy(error: Error) -> bool:
    """A lock or statement timeout, a deadlock, no connection, or a server that takes no writes."""
    if isinstance(error, OperationalError | InterfaceError):
        return True
    return getattr(error.__cause__, "sqlstate", None) == READ_ONLY
