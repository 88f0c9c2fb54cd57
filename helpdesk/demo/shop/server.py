"""The shop's door: signed calls in, JSON out. An integrator may read it as an example of the other side."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from helpdesk.demo.shop.store import Refused, Store, Unknown

LONGEST = 64 * 1024  # bytes
ROOT = "/helpdesk/"


class Shop(ThreadingHTTPServer):
    """Listens on the loopback; `store` is what it knows."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, port: int, secret: str) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.webhook = Webhook(secret)
        self.store = Store()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}{ROOT}"

    def answer(self, path: str, asked: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Status and answer to a call that was signed."""
        call, inputs = str(asked.get("call", "")), asked.get("inputs", {})
        if path == "calls":
            done = self.store.done.get(call)
            return 200, {"state": "unknown"} if done is None else {"state": "done", "result": done}
        try:
            inputs = inputs if isinstance(inputs, dict) else {}
            return 200, self.store.perform(path, call, inputs, _emails(asked))
        except Unknown:
            return 404, {"error": {"message": "There is no such thing."}}
        except Refused as error:
            return 409, {"error": {"message": str(error)}}


def _emails(asked: dict[str, Any]) -> list[str] | None:
    """Whose things it may be about; None where one of the company asks."""
    if "customer" not in asked:
        return None
    customer = asked["customer"]
    emails = customer.get("emails") if isinstance(customer, dict) else None
    return [str(one) for one in emails] if isinstance(emails, list) else []


class Handler(BaseHTTPRequestHandler):
    server: Shop
    protocol_version = "HTTP/1.1"
    timeout = 30

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > LONGEST:
            self.close_connection = True
            return self.send(413, {"error": {"message": "That is too long."}})
        body = self.rfile.read(int(length))
        try:
            asked = self.server.webhook.verify(body, dict(self.headers))
        except (WebhookVerificationError, ValueError):
            return self.send(401, {"error": {"message": "The signature is not right."}})
        path = self.path.removeprefix(ROOT)
        return self.send(*self.server.answer(path, asked if isinstance(asked, dict) else {}))

    def send(self, status: int, answer: dict[str, Any]) -> None:
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the library's name
        """Nothing is written: numbers of orders are nobody's business."""
