"""The web process: pages over HTTP, news over WebSockets."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")
django.setup(set_prefix=False)

from channels.auth import AuthMiddlewareStack  # noqa: E402  after the apps are ready
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402  as above
from channels.security.websocket import AllowedHostsOriginValidator  # noqa: E402  as above

from helpdesk.request_bodies import Handler  # noqa: E402  as above
from tickets.sockets.routing import websocket_urlpatterns  # noqa: E402  as above

application = ProtocolTypeRouter(
    {
        "http": Handler(),
        "websocket": AllowedHostsOriginValidator(
            AuthMiddlewareStack(URLRouter(websocket_urlpatterns))
        ),
    }
)
