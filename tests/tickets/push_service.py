"""A push service on the loopback, a browser that reads what it is sent, and who is told by it."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import http_ece
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.utils import timezone

from tests.factories import make_agent, make_team, make_ticket
from tests.tickets.telling import tell, untell
from tickets import actions
from tickets.actors import Actor
from tickets.delivering import run
from tickets.models import NotificationTarget, Team, Ticket, Turn, User


def text_of(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class Browser:
    """The keys of a browser, and what it reads of a push."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.secret = b"sixteen bytes, 1"
        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.p256dh, self.auth = text_of(point), text_of(self.secret)

    def read(self, body: bytes) -> dict[str, Any]:
        plain = http_ece.decrypt(
            body, private_key=self.key, auth_secret=self.secret, version="aes128gcm"
        )
        found: dict[str, Any] = json.loads(plain)
        return found


class PushService(ThreadingHTTPServer):
    """Takes pushes, and answers what it is told to."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Taking)
        self.pushed: list[tuple[str, dict[str, str], bytes]] = []
        self.answers: list[tuple[int, dict[str, str]]] = []

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Taking(BaseHTTPRequestHandler):
    server: PushService

    def do_POST(self) -> None:  # the name that http.server wants
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.pushed.append((self.path, dict(self.headers.items()), body))
        status, headers = self.server.answers.pop(0) if self.server.answers else (201, {})
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Quiet."""


@pytest.fixture(scope="module")
def listening() -> Iterator[PushService]:
    server = PushService()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def service(listening: PushService, settings: Any) -> PushService:
    settings.PUSH_INTO_OWN_NETWORK = True
    listening.pushed.clear()
    listening.answers.clear()
    return listening


@pytest.fixture
def team() -> Team:
    return make_team("Gear care")


@pytest.fixture
def dana(team: Team) -> User:
    return make_agent("Dana Osei", teams=[team])


@pytest.fixture
def ticket(team: Team, dana: User) -> Ticket:
    found = make_ticket(team=team, turn=Turn.AGENT, agent=dana, subject="canary-subject")
    untell()
    return found


def subscribe(user: User, service: PushService, place: str = "/one") -> Browser:
    browser = Browser()
    actions.add_browser(
        actor=Actor.agent(user),
        endpoint=service.origin + place,
        p256dh=browser.p256dh,
        auth=browser.auth,
        browser="Firefox, Linux",
    )
    return browser


def deliver(*, later: timedelta = timedelta()) -> int:
    """Write what is owed, let so much time pass, and send what is due."""
    tell()
    NotificationTarget.objects.filter(due_at__lte=timezone.now() + later).update(
        due_at=timezone.now()
    )
    return run.deliver(side_by_side=False)


SECONDS = timedelta(seconds=6)
