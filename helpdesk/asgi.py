"""The web process: pages over HTTP, news over WebSockets."""

import os
from collections.abc import Awaitable, Callable
from typing import Any

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

django_application = get_asgi_application()

from channels.auth import AuthMiddlewareStack  # noqa: E402  after the apps are ready
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402  as above
from channels.security.websocket import AllowedHostsOriginValidator  # noqa: E402  as above

from tickets import watch  # noqa: E402  as above
from tickets.sockets.routing import websocket_urlpatterns  # noqa: E402  as above


async def lifespan(_scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """What runs beside the requests for as long as the process serves."""
    while (await receive())["type"] == "lifespan.startup":
        watch.keep()
        await send({"type": "lifespan.startup.complete"})
    await send({"type": "lifespan.shutdown.complete"})


application = ProtocolTypeRouter(
    {
        "lifespan": lifespan,
        "http": django_application,
        "websocket": AllowedHostsOriginValidator(
            AuthMiddlewareStack(URLRouter(websocket_urlpatterns))
        ),
    }
)
