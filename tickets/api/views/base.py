"""What every view of the API does first: the key, its scope, its limit, the address's parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from limits import parse
from rest_framework import serializers
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tickets.actions import NotAllowed
from tickets.actors import Actor
from tickets.api.fields import Strict
from tickets.api.queries import NoQuery
from tickets.intake import limits
from tickets.models import ApiKey, Scope

REQUESTS = parse("600/minute")  # per key


class LengthRequired(APIException):
    """A body in chunks: its length is not known before it is read."""

    status_code = 411
    default_code = "length_required"

    def __init__(self) -> None:
        super().__init__(_("Send the body in one piece, with its Content-Length."))


class ApiView(APIView):
    """`scopes` names the scope for each method, `query` the parameters that the address may have.

    What a write answers is for keys that have the scope `reads` as well. The others get the
    `receipt` of it: what their own request made, and nothing that was known here before.
    """

    scopes: ClassVar[Mapping[str, Scope | None]]
    reads: ClassVar[Scope] = Scope.TICKETS_READ
    receipt: ClassVar[type[serializers.Serializer[Any]] | None] = None
    query: ClassVar[dict[str, type[Strict]]] = {}
    metadata_class = None
    http_method_names = ["get", "head", "post"]

    parameters: dict[str, Any]
    counted = False  # whether the request counts among those that the key may make

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if "Transfer-Encoding" in request.headers and "Content-Length" not in request.headers:
            raise LengthRequired
        self.parameters = self._parameters(request)

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        """What the key may learn, also of an answer that is sent again; and what is left to it."""
        writes = request.method == "POST" or (request.method in ("PATCH", "PUT") and self.receipt)
        if writes and response.status_code < 300 and not self.may_read:
            known = self.receipt().fields if self.receipt else {}
            response.data = {name: response.data[name] for name in known}
        if self.counted:
            left = limits.left(REQUESTS, "api", self.key.hash)
            response["RateLimit-Limit"] = str(left.limit)
            response["RateLimit-Remaining"] = str(left.uses)
            response["RateLimit-Reset"] = str(left.one_more_in)
        found: Response = super().finalize_response(request, response, *args, **kwargs)
        return found

    @property
    def may_read(self) -> bool:
        return self.reads in self.key.scopes

    def perform_content_negotiation(
        self, request: Request, force: bool = False
    ) -> tuple[JSONRenderer, str]:
        """JSON, whatever the caller accepts: so an error is, too."""
        return JSONRenderer(), JSONRenderer.media_type

    def check_throttles(self, request: Request) -> None:
        """Count the request. Raises TooMany. While Redis is away each process counts for itself."""
        self.counted = True
        limits.spend(REQUESTS, "api", self.key.hash)

    @property
    def key(self) -> ApiKey:
        key = self.request.auth
        assert isinstance(key, ApiKey), "HasScope lets nobody through without one."
        return key

    @property
    def actor(self) -> Actor:
        return Actor.integrator(self.key)

    @property
    def agent(self) -> Actor:
        """For whom the key acts. Raises NotAllowed if they do not work here any more."""
        actor = Actor.for_agent(self.key)
        if not actor.works_here:
            raise NotAllowed
        return actor

    def taken(self, serializer: type[Strict]) -> dict[str, Any]:
        """The request's body, checked. Raises ValidationError."""
        return _valid(serializer(data=self.request.data))

    def _parameters(self, request: Request) -> dict[str, Any]:
        for name, values in request.query_params.lists():
            if len(values) > 1:
                twice = [f"“{name[:100]}” stands in the address twice."]
                raise ValidationError({name[:100]: twice}, code="repeated")
        query = self.query.get("GET" if request.method == "HEAD" else str(request.method), NoQuery)
        return _valid(query(data=request.query_params.dict()))


def _valid(serializer: Strict) -> dict[str, Any]:
    serializer.is_valid(raise_exception=True)
    found: dict[str, Any] = serializer.validated_data
    return found
