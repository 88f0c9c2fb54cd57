"""An agent's message on the customer's socket, with 200 open conversations on one web process."""

from __future__ import annotations

import asyncio
import re
import uuid
from time import perf_counter

import httpx

from helpdesk.demo.logins import PASSWORD
from tests.bench.figures import Figure, median, percentile
from tests.bench.sockets import TIMEOUT, Visitor, carries
from tests.live import LiveHelpdesk

CONVERSATIONS = 200
MESSAGES = 300
ADMIN = "odhran@kestrelmoor.example"


def measure(helpdesk: LiveHelpdesk) -> list[Figure]:
    samples = asyncio.run(_messages(helpdesk))
    p95 = percentile(samples, 0.95)
    note = f"p50 {median(samples):.1f} ms; {CONVERSATIONS} open sockets, one web process"
    return [
        Figure(
            "agent's message -> the customer's socket, p95",
            p95,
            "ms",
            "at most 100 ms",
            p95 <= 100,
            n=len(samples),
            note=note,
        )
    ]


async def _messages(helpdesk: LiveHelpdesk) -> list[float]:
    visitors = [await _waiting(helpdesk.url) for _ in range(CONVERSATIONS)]
    agent = await agents_browser(helpdesk.url)
    headers = {
        "X-CSRFToken": agent.cookies["csrf"],
        "X-Requested-With": "fetch",
        "X-Live": "yes",
        "Accept": "application/json",
        "Referer": helpdesk.url,
    }
    samples = []
    for number in range(MESSAGES):
        visitor = visitors[number * 7 % CONVERSATIONS]
        text = f"answer {uuid.uuid4().hex}"
        listening = asyncio.create_task(visitor.hears(carries(text)))
        started = perf_counter()
        answer = await agent.post(
            f"/workspace/{visitor.reference}/write/",
            data={"body": text, "kind": "reply", "client_id": str(uuid.uuid4())},
            headers=headers,
        )
        assert answer.status_code == 200, answer.text[:300]
        samples.append((await listening - started) * 1000)
    await asyncio.gather(*(visitor.leaves() for visitor in visitors))
    await agent.aclose()
    return samples


async def _waiting(base: str) -> Visitor:
    visitor = await Visitor.arrive(base)
    await visitor.asks_for_a_person()
    await visitor.opens_socket()
    return visitor


async def agents_browser(base: str) -> httpx.AsyncClient:
    """A browser in which somebody who works here is logged in."""
    agent = httpx.AsyncClient(base_url=base, timeout=TIMEOUT, follow_redirects=True)
    await agent.get("/account/login/")
    answer = await agent.post(
        "/account/login/",
        data={"login": ADMIN, "password": PASSWORD},
        headers={"X-CSRFToken": agent.cookies["csrf"], "Referer": base},
    )
    assert re.search("/workspace/", str(answer.url)), answer.url
    return agent
