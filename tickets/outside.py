"""Requests to servers of somebody else: which of them may be asked, and how large an answer may be.

Whoever names such an address may name any. It is looked up when something is sent, and the connection
goes to the very network address that was looked at: a name that points elsewhere a moment later gains
nothing. No redirect is followed: it would lead anywhere.
"""

from __future__ import annotations

import ipaddress
import socket
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import urllib3
from django.utils.translation import gettext as _

from tickets import networks

CONNECT_SECONDS = 5.0
LONGEST_ANSWER = 256 * 1024  # bytes
_CHUNK = 16 * 1024  # bytes


class Refused(ValueError):
    """It is no address that may be asked."""


class NoAnswer(Exception):
    """No answer came that could be read to its end."""

    may_have_arrived = True  # what was sent


class NotReached(NoAnswer):
    """Nobody is there."""

    may_have_arrived = False


class NotBelieved(NotReached):
    """Its certificate is not right, so nothing was sent."""


class TooSlow(NoAnswer):
    """Time was up."""


class TooMuch(NoAnswer):
    """The answer is longer than it may be."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The parts of an address: what the server is called, and what is asked for there."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def server(self) -> str:
        """The server's name, with its port where that is not the usual one."""
        usual = {"https": 443, "http": 80}[self.scheme]
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == usual else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        return f"{self.scheme}://{self.server}"


@dataclass(frozen=True, slots=True)
class Answered:
    """What a server said."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def read(address: str, *, plain: bool = False) -> Endpoint:
    """The parts of an https address, with `plain` of an http address too. Raises Refused."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError as error:
        raise Refused(str(error)) from error
    schemes = ("https", "http") if plain else ("https",)
    if parts.scheme not in schemes or not parts.hostname or "@" in parts.netloc:
        raise Refused("It is no https address.")
    if not address.isascii() or not address.isprintable() or " " in address:
        raise Refused("It has characters that no address has.")
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    return Endpoint(
        parts.scheme, parts.hostname, port or (443 if parts.scheme == "https" else 80), path or "/"
    )


def look_up(endpoint: Endpoint, *, inside: bool = False, allowed: Sequence[str] = ()) -> str:
    """The network address that its name has now. Raises Refused, or NotReached without any.

    It has to be on the internet, or in one of the networks `allowed` ("10.20.0.0/16"); with `inside`
    it may be anywhere. If one of several may not be asked, none is: which one is taken would be chance.
    """
    try:
        found = socket.getaddrinfo(endpoint.host, endpoint.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotReached from error
    addresses = [str(one[4][0]) for one in found]
    if not inside and not all(
        networks.is_public(one) or lies_in(one, allowed) for one in addresses
    ):
        raise Refused("It leads into a network of our own.")
    return addresses[0]


def send(
    endpoint: Endpoint,
    *,
    body: bytes,
    headers: Mapping[str, str],
    seconds: float,
    allowed: Sequence[str] = (),
    longest: int = LONGEST_ANSWER,
    cut: bool = False,
    method: str = "POST",
) -> Answered:
    """Look it up and send `body` there; without encryption only into a network that is `allowed`.

    Raises Refused and NoAnswer.
    """
    address = look_up(endpoint, allowed=allowed)
    if endpoint.scheme == "http" and not lies_in(address, allowed):
        raise Refused("Without encryption only networks of our own are asked.")
    return post(
        endpoint,
        address,
        body=body,
        headers=headers,
        seconds=seconds,
        longest=longest,
        cut=cut,
        method=method,
    )


def in_words(error: Refused | NoAnswer, *, seconds: float = 0) -> str:
    """Why nothing came back, for staff."""
    if isinstance(error, Refused):
        return _(
            "Its address leads into a network of our own that is not named among those allowed."
        )
    if isinstance(error, NotBelieved):
        return _("Its certificate is not believed.")
    if isinstance(error, NotReached):
        return _("It cannot be reached.")
    if isinstance(error, TooSlow):
        return _("No answer came within %(seconds)d seconds.") % {"seconds": seconds}
    return _("It broke the connection off.")


def post(
    endpoint: Endpoint,
    address: str,
    *,
    body: bytes,
    headers: Mapping[str, str],
    seconds: float,
    longest: int = LONGEST_ANSWER,
    cut: bool = False,
    method: str = "POST",
) -> Answered:
    """Send `body` to the network `address` that was looked up. Raises NoAnswer within some `seconds`.

    With `cut` the status is what counts: of the answer so much is read as comes in time and is short
    enough.
    """
    until = time.monotonic() + seconds
    sent = {"Host": endpoint.server, "Accept-Encoding": "identity", **headers}
    try:
        with _pool(endpoint, address, seconds) as pool:
            answer = pool.urlopen(
                method,
                endpoint.path,
                body=body,
                headers=sent,
                redirect=False,
                preload_content=False,
                decode_content=False,  # nothing that grows when it is unpacked
            )
            try:
                read = _body(answer, longest=longest, until=until, cut=cut)
                return Answered(answer.status, answer.headers, read)
            finally:
                answer.close()
    except (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError) as error:
        raise NotReached from error
    except urllib3.exceptions.SSLError as error:
        raise NotBelieved from error
    except (urllib3.exceptions.TimeoutError, TimeoutError) as error:
        raise TooSlow from error
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise NoAnswer from error


def _body(answer: urllib3.BaseHTTPResponse, *, longest: int, until: float, cut: bool) -> bytes:
    """All of it. A server that sends it drop by drop is not waited for."""
    body = b""
    try:
        while chunk := answer.read1(_CHUNK):
            body += chunk
            if len(body) > longest:
                raise TooMuch
            if time.monotonic() > until:
                raise TimeoutError
    except (TooMuch, OSError, urllib3.exceptions.HTTPError):
        if not cut:
            raise
    return body[:longest]


def lies_in(address: str, allowed: Sequence[str]) -> bool:
    """Whether a network address belongs to one of these networks."""
    ip = ipaddress.ip_address(address.split("%")[0])
    return any(ip in ipaddress.ip_network(one) for one in allowed)


def _pool(endpoint: Endpoint, address: str, seconds: float) -> urllib3.HTTPConnectionPool:
    timeout = urllib3.Timeout(total=seconds, connect=min(seconds, CONNECT_SECONDS))
    if endpoint.scheme == "http":  # only where it is allowed
        return urllib3.HTTPConnectionPool(address, endpoint.port, timeout=timeout, retries=False)
    return urllib3.HTTPSConnectionPool(
        address,
        endpoint.port,
        timeout=timeout,
        retries=False,
        cert_reqs="CERT_REQUIRED",
        server_hostname=endpoint.host,
        assert_hostname=endpoint.host,
    )
