"""`manage.py fetch_mail`, a process of its own, killed (SIGKILL) at the moment that matters."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection

from tests.mail_server import MailServer
from tests.tickets.email.fetched import Fetcher, a_mail, mailbox_at, subjects, wait_until
from tests.tickets.parallel import real_transactions
from tickets.models import IncomingMail, Mailbox

pytestmark = real_transactions


class Between:
    """Passes on what a program and a mail server say to each other, but one command it keeps to itself."""

    def __init__(self, port: int, withheld: bytes) -> None:
        self.port, self.withheld = port, withheld
        self.reached = threading.Event()
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.sockets: list[socket.socket] = []
        threading.Thread(target=self._take, daemon=True).start()

    @property
    def own_port(self) -> int:
        return int(self.listening.getsockname()[1])

    def close(self) -> None:
        for one in (self.listening, *self.sockets):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _take(self) -> None:
        with suppress(OSError):
            while True:
                client, _address = self.listening.accept()
                server = socket.create_connection(("127.0.0.1", self.port))
                self.sockets += [client, server]
                for pair in ((client, server, True), (server, client, False)):
                    threading.Thread(target=self._pass_on, args=pair, daemon=True).start()

    def _pass_on(self, source: socket.socket, to: socket.socket, asks: bool) -> None:
        with suppress(OSError):
            while said := source.recv(65536):
                if asks and self.withheld in said:
                    self.reached.set()
                    return
                to.sendall(said)


@pytest.fixture
def between(dovecot: MailServer) -> Iterator[Between]:
    between = Between(dovecot.port, b" STORE ")
    yield between
    between.close()


@pytest.fixture
def program() -> Iterator[subprocess.Popen[bytes]]:
    """The program, on the database of this test."""
    name = connection.get_connection_params()["dbname"]
    where = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
    environment = {
        **os.environ,
        "DATABASE_URL": where,
        "REDIS_URL": settings.REDIS_URL,
        "SECRET_KEY": settings.SECRET_KEY,
        "MAIL_FROM_OWN_NETWORK": "1",
    }
    process = subprocess.Popen(
        [sys.executable, "manage.py", "fetch_mail"],
        cwd=settings.BASE_DIR,
        env=environment,
        stderr=subprocess.PIPE,
    )
    yield process
    process.kill()
    process.wait()
    assert process.stderr is not None
    process.stderr.close()


def test_a_program_killed_between_keeping_and_marking_loses_and_doubles_nothing(
    dovecot: MailServer,
    user: str,
    between: Between,
    fetcher: Fetcher,
    program: subprocess.Popen[bytes],
) -> None:
    dovecot.put(user, a_mail(1), a_mail(2))
    mailbox = mailbox_at(dovecot, user, imap_port=between.own_port)
    assert between.reached.wait(120), "it was about to mark what it had kept"
    assert program.poll() is None
    program.kill()
    program.wait()
    assert IncomingMail.objects.count() == 2, "what is to be marked is committed"
    assert dovecot.flags(user) == [False, False]

    Mailbox.objects.filter(pk=mailbox.pk).update(imap_port=dovecot.port)
    fetcher.start()
    assert wait_until(lambda: all(dovecot.flags(user)))
    assert subjects() == ["My tent 1", "My tent 2"]
