"""Conversations that are open on a screen: the sockets of both sides, and who may not have one."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from asgiref.testing import ApplicationCommunicator
from django.conf import settings as configured
from django.test import Client

from helpdesk.asgi import application
from tests.sockets import PATIENCE, Socket, do, open_socket, session_cookie
from tickets import access
from tickets.models import Customer, Ticket, User

CANARY = "canary3141"


def path(ticket: Ticket) -> str:
    return f"/ws/conversations/{ticket.reference}/"


def staff_path(ticket: Ticket) -> str:
    return f"/ws/workspace/{ticket.reference}/"


def browser_of(customer: Customer) -> Client:
    """A browser in which this customer is known: by their log-in, else as a visitor."""
    client = Client()
    if customer.user is not None:
        client.force_login(customer.user, backend=configured.AUTHENTICATION_BACKENDS[0])
    else:
        session = client.session
        access.remember(session, customer)
        session.save()
    return client


def cookie_of(client: Client) -> str:
    return "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())


@asynccontextmanager
async def customers_socket(ticket: Ticket) -> AsyncIterator[Socket]:
    """The customer's page of this conversation, open and told everything so far."""
    cookie = await do(lambda: cookie_of(browser_of(ticket.customer)))
    async with open_socket(path(ticket), cookie) as socket:
        await hello(socket)
        yield socket


@asynccontextmanager
async def agents_socket(ticket: Ticket, agent: User) -> AsyncIterator[Socket]:
    """An agent's screen of this conversation, open and told everything so far."""
    async with open_socket(staff_path(ticket), await do(session_cookie, agent)) as socket:
        await hello(socket)
        yield socket


async def hello(socket: Socket, after: int = 0) -> dict[str, Any]:
    await socket.send(json.dumps({"type": "hello", "after": after}))
    return await socket.frame()


async def refused(route: str, cookie: str = "") -> int:
    """The code with which a socket is closed that says hello at once; it got no frame before."""
    socket = Socket(route, cookie)
    await socket.connect()
    await socket.send('{"type": "hello", "after": 0}')
    await socket.send('{"type": "typing"}')
    frames, code = await socket.end()
    assert frames == []
    assert await socket.is_silent(), "what was sent after the close is not heard"
    await socket.leave()
    return code


def positions(frame: dict[str, Any]) -> list[int]:
    return [item["position"] for item in frame["items"]]


async def handshake(ticket: Ticket, *origins: bytes, host: bytes = b"localhost:8000") -> str:
    """How the web process answers a handshake: `websocket.accept` or `websocket.close`."""
    cookie = await do(lambda: cookie_of(browser_of(ticket.customer)))
    headers = [(b"host", host), (b"cookie", cookie.encode())]
    headers += [(b"origin", origin) for origin in origins]
    scope = {
        "type": "websocket",
        "path": path(ticket),
        "query_string": b"",
        "headers": headers,
        "subprotocols": [],
    }
    # asgiref's own tools for tests have no types
    asgi: Any = ApplicationCommunicator(application, scope)  # type: ignore[no-untyped-call]
    await asgi.send_input({"type": "websocket.connect"})
    answer = await asgi.receive_output(PATIENCE)
    await asgi.send_input({"type": "websocket.disconnect", "code": 1001})
    await asgi.wait(PATIENCE)
    return str(answer["type"])
