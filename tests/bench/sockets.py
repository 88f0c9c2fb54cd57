"""Sockets and forms of many customers at once, against a running helpdesk."""

from __future__ import annotations

import asyncio
import json
import re
import uuid
from dataclasses import dataclass, field
from itertools import count
from time import perf_counter
from typing import Any

import httpx
import websockets

TIMEOUT = 15
_numbers = count(1)


@dataclass
class Visitor:
    """A customer with a conversation page open: its cookies, its socket, what it heard."""

    client: httpx.AsyncClient
    base: str
    reference: str = ""
    position: int = 0
    socket: Any = None
    heard: dict[str, float] = field(default_factory=dict)

    @classmethod
    async def arrive(cls, base: str) -> Visitor:
        # Each comes from an address of its own, as real ones do: conversations are limited by it.
        number = next(_numbers)
        address = f"10.0.{number // 250}.{number % 250}"
        client = httpx.AsyncClient(
            base_url=base,
            timeout=TIMEOUT,
            headers={"X-Forwarded-For": address},
            limits=httpx.Limits(keepalive_expiry=2),  # before the server hangs up, after five
        )
        await client.get("/")
        return cls(client, base)

    def headers(self) -> dict[str, str]:
        return {
            "X-CSRFToken": self.client.cookies.get("csrf") or "",
            "X-Requested-With": "fetch",
            "X-After": str(self.position),
            "X-Live": "yes" if self.socket is not None else "no",
            "Referer": self.base,
        }

    async def asks(self, question: str) -> None:
        assert await self.tries_to_ask(question), "the helpdesk was too busy to take it"

    async def tries_to_ask(self, question: str, *, patience: float = TIMEOUT) -> bool:
        """Whether it was taken; a helpdesk that is too busy says so, and is asked again."""
        answer = await self.client.post(
            "/ask/",
            data={"body": question, "client_id": str(uuid.uuid4())},
            headers=self.headers(),
            timeout=patience,
        )
        if answer.status_code == 503:
            return False
        found = re.search(r"/requests/(\w+)/", answer.headers.get("location", ""))
        assert found, (answer.status_code, answer.text[:300])
        self.reference = found[1]
        return True

    async def asks_for_a_person(self) -> None:
        answer = await self.client.post("/talk-to-a-human/", headers=self.headers())
        found = re.search(r"/requests/(\w+)/", answer.headers.get("location", ""))
        assert found, (answer.status_code, answer.text[:300])
        self.reference = found[1]

    async def opens_socket(self) -> None:
        cookies = "; ".join(f"{name}={value}" for name, value in self.client.cookies.items())
        self.socket = await websockets.connect(
            f"{self.base.replace('http', 'ws', 1)}/ws/conversations/{self.reference}/",
            origin=self.base,  # type: ignore[arg-type]  # a plain string is an origin
            additional_headers={"Cookie": cookies},
            compression=None,
        )
        await self.socket.send(json.dumps({"type": "hello", "after": 0}))
        await self.hears(lambda frame: frame["type"] == "news")

    async def hears(self, wanted: Any) -> float:
        """The time at which a frame came that `wanted` accepts."""
        async with asyncio.timeout(TIMEOUT):
            while True:
                frame = json.loads(await self.socket.recv())
                if frame["type"] == "news":
                    self.position = max(self.position, frame["position"])
                if wanted(frame):
                    return perf_counter()

    async def writes(self, body: str) -> float:
        """Send a message; the time at which the server had accepted it."""
        answer = await self.client.post(
            f"/requests/{self.reference}/messages/",
            data={"body": body, "client_id": str(uuid.uuid4())},
            headers=self.headers(),
        )
        assert answer.status_code == 200, answer.text[:300]
        return perf_counter()

    async def leaves(self) -> None:
        if self.socket is not None:
            await self.socket.close()
        await self.client.aclose()


def new_answer(after: int) -> Any:
    """Accepts a frame with an answer of the assistant behind a position."""
    return lambda frame: any(
        item["position"] > after and 'data-author="assistant"' in item["html"]
        for item in frame.get("items", [])
    )


def carries(text: str) -> Any:
    """Accepts a frame with an item that contains `text`."""
    return lambda frame: any(text in item["html"] for item in frame.get("items", []))
