"""A system on the loopback that is told what happens: it checks each signature with the published library."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks.webhooks import Webhook, WebhookVerificationError


class Receiver(ThreadingHTTPServer):
    """`answers` says what it does with each, by default it takes it; `got` is what it took, in order."""

    daemon_threads = True

    def __init__(self, secret: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.secret = secret
        self.answer: Callable[[dict[str, Any]], int] = lambda told: 200
        self.got: list[dict[str, Any]] = []
        self.asked: list[str] = []  # the number of every request, taken or not
        self.not_believed = 0
        self.redirected = 0
        self.hangs = 0.0
        self.says = b""
        self.lock = threading.Lock()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hook"


class _Handler(BaseHTTPRequestHandler):
    server: Receiver
    protocol_version = "HTTP/1.1"
    timeout = 20

    def do_GET(self) -> None:  # the library's name
        self.server.redirected += 1
        self._send(200)

    def do_POST(self) -> None:  # the library's name
        body = self.rfile.read(int(self.headers["Content-Length"]))
        try:
            told = Webhook(self.server.secret).verify(body, dict(self.headers.items()))
        except WebhookVerificationError:
            self.server.not_believed += 1
            return self._send(401)
        assert json.loads(body) == told
        with self.server.lock:
            self.server.asked.append(self.headers["webhook-id"])
            status = self.server.answer(told)
        time.sleep(self.server.hangs)
        if status < 300:
            with self.server.lock:
                self.server.got.append(told)
        return self._send(status)

    def _send(self, status: int) -> None:
        self.send_response(status)
        if 300 <= status < 400:
            self.send_header("Location", f"{self.server.address}/inside")
        self.send_header("Content-Length", str(len(self.server.says)))
        self.end_headers()
        self.wfile.write(self.server.says)

    def log_message(self, *_given: Any) -> None:
        """Nothing on the screen."""


@contextmanager
def receiving(secret: str) -> Iterator[Receiver]:
    """A receiver that listens."""
    receiver = Receiver(secret)
    thread = threading.Thread(target=receiver.serve_forever, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.shutdown()
        receiver.server_close()
