"""Who calls the API: an API key in the `Authorization` header, and what its scopes allow.

Sessions are not looked at: a browser that is logged in has no rights here, so no page elsewhere
can make it use them.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, MethodNotAllowed, PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from tickets.models import ApiKey
from tickets.models.api_keys import hash_secret

if TYPE_CHECKING:  # whose module imports this one, by its settings
    from rest_framework.views import APIView

logger = logging.getLogger(__name__)


class ApiKeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer <secret>`; `request.auth` is the key. Nobody is logged in by it."""

    def authenticate(self, request: Request) -> tuple[AnonymousUser, ApiKey] | None:
        header = get_authorization_header(request)
        if not header:
            return None
        scheme, _space, secret = header.decode("latin-1").partition(" ")
        if scheme.lower() != "bearer":
            raise AuthenticationFailed(_("Send the API key as “Authorization: Bearer …”."))
        # The secret has 256 random bits and is looked up by its hash: nothing to compare slowly.
        keys = ApiKey.objects.valid().select_related("agent")
        key = keys.filter(hash=hash_secret(secret.strip())).first()
        if key is None:
            raise AuthenticationFailed(_("This API key does not exist, or it has ended."))
        key.mark_used()
        return AnonymousUser(), key

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


class HasScope(BasePermission):
    """The key has the scope that the view names for this method in `scopes`; None opens it to every key."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        key = request.auth
        if not isinstance(key, ApiKey):
            return False
        method = "GET" if request.method == "HEAD" else str(request.method)
        scopes: dict[str, Any] = getattr(view, "scopes", {})
        if method not in scopes:
            raise MethodNotAllowed(method)
        if scopes[method] is not None and scopes[method] not in key.scopes:
            logger.warning("API key %s was refused: it lacks %s.", key, scopes[method])
            raise PermissionDenied(
                _("This API key lacks the scope “%(scope)s”.") % {"scope": scopes[method]},
                code="missing_scope",
            )
        return True
