"""What every view of the API does first: the key, its scope, its limit, the address's parameters."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.translation import gettext as _
from limits import parse
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from tickets import limits
from tickets.actors import Actor
from tickets.api.fields import Strict
from tickets.api.serializers import NoQuery
from tickets.models import ApiKey, Scope

REQUESTS = parse("600/minute")  # per key


class LengthRequired(APIException):
    """A body in chunks: its length is not known before it is read."""

    status_code = 411
    default_code = "length_required"

    def __init__(self) -> None:
        super().__init__(_("Send the body in one piece, with its Content-Length."))


class ApiView(APIView):
    """`scopes` names the scope for each method, `query` the parameters that the address may have."""

    scopes: ClassVar[dict[str, Scope]]
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

    def perform_content_negotiation(
        self, request: Request, force: bool = False
    ) -> tuple[JSONRenderer, str]:
        """JSON, whatever the caller accepts: so an error is, too."""
        return JSONRenderer(), JSONRenderer.media_type

    def check_throttles(self, request: Request) -> None:
        """Count the request. Raises TooMany. While Redis is away each process counts for itself."""
        self.counted = True
        limits.spend(REQUESTS, "api", self.key.hash)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Say how many requests are left to the key, whatever the answer."""
        if self.counted:
            left = limits.left(REQUESTS, "api", self.key.hash)
            response["RateLimit-Limit"] = str(left.limit)
            response["RateLimit-Remaining"] = str(left.uses)
            response["RateLimit-Reset"] = str(left.one_more_in)
        return super().finalize_response(request, response, *args, **kwargs)

    @property
    def key(self) -> ApiKey:
        key = self.request.auth
        assert isinstance(key, ApiKey), "HasScope lets nobody through without one."
        return key

    @property
    def actor(self) -> Actor:
        return Actor.integrator(self.key)

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
