"""Which socket is served by which consumer."""

from django.urls import path, re_path

from tickets.sockets.base import Nowhere
from tickets.sockets.conversation import CustomerConversation, StaffConversation
from tickets.sockets.inbox import InboxConsumer

websocket_urlpatterns = [
    path("ws/conversations/<str:reference>/", CustomerConversation.as_asgi()),
    path("ws/workspace/<str:reference>/", StaffConversation.as_asgi()),
    path("ws/workspace/", InboxConsumer.as_asgi()),
    re_path("", Nowhere.as_asgi()),
]
