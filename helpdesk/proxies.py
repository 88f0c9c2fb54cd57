"""Who called, behind our own proxies: said once, at the door, so that everything counts the same.

A client may write anything into `X-Forwarded-For`. Each proxy adds the address that it saw, so the
entry that counts is the one which the outermost of ours added: as far from the right as there are
proxies. With none, the header counts for nothing. What is found takes the place of the peer's
address, and the header goes, so that nothing behind this can read it in another way.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Application = Callable[[Any, Any, Any], Awaitable[None]]

HEADER = b"x-forwarded-for"


class BehindProxies:
    """An ASGI application whose requests and sockets come through so many proxies of ours."""

    def __init__(self, application: Application, proxies: int) -> None:
        self.application = application
        self.proxies = proxies

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] in ("http", "websocket"):
            scope = self.as_seen_by_the_outermost(scope)
        await self.application(scope, receive, send)

    def as_seen_by_the_outermost(self, scope: Scope) -> Scope:
        """The same with the caller's address, if it came through all of our proxies."""
        lines = [value.decode("latin-1") for name, value in scope["headers"] if name == HEADER]
        seen = ",".join(lines).split(",")
        kept = [(name, value) for name, value in scope["headers"] if name != HEADER]
        client = scope.get("client")
        if 0 < self.proxies <= len(seen) and (address := _address(seen[-self.proxies])):
            client = [address, 0]
        return {**scope, "headers": kept, "client": client}


def _address(entry: str) -> str:
    """The address of an entry, which may have a port; "" if it is none."""
    entry = entry.strip()
    if entry.startswith("["):
        entry = entry[1:].partition("]")[0]
    elif entry.count(":") == 1:
        entry = entry.partition(":")[0]
    try:
        return str(ipaddress.ip_address(entry))
    except ValueError:
        return ""
