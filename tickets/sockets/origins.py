"""Which pages may open a socket: our own, by scheme, host and port, as for forms that are sent.

A browser sends its cookies along with a socket that any page opens, from any port of the same host
too; the origin is the one thing that says which page it was.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

from channels.security.websocket import WebsocketDenier
from django.conf import settings
from django.http.request import split_domain_port, validate_host
from django.utils.http import is_same_domain

Scope = dict[str, Any]
Application = Callable[[Scope, Any, Any], Awaitable[None]]
Origin = tuple[str, str, int]

PORTS = {"http": 80, "https": 443}


class FromOurPages:
    """An ASGI application for sockets that only pages of ours may open."""

    def __init__(self, application: Application) -> None:
        self.application = application

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        application = self.application if is_ours(scope) else WebsocketDenier()
        await application(scope, receive, send)


def is_ours(scope: Scope) -> bool:
    """Whether the handshake names one origin, and that one is ours."""
    named = [value for name, value in scope["headers"] if name == b"origin"]
    origin = _origin(named[0].decode("latin-1")) if len(named) == 1 else None
    return origin is not None and (
        origin == _own(scope) or any(_fits(origin, ours) for ours in _configured())
    )


def _configured() -> Iterator[str]:
    yield settings.SITE_URL
    yield from settings.CSRF_TRUSTED_ORIGINS


def _fits(origin: Origin, ours: str) -> bool:
    """`ours` may begin with `https://*.`, as it may for forms."""
    scheme, host, port = origin
    named = _origin(ours.replace("*", "", 1))
    if named is None:
        return False
    same_host = is_same_domain(host, named[1]) if "*" in ours else host == named[1]
    return same_host and (scheme, port) == (named[0], named[2])


def _own(scope: Scope) -> Origin | None:
    """The origin of the pages that are served where the socket was asked for."""
    headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
    host = headers.get(b"host", "")
    if not validate_host(split_domain_port(host)[0], settings.ALLOWED_HOSTS):
        return None
    secure = scope.get("scheme") == "wss"
    if settings.SECURE_PROXY_SSL_HEADER:
        header, value = settings.SECURE_PROXY_SSL_HEADER
        name = header.removeprefix("HTTP_").replace("_", "-").lower().encode()
        secure = headers.get(name, "").split(",")[0].strip() == value
    return _origin(f"{'https' if secure else 'http'}://{host}")


def _origin(address: str) -> Origin | None:
    """Scheme, host and port of an address; None for what is no page on the web, like `null`."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in PORTS or not parts.hostname:
        return None
    return parts.scheme, parts.hostname, PORTS[parts.scheme] if port is None else port
