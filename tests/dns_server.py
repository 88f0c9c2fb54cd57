"""A real name server on the loopback, with the records of a test. It can be slow, or refuse."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from typing import Any

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset
import pytest


class NameServer(socketserver.ThreadingUDPServer):
    """Answers with what a test says; `silent` names get no answer, `broken` ones SERVFAIL."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Question)
        self.texts: dict[str, list[str]] = {}
        self.silent: set[str] = set()
        self.broken: set[str] = set()
        self.empty: set[str] = set()  # names that there are, without such a record
        self.asked: list[str] = []

    @property
    def where(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"

    def answer(self, raw: bytes) -> bytes | None:
        question = dns.message.from_wire(raw)
        name = question.question[0].name.to_text(omit_final_dot=True).lower()
        self.asked.append(name)
        if name in self.silent:
            return None
        answer = dns.message.make_response(question)
        answer.flags |= dns.flags.RA
        if name in self.broken:
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif name in self.texts:
            rows = [_written(text) for text in self.texts[name]]
            whole = question.question[0].name
            answer.answer.append(dns.rrset.from_text(whole, 60, "IN", dns.rdatatype.TXT, *rows))
        elif name not in self.empty:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        return answer.to_wire(max_size=65000)


class _Question(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        raw, line = self.request
        server = self.server
        assert isinstance(server, NameServer)
        answer = server.answer(raw)
        if answer is not None:
            line.sendto(answer, self.client_address)


def _written(text: str) -> str:
    """A text as records have it: in pieces of at most 255 bytes."""
    pieces = [text[place : place + 200] for place in range(0, len(text), 200)] or [""]
    return " ".join('"' + piece.replace('"', '\\"') + '"' for piece in pieces)


@pytest.fixture
def names(settings: Any) -> Iterator[NameServer]:
    """The name server that is asked in this test."""
    with NameServer() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.DNS_SERVERS = [server.where]
        yield server
        server.shutdown()
