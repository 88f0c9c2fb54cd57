"""The demo's shop on the loopback, which can be told to misbehave as systems do."""

from __future__ import annotations

import base64
import socket
import time
from typing import Any

from helpdesk.demo.shop.server import Handler, Shop

SECRET = "whsec_" + base64.b64encode(b"a secret of the tests, 32 bytes.").decode()


class FaultyShop(Shop):
    """`trouble` is how it misbehaves; with `times` only so often, then it works."""

    def __init__(self, secret: str = SECRET) -> None:
        super().__init__(0, secret)
        self.RequestHandlerClass = FaultyHandler
        self.trouble = ""
        self.times = -1
        self.asked: list[tuple[str, str]] = []  # path and number of each call
        self.redirected = 0
        self.is_careless = False  # it does not look whose things it is asked about

    def answer(self, path: str, asked: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if self.is_careless:
            asked = {name: value for name, value in asked.items() if name != "customer"}
        return super().answer(path, asked)

    def misbehaves(self) -> str:
        if not self.trouble or self.times == 0:
            return ""
        self.times -= 1
        return self.trouble


class FaultyHandler(Handler):
    server: FaultyShop

    def do_GET(self) -> None:  # noqa: N802  # the library's name
        self.server.redirected += 1
        self.send(200, {})

    def do_POST(self) -> None:  # noqa: N802  # the library's name
        self.server.asked.append((self.path, self.headers["webhook-id"]))
        trouble = "" if self.server.trouble == "dies" else self.server.misbehaves()
        if trouble == "down":
            self.rfile.read(int(self.headers["Content-Length"]))
            return self.send(503, {})
        if trouble == "breaks off":
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True
            return None
        if trouble == "slow":
            time.sleep(3)
        if trouble == "redirects":
            self.rfile.read(int(self.headers["Content-Length"]))
            return self._raw(
                302, b"", Location=f"http://127.0.0.1:{self.server.server_port}/inside"
            )
        if trouble in BODIES:
            self.rfile.read(int(self.headers["Content-Length"]))
            return self._raw(200, BODIES[trouble])
        return super().do_POST()

    def send(self, status: int, answer: dict[str, Any]) -> None:
        """With "dies", what was asked for is done, and nobody hears of it."""
        if self.server.trouble == "dies" and status == 200 and self.server.misbehaves():
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True
            return
        super().send(status, answer)

    def _raw(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


BODIES = {
    "rubbish": b"<html>It works!</html>",
    "huge": b'{"order": "' + b"a" * 1_000_000 + b'"}',
    "deep": b"[" * 200_000,
    "a list": b"[1, 2]",
    "not a number": b'{"order": {"number": NaN}}',
    "nothing": b"",
    "surrogate": (
        b'{"order": {"number": "\\ud800", "status": "a\\u0000b", '
        b'"customer": {"email": "theo.v@homemail.example"}}}'
    ),
}
