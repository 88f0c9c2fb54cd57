"""The web process: pages over HTTP, news over WebSockets, tools for assistants of others."""

import os
from collections.abc import Awaitable, Callable
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

django.setup(set_prefix=False)

from channels.auth import AuthMiddlewareStack  # noqa: E402  after the apps are ready
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402  as above
from django.conf import settings  # noqa: E402  as above

from bots import telling  # noqa: E402  as above
from helpdesk.mcp.server import McpServer  # noqa: E402  as above
from helpdesk.proxies import BehindProxies  # noqa: E402  as above
from helpdesk.request_bodies import Handler  # noqa: E402  as above
from tickets import watch  # noqa: E402  as above
from tickets.sockets.origins import FromOurPages  # noqa: E402  as above
from tickets.sockets.routing import websocket_urlpatterns  # noqa: E402  as above

mcp = McpServer(Handler())


async def lifespan(_scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """What runs beside the requests for as long as the process serves."""
    async with mcp.running():
        while (await receive())["type"] == "lifespan.startup":
            telling.load()
            watch.keep()
            await send({"type": "lifespan.startup.complete"})
    await send({"type": "lifespan.shutdown.complete"})


application = BehindProxies(
    ProtocolTypeRouter(
        {
            "lifespan": lifespan,
            "http": mcp,
            "websocket": FromOurPages(AuthMiddlewareStack(URLRouter(websocket_urlpatterns))),
        }
    ),
    proxies=settings.TRUSTED_PROXIES,
)
