"""Where a push may be sent: to an address on the internet, by https, and never into our own network.

The address comes from a browser, so whoever logs in can name any. It is looked up when something is
sent, and the connection goes to the very address that was looked at: a name that points elsewhere a
moment later gains nothing.
"""

from __future__ import annotations

import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

from tickets import networks


class Refused(ValueError):
    """It is no address that a push may be sent to."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The parts of an address: what the server is called, and what is asked for there."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def origin(self) -> str:
        usual = {"https": 443, "http": 80}[self.scheme]
        return f"{self.scheme}://{self.host}" + ("" if self.port == usual else f":{self.port}")


def read(address: str) -> Endpoint:
    """The parts of an address whose form is allowed. Raises Refused."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError as error:
        raise Refused(str(error)) from error
    schemes = ("https", "http") if settings.PUSH_INTO_OWN_NETWORK else ("https",)
    if parts.scheme not in schemes or not parts.hostname or "@" in parts.netloc:
        raise Refused("It is no https address.")
    if not address.isascii() or not address.isprintable() or " " in address:
        raise Refused("It has characters that no address has.")
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    return Endpoint(
        parts.scheme, parts.hostname, port or (443 if parts.scheme == "https" else 80), path or "/"
    )


def look_up(endpoint: Endpoint) -> str:
    """The network address that its name has now. Raises Refused, or OSError without any.

    If one of several is in a network of our own, all are refused: which one would be taken is chance.
    """
    found = socket.getaddrinfo(endpoint.host, endpoint.port, type=socket.SOCK_STREAM)
    addresses = [str(one[4][0]) for one in found]
    if not settings.PUSH_INTO_OWN_NETWORK and not all(map(networks.is_public, addresses)):
        raise Refused("It leads into a network of our own.")
    return addresses[0]
