"""A connection to a mail server: to an address that was looked at, with a bound on time and size."""

from __future__ import annotations

import imaplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from imapclient import IMAPClient, SocketTimeout

from tickets import networks
from tickets.email.fetching import oauth, troubles
from tickets.email.fetching.troubles import Trouble, unsealed
from tickets.models import LogIn, Mailbox, Security

CONNECT_SECONDS, SILENT_SECONDS = 10, 30
LARGEST = 40 * 1024 * 1024  # bytes of a mail that is taken
_LITERAL = LARGEST + 64 * 1024  # a server that announces more is not believed


class Imap(imaplib.IMAP4):
    """Python's own, which goes to the very address that was looked at and believes no large size."""

    def __init__(self, host: str, port: int, address: str, context: ssl.SSLContext | None) -> None:
        self._address, self._context = address, context
        self.announced = 0  # bytes, since the last question
        super().__init__(host, port, timeout=CONNECT_SECONDS)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        plain = socket.create_connection((self._address, self.port), timeout)
        if self._context is None:
            return plain
        try:
            return self._context.wrap_socket(plain, server_hostname=self.host)
        except BaseException:
            plain.close()
            raise

    def read(self, size: int) -> bytes:
        self.announced += size
        if self.announced > _LITERAL:
            raise self.abort("The server announces more than was asked for.")
        return super().read(size)


class Connection(IMAPClient):  # type: ignore[misc]  # it has no types
    """A server that we are connected to."""

    def __init__(self, mailbox: Mailbox, address: str) -> None:
        self._address = address
        super().__init__(
            mailbox.imap_host,
            port=mailbox.imap_port,
            ssl=mailbox.imap_security == Security.TLS,
            ssl_context=ssl.create_default_context(),
            timeout=SocketTimeout(CONNECT_SECONDS, SILENT_SECONDS),
        )
        self.normalise_times = False  # they say their zone

    def _create_IMAP4(self) -> Imap:  # noqa: N802 - the name that it has there
        context = self.ssl_context if self.ssl else None
        return Imap(self.host, self.port, self._address, context)

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Cut the connection if this takes longer, however busy the server seems."""
        self._imap.announced = 0
        timer = threading.Timer(seconds, self.cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def cut(self) -> None:
        """End it at once, also while another thread reads."""
        with suppress(OSError):
            self._imap.sock.shutdown(socket.SHUT_RDWR)

    def has_idle(self) -> bool:
        return bool(self.has_capability("IDLE"))


@contextmanager
def opened(mailbox: Mailbox, *, seconds: float = 60) -> Iterator[Connection]:
    """Connected and logged in, within so many seconds. Raises Trouble, and nothing else of its own."""
    with _explained(mailbox):
        connection = Connection(mailbox, address_of(mailbox))
    try:
        with _explained(mailbox), connection.within(seconds):
            if mailbox.imap_security == Security.STARTTLS:
                connection.starttls(ssl.create_default_context())
            _log_in(connection, mailbox)
        yield connection
    finally:
        _leave(connection)


def address_of(mailbox: Mailbox) -> str:
    """The network address that the server's name has now. Raises Trouble, or OSError without any."""
    found = socket.getaddrinfo(mailbox.imap_host, mailbox.imap_port, type=socket.SOCK_STREAM)
    addresses = [str(one[4][0]) for one in found]
    inside = not all(map(networks.is_public, addresses))
    if inside and not settings.MAIL_FROM_OWN_NETWORK:
        raise Trouble(
            _(
                "%(host)s is in a network of our own. Whoever runs the helpdesk can allow that with "
                "the setting MAIL_FROM_OWN_NETWORK."
            )
            % {"host": mailbox.imap_host},
            lasts=True,
        )
    if mailbox.imap_security == Security.NONE and not inside:
        raise Trouble(
            _(
                "Over the internet mail is fetched with TLS or STARTTLS only: the password is read else."
            ),
            lasts=True,
        )
    return addresses[0]


def _log_in(connection: Connection, mailbox: Mailbox) -> None:
    if mailbox.log_in == LogIn.OAUTH:
        connection.oauth2_login(mailbox.imap_user, oauth.access_token(mailbox))
        return
    password = unsealed(mailbox.imap_password)
    if (mailbox.imap_user + password).isascii():
        connection.login(mailbox.imap_user, password)
    else:  # which LOGIN cannot carry
        connection.plain_login(mailbox.imap_user, password)


@contextmanager
def _explained(mailbox: Mailbox) -> Iterator[None]:
    """What goes wrong in here is raised as the trouble that it is."""
    try:
        yield
    except Exception as error:
        raise troubles.of(error, mailbox) from error


def _leave(connection: Any) -> None:
    with suppress(Exception), connection.within(2):
        connection.logout()
    with suppress(Exception):
        connection.shutdown()
