"""Calls the helpdesk's own API in this process, with the key of whoever asked.

So keys, scopes, limits, what may be seen, the audit and the words of errors are those of the API, and
there is no second way to anything.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Any, Any, Any], Awaitable[None]]  # ASGI, of which each framework has its own types

TAKEN_ALONG = (b"authorization", b"host", b"accept-language")


@dataclass(slots=True)
class Answer:
    """What the API answered."""

    status: int = 500
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytes = b""

    @property
    def is_fine(self) -> bool:
        return self.status < 300

    @property
    def data(self) -> Any:
        return json.loads(self.body) if self.body else {}


async def call(
    app: App,
    asked: Mapping[str, Any],
    method: str,
    path: str,
    *,
    query: Mapping[str, Any] | None = None,
    body: Mapping[str, Any] | None = None,
    request_key: str = "",
) -> Answer:
    """`asked` is the ASGI scope of the request that wants to know: its key and its address go along."""
    raw = json.dumps(body).encode() if body is not None else b""
    headers = [(name, value) for name, value in asked["headers"] if name in TAKEN_ALONG]
    if body is not None:
        headers.append((b"content-type", b"application/json"))
        headers.append((b"content-length", str(len(raw)).encode()))
    if request_key:
        headers.append((b"idempotency-key", request_key.encode("latin-1", "replace")))
    scope = {
        **{name: asked[name] for name in ("asgi", "client", "server", "scheme") if name in asked},
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": urlencode(query or {}).encode(),
        "headers": headers,
    }
    answer, sent = Answer(), False

    async def receive() -> Message:
        nonlocal sent
        if sent:
            await asyncio.Event().wait()  # nobody hangs up
        sent = True
        return {"type": "http.request", "body": raw, "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            answer.status, answer.headers = message["status"], list(message["headers"])
        else:
            answer.body += message.get("body", b"")

    await app(scope, receive, send)
    return answer
