"""The OpenAPI description: each operation with its scope, its headers, and every error it may give."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast

from django.utils.text import slugify
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiParameter,
    OpenApiResponse,
    PolymorphicProxySerializer,
    extend_schema,
    extend_schema_serializer,
)
from rest_framework import serializers

from tickets.api import idempotency
from tickets.api.fields import Strict
from tickets.api.queries import CursorQuery
from tickets.models import Scope

Handler = TypeVar("Handler", bound=Callable[..., Any])

PROBLEMS = {
    400: "A parameter, a header or a field of the body is not right.",
    401: "No API key, or one that does not exist or has ended.",
    403: "The API key lacks the scope.",
    404: "It does not exist, or is not for you.",
    429: "More than 600 requests in a minute. `Retry-After` says how long to wait.",
    500: "A fault of the helpdesk's.",
    503: "Too busy. `Retry-After` says how long to wait.",
}
BODY_PROBLEMS = {
    411: "The body came without a Content-Length.",
    413: "The body is too large.",
    415: "The body is of another type than this one.",
}
FILE = "application/octet-stream"
SOME_BYTES = {"type": "string", "format": "binary", "minLength": 1}
_EMPTY = {"type": "string", "maxLength": 0}
KEY_PROBLEMS = {422: "The idempotency key was used with another request."}
IDEMPOTENCY_KEY = OpenApiParameter(
    idempotency.HEADER,
    {"type": "string", "pattern": f"^{idempotency.KEY}$"},
    OpenApiParameter.HEADER,
    description=f"Any text that names this one request, up to {idempotency.LONGEST_KEY} "
    "characters, a UUID for example. Sent again within a day with the same body it has no second "
    f"effect: the first answer comes again, with the header `{idempotency.REPLAYED}: true`.",
)


class Bytes:
    """A body or an answer that is a file."""


@extend_schema_serializer(component_name="FieldError")
class FieldErrorOut(serializers.Serializer[Any]):
    code = serializers.CharField()
    message = serializers.CharField()


@extend_schema_serializer(component_name="Error")
class ErrorOut(serializers.Serializer[Any]):
    code = serializers.CharField(help_text="For machines; it does not change.")
    message = serializers.CharField(help_text="For people; it may change.")
    fields = serializers.DictField(  # type: ignore[assignment]  # the name of the JSON field
        child=FieldErrorOut(many=True),
        required=False,
        help_text="By the field's path, like `customer.email`.",
    )
    request_id = serializers.CharField(
        help_text="The number of the request, as in the header `X-Request-ID`: tell it to the "
        "helpdesk's operators, who find it in their log."
    )


@extend_schema_serializer(component_name="Problem")
class ProblemOut(serializers.Serializer[Any]):
    """What every error looks like."""

    error = ErrorOut()


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "tickets.api.authentication.ApiKeyAuthentication"
    name = "ApiKey"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "`Authorization: Bearer hd_…`, with a key that the helpdesk's admin "
            "made. Each operation says which scope it needs: "
            + ", ".join(f"`{scope}`" for scope in Scope.values)
            + ".",
        }


def operation(
    summary: str,
    description: str = "",
    *,
    scope: Scope | None,
    answer: type[serializers.Serializer[Any] | Bytes] | None,
    query: type[Strict] | None = None,
    body: type[Strict | Bytes] | None = None,
    receipt: type[serializers.Serializer[Any]] | None = None,
    replaces: bool = False,
    more_problems: Mapping[int, str] | None = None,
) -> Callable[[Handler], Handler]:
    """Describe a view's method: what it takes, what it answers, and what it may refuse.

    `receipt` is what a key gets that may write and not read. What `replaces` has no second effect by
    itself; without an `answer` nothing is said but that it was done.
    """
    success = 204 if answer is None else 201 if body and not replaces else 200
    answers: Any = answer
    if receipt and answer:
        answers = PolymorphicProxySerializer(
            component_name=f"{slugify(summary).title().replace('-', '')}Answer",
            serializers=[cast(Any, answer), receipt],
            resource_type_field_name=None,
        )
    parameters: list[Any] = [query] if query else []
    sent: Any = {FILE: SOME_BYTES} if body is Bytes else body
    problems = PROBLEMS | (BODY_PROBLEMS if body else {}) | dict(more_problems or {})
    if body and not replaces:
        parameters.append(IDEMPOTENCY_KEY)
        problems |= KEY_PROBLEMS

    def describe(handler: Handler) -> Handler:
        # A method that takes a part of the address has something that may be missing, or a page.
        finds_one = len(inspect.signature(handler).parameters) > 2 or (
            query is not None and issubclass(query, CursorQuery)
        )
        finds_one = finds_one or 404 in (more_problems or {})
        responses: dict[Any, Any] = {success: answers}
        if answer is Bytes:
            responses = {(status, "*/*"): OpenApiTypes.BINARY for status in (200, 206)}
        for status, meaning in sorted(problems.items()):
            if status != 404 or finds_one:
                responses[status] = OpenApiResponse(ProblemOut, description=meaning)
        described: Handler = extend_schema(
            operation_id=slugify(summary).replace("-", "_"),
            tags=[scope.split(":")[0] if scope else "key"],
            summary=summary,
            description=f"{description}\n\nScope: {f'`{scope}`' if scope else 'any'}.".strip(),
            request=sent,
            responses=responses,
            parameters=parameters,
        )(handler)
        return described

    return describe


def complete(result: dict[str, Any], **_more: Any) -> dict[str, Any]:
    """What is the same for every operation, put into the finished description (a hook of its maker).

    An object has no fields beside those named, and every answer names its request. What a field is
    without a value stands in its description: generated clients take one with `default` for one that
    is always there, and would ask whoever opens a ticket for all of them.
    """
    for component in result["components"]["schemas"].values():
        if "properties" in component:
            component["additionalProperties"] = False
        for field in component.get("properties", {}).values():
            _say_once_that_it_may_be_empty(field)
            field.pop("default", None)
            _say_once_that_it_may_be_empty(field.get("items", {}))
    for methods in result["paths"].values():
        for operation in methods.values():
            if FILE in operation.get("requestBody", {}).get("content", ()):
                operation["requestBody"]["required"] = True
            for parameter in operation.get("parameters", ()):
                _say_once_that_it_may_be_empty(parameter["schema"])
            for status, answer in operation["responses"].items():
                answer["headers"] = _headers(int(status))
    return result


def _say_once_that_it_may_be_empty(field: dict[str, Any]) -> None:
    """A text whose pattern lets it be empty is described as exactly one of two that both let it."""
    filled, *others = field.get("oneOf", [{}])
    if others == [_EMPTY] and "pattern" in filled and re.match(filled["pattern"], ""):
        del field["oneOf"]
        field.update(filled)


def _headers(status: int) -> dict[str, Any]:
    found = {"X-Request-ID": ("string", "The number of the request.")}
    if status not in (401, 500, 503):
        found["RateLimit-Limit"] = ("integer", "How many requests the key may make in a minute.")
        found["RateLimit-Remaining"] = ("integer", "How many of them are left.")
        found["RateLimit-Reset"] = ("integer", "In how many seconds there is one more.")
    if status in (429, 503):
        found["Retry-After"] = ("integer", "How many seconds to wait.")
    return {
        name: {"schema": {"type": kind}, "description": meaning}
        for name, (kind, meaning) in found.items()
    }
