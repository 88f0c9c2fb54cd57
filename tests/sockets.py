"""A WebSocket in tests: our consumers behind the same routes and log-ins as in the web process.

(`channels.testing` has one too, but cannot be imported without a server that is not used here.)
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, ParamSpec, TypeVar

from asgiref.testing import ApplicationCommunicator
from channels.auth import AuthMiddlewareStack
from channels.db import DatabaseSyncToAsync
from channels.routing import URLRouter
from django.conf import settings
from django.test import Client

from tickets.models import User
from tickets.sockets.routing import websocket_urlpatterns

P = ParamSpec("P")
R = TypeVar("R")

SILENCE = 0.4  # seconds; whoever has said nothing for so long says nothing
PATIENCE = 10.0  # seconds to wait for what must come

_application = AuthMiddlewareStack(URLRouter(websocket_urlpatterns))


async def do(work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Database work in a thread, as everywhere beside sockets; committed when it returns."""
    found: R = await DatabaseSyncToAsync(work, thread_sensitive=False)(*args, **kwargs)
    return found


def session_cookie(user: User) -> str:
    """The cookie of a browser in which `user` is logged in."""
    client = Client()
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


class Socket:
    """One open WebSocket, seen from the browser."""

    def __init__(self, path: str, cookie: str = "") -> None:
        scope = {
            "type": "websocket",
            "path": path,
            "query_string": b"",
            "headers": [(b"cookie", cookie.encode())] if cookie else [],
            "subprotocols": [],
        }
        # asgiref's own tools for tests have no types
        self._asgi: Any = ApplicationCommunicator(_application, scope)  # type: ignore[no-untyped-call]

    async def connect(self) -> None:
        await self._asgi.send_input({"type": "websocket.connect"})
        answer = await self._asgi.receive_output(PATIENCE)
        assert answer["type"] == "websocket.accept", answer

    async def send(self, data: str | bytes) -> None:
        """A frame as it is: text or binary."""
        name = "bytes" if isinstance(data, bytes) else "text"
        await self._asgi.send_input({"type": "websocket.receive", name: data})

    async def frame(self) -> dict[str, Any]:
        """The next frame. Fails if it does not come."""
        answer = await self._asgi.receive_output(PATIENCE)
        assert answer["type"] == "websocket.send", answer
        found: dict[str, Any] = json.loads(answer["text"])
        return found

    async def frames(self, until: str = "") -> list[dict[str, Any]]:
        """What comes until it is silent; but a frame of the kind `until` is waited for."""
        found: list[dict[str, Any]] = []
        while until and not any(until in (one["type"], one.get("kind")) for one in found):
            found.append(await self.frame())
        while not await self._asgi.receive_nothing(SILENCE, 0.02):
            found.append(await self.frame())
        return found

    async def end(self) -> tuple[list[dict[str, Any]], int]:
        """Every frame until the server closes it, and the code with which it does."""
        found: list[dict[str, Any]] = []
        while (answer := await self._asgi.receive_output(PATIENCE))["type"] != "websocket.close":
            found.append(json.loads(answer["text"]))
        return found, int(answer["code"])

    async def close_code(self) -> int:
        """The code with which the server closes it; frames before that are passed over."""
        return (await self.end())[1]

    async def is_silent(self) -> bool:
        """Whether the server says nothing at all, no frame and no close."""
        return bool(await self._asgi.receive_nothing(SILENCE, 0.02))

    async def leave(self) -> None:
        """The browser goes away."""
        await self._asgi.send_input({"type": "websocket.disconnect", "code": 1001})
        await self._asgi.wait(PATIENCE)


@asynccontextmanager
async def open_socket(path: str, cookie: str = "") -> AsyncIterator[Socket]:
    """A socket that has connected and listens (its groups are joined); it leaves at the end."""
    socket = Socket(path, cookie)
    await socket.connect()
    # Frames are read only once connecting is through, so an answer says that it listens.
    await socket.send('{"type": "are you there"}')
    assert (await socket.frame())["type"] == "error"
    try:
        yield socket
    finally:
        await socket.leave()
