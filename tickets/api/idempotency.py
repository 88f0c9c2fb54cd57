"""`Idempotency-Key`: a POST that is sent again has no second effect, and gets the first answer."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from django.db import transaction
from django.utils.translation import gettext as _
from rest_framework import status
from rest_framework.exceptions import APIException, ParseError
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from tickets.api.files import SentFile
from tickets.models import ApiKey, IdempotentRequest

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
LONGEST_KEY = 200
KEY = f"[!-~]([ -~]{{0,{LONGEST_KEY - 2}}}[!-~])?"


class KeyedView(Protocol):
    """A view that knows by whose key it runs."""

    @property
    def key(self) -> ApiKey: ...


View = TypeVar("View", bound=KeyedView)
Parts = ParamSpec("Parts")
Handler = Callable[Concatenate[View, Request, Parts], Response]


class OtherBody(APIException):
    """The key was used for something else."""

    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_code = "idempotency_key_reused"

    def __init__(self) -> None:
        super().__init__(_("This idempotency key was used with another request. Take a new one."))


def idempotent(handler: Handler[View, Parts]) -> Handler[View, Parts]:
    """Run a POST in one transaction, together with the record of its answer.

    Of requests at the same instant the first has the row, and the others wait for its end: then
    they find its answer, or, if it failed and left nothing, one of them is the first. So a request
    that was refused may be put right and sent again with the same key.
    """

    @wraps(handler)
    def once(
        view: View, request: Request, /, *args: Parts.args, **kwargs: Parts.kwargs
    ) -> Response:
        key = _key(request)
        fingerprint = _fingerprint(request)
        with transaction.atomic():
            if key is None:
                return handler(view, request, *args, **kwargs)
            record, is_first = IdempotentRequest.objects.claim(
                api_key=view.key, key=key, fingerprint=fingerprint
            )
            if record.fingerprint != fingerprint:
                raise OtherBody
            if not is_first:
                return Response(
                    json.loads(record.body or "null"),
                    status=record.status,
                    headers={REPLAYED: "true"},
                )
            response = handler(view, request, *args, **kwargs)
            # As text, because a JSON column would put the fields into another order.
            record.keep(
                status=response.status_code, body=JSONRenderer().render(response.data).decode()
            )
            return response

    return once


def _key(request: Request) -> str | None:
    key: str | None = request.headers.get(HEADER)
    if key is None:
        return None
    if not re.fullmatch(KEY, key):
        raise ParseError(
            _("An idempotency key has 1 to %(longest)d printable characters.")
            % {"longest": LONGEST_KEY},
            code="bad_idempotency_key",
        )
    return key


def _fingerprint(request: Request) -> str:
    """What makes two requests the same: the address and the meaning of the body, not its spaces."""
    body: Any = request.data
    if isinstance(body, SentFile):
        body = [body.digest, request.query_params.dict()]
    meaning = json.dumps([request.method, request.path, body], sort_keys=True)
    return hashlib.sha256(meaning.encode()).hexdigest()
