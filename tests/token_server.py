"""A real token endpoint on the loopback, and what a mail server asks whether a token is good."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


class TokenServer(ThreadingHTTPServer):
    """Gives an access token for the refresh token that is good now. It can be told to refuse."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, port: int, user: str) -> None:
        super().__init__(("127.0.0.1", port), _Asked)
        self.user = user
        self.refresh_token = "first refresh token"
        self.rotates = False  # each use of the refresh token gives a newer one
        self.refusal = ""  # the code of an error, as in RFC 6749
        self.good: set[str] = set()  # access tokens
        self.gives = ""  # a token that is never good, in place of one that is
        self.given = 0
        self.asked: list[dict[str, str]] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/token"

    def expire(self) -> None:
        """No token that was given is good any more."""
        self.good.clear()

    def token(self, asked: dict[str, str]) -> tuple[int, dict[str, object]]:
        self.asked.append(asked)
        if self.refusal or asked.get("refresh_token") != self.refresh_token:
            return 400, {"error": self.refusal or "invalid_grant"}
        if self.gives:
            return 200, {"access_token": self.gives}
        self.given += 1
        token = f"access-token-{self.given}"
        self.good.add(token)
        answer: dict[str, object] = {"access_token": token, "expires_in": 3600}
        if self.rotates:
            self.refresh_token = answer["refresh_token"] = f"refresh token {self.given}"
        return 200, answer


class _Asked(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        said = parse_qs(self.rfile.read(length).decode())
        assert isinstance(self.server, TokenServer)
        self._answer(*self.server.token({name: values[0] for name, values in said.items()}))

    def do_GET(self) -> None:
        assert isinstance(self.server, TokenServer)
        token = parse_qs(urlsplit(self.path).query).get("token", [""])[0]
        good = token in self.server.good
        self._answer(200, {"active": good, "user": self.server.user} if good else {"active": False})

    def _answer(self, status: int, found: dict[str, object]) -> None:
        body = json.dumps(found).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        """Nobody reads it."""


def serve(server: TokenServer) -> None:
    threading.Thread(target=server.serve_forever, daemon=True).start()
