"""The web process: pages over HTTP, news over WebSockets."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")
django.setup(set_prefix=False)

from channels.auth import AuthMiddlewareStack  # noqa: E402  after the apps are ready
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402  as above
from django.conf import settings  # noqa: E402  as above

from helpdesk.proxies import BehindProxies  # noqa: E402  as above
from helpdesk.request_bodies import Handler  # noqa: E402  as above
from tickets.sockets.origins import FromOurPages  # noqa: E402  as above
from tickets.sockets.routing import websocket_urlpatterns  # noqa: E402  as above

application = BehindProxies(
    ProtocolTypeRouter(
        {
            "http": Handler(),
            "websocket": FromOurPages(AuthMiddlewareStack(URLRouter(websocket_urlpatterns))),
        }
    ),
    proxies=settings.TRUSTED_PROXIES,
)
