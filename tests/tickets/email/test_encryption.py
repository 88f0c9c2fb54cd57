"""TLS and STARTTLS to real servers: right certificates are taken, wrong ones refused in words."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from tests import certificates
from tests.live import free_port
from tests.mail_server import ANOTHER, EXPIRED, UNKNOWN, MailServer
from tests.tickets.email.fetched import mailbox_at
from tests.tickets.email.mail_server import Handler, Inbox
from tickets.email.fetching.trying import attempt
from tickets.email.handing_over import Lines, Mail, Outcome
from tickets.models import Mailbox, MailboxSending, Security

pytestmark = pytest.mark.django_db

WRONG = [
    (EXPIRED, "expired"),
    (ANOTHER, "Is the server's name the one that its certificate is for?"),
    (UNKNOWN, "self-signed certificate"),
]


# --- fetching


def at(server: MailServer, user: str, security: Security, host: str = "127.0.0.1") -> Mailbox:
    port = server.tls_port if security == Security.TLS else server.port
    return mailbox_at(server, user, imap_host=host, imap_port=port, imap_security=security)


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
def test_mail_is_fetched_over_an_encrypted_connection(
    dovecot: MailServer, user: str, monkeypatch: pytest.MonkeyPatch, security: Security
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(dovecot.trusted))
    found = attempt(at(dovecot, user, security))
    assert found.works, found.sentence


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
@pytest.mark.parametrize(("host", "said"), WRONG)
def test_a_server_whose_certificate_is_wrong_gets_no_password(
    dovecot: MailServer,
    user: str,
    monkeypatch: pytest.MonkeyPatch,
    security: Security,
    host: str,
    said: str,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(dovecot.trusted))
    found = attempt(at(dovecot, user, security, host))
    assert not found.works
    assert "certificate of" in found.sentence
    assert said in found.sentence
    log = (dovecot.folder / "log").read_text()
    assert f"user=<{user}>" not in log, "it never came to a log-in"


def test_a_port_without_tls_is_said_to_be_one(
    dovecot: MailServer, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(dovecot.trusted))
    mailbox = at(dovecot, user, Security.TLS)
    mailbox.imap_port = dovecot.port
    assert "Try STARTTLS" in attempt(mailbox).sentence


# --- sending

Serve = Callable[..., MailboxSending]


class _Server(Controller):
    """Looks whether it has begun without looking at its certificate."""

    def _trigger_server(self) -> None:
        with socket.create_connection((self.hostname, self.port), 5) as plain:
            if self.ssl_context is None:
                plain.recv(1024)
                return
            anything = ssl.create_default_context()
            anything.check_hostname, anything.verify_mode = False, ssl.CERT_NONE
            with anything.wrap_socket(plain) as encrypted:
                encrypted.recv(1024)


@pytest.fixture
def serve(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    """Start a mail server with one of the certificates; how a mailbox sends by it."""
    certificates.make_all(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "trusted.pem"))
    running: list[Controller] = []

    def start(
        security: Security, host: str, certificate: str, *, offers: bool = True
    ) -> MailboxSending:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        key = "key" if certificate == "cert" else f"{certificate}-key"
        context.load_cert_chain(tmp_path / f"{certificate}.pem", tmp_path / f"{key}.pem")
        handler = Handler()
        handler.inbox = Inbox()
        implicit = security == Security.TLS and offers
        options: dict[str, Any] = (
            {"tls_context": context, "require_starttls": True} if offers and not implicit else {}
        )
        server = _Server(
            handler,
            hostname=host,
            port=free_port(),
            ssl_context=context if implicit else None,
            **options,
        )
        server.start()
        running.append(server)
        return MailboxSending(pk=1, host=host, port=server.port, security=security)

    yield start
    for server in running:
        server.stop()


def sent(sending: MailboxSending) -> tuple[Outcome, str]:
    lines = Lines(own={1: sending})
    mail = Mail("Hello", "It is on its way.", "support@kestrelmoor.example", ["ines@brook.example"])
    try:
        answer = lines.connect(1) or lines.send(1, mail)
    finally:
        lines.close()
    return answer.outcome, answer.words


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
def test_mail_leaves_over_an_encrypted_connection(serve: Serve, security: Security) -> None:
    assert sent(serve(security, "127.0.0.1", "cert")) == (Outcome.SENT, "")


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
@pytest.mark.parametrize(
    ("host", "certificate", "said"),
    [
        (EXPIRED, "expired", "expired"),
        (ANOTHER, "another", "Is the server's name the one that its certificate is for?"),
        (UNKNOWN, "unknown", "self-signed certificate"),
    ],
)
def test_a_server_whose_certificate_is_wrong_gets_no_mail(
    serve: Serve, security: Security, host: str, certificate: str, said: str
) -> None:
    outcome, words = sent(serve(security, host, certificate))
    assert outcome == Outcome.AWAY, "the mail is not lost: it waits until that is mended"
    assert "certificate of the mail server is not valid" in words
    assert said in words


@pytest.mark.parametrize(
    ("security", "said"),
    [(Security.STARTTLS, "offers no STARTTLS"), (Security.TLS, "does not speak TLS")],
)
def test_a_server_that_does_not_encrypt_gets_no_mail(
    serve: Serve, security: Security, said: str
) -> None:
    outcome, words = sent(serve(security, "127.0.0.1", "cert", offers=False))
    assert outcome == Outcome.AWAY
    assert said in words
