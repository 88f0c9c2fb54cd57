"""The co-pilot's panel after a customer's message: from when it was accepted until all of it is there.

`python -m tests.bench.panel ADDRESS` measures a helpdesk with the demo that runs already.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from time import perf_counter
from typing import Any

import httpx
import websockets

from tests.bench.figures import Figure, median, percentile, show
from tests.bench.live import agents_browser
from tests.bench.sockets import TIMEOUT, Visitor, carries

AIM = 300  # ms, in the median
MESSAGES = (
    "The link to reset my password says that it has expired. What do I do?",
    "Can I wash my Drift in a machine with a thing in the middle?",
    "How long have I got to send back a mat that I never opened?",
    "Which gas do I buy for the Ember? There are so many.",
    "Do I pay customs for a tent that you send to Norway?",
    "My card was declined, and the money is gone from my account.",
    "The newsletter code is not accepted.",
    "Where do I find the invoice of my last order?",
)
ROUNDS = 4


def measure(base: str) -> list[Figure]:
    samples = asyncio.run(_messages(base))
    half = median(samples)
    note = f"p95 {percentile(samples, 0.95):.0f} ms; by the agent's socket, then a request"
    what = "customer's message -> the co-pilot's panel is complete, p50"
    return [Figure(what, half, "ms", f"at most {AIM} ms", half <= AIM, n=len(samples), note=note)]


async def _messages(base: str) -> list[float]:
    agent = await agents_browser(base)
    samples = []
    for number in range(ROUNDS):
        samples += await _conversation(base, agent, number)
    await agent.aclose()
    return samples


async def _conversation(base: str, agent: httpx.AsyncClient, number: int) -> list[float]:
    """A visitor's messages, no more than one person may write in a minute."""
    visitor = await Visitor.arrive(base)
    await visitor.asks_for_a_person()
    panel = f"/workspace/{visitor.reference}/copilot/"
    by_script = {"X-Requested-With": "fetch"}
    await agent.get(panel, headers=by_script)
    socket = await _agents_socket(base, agent, visitor.reference)
    samples = []
    for message in MESSAGES:
        text = f"{message} ({number})"
        hears = asyncio.create_task(_hears(socket, text))
        accepted = await visitor.writes(text)
        await hears
        answer = await agent.get(f"{panel}?part=fit", headers=by_script)
        samples.append((perf_counter() - accepted) * 1000)
        assert "copilot__articles" in answer.text, answer.text[:300]
        await asyncio.sleep(0.3)
    await socket.close()
    await visitor.leaves()
    return samples


async def _agents_socket(base: str, agent: httpx.AsyncClient, reference: str) -> Any:
    cookies = "; ".join(f"{name}={value}" for name, value in agent.cookies.items())
    socket = await websockets.connect(
        f"{base.replace('http', 'ws', 1)}/ws/workspace/{reference}/",
        origin=base,  # type: ignore[arg-type]  # a plain string is an origin
        additional_headers={"Cookie": cookies},
        compression=None,
        max_size=None,
    )
    await socket.send(json.dumps({"type": "hello", "after": 0}))
    return socket


async def _hears(socket: Any, text: str) -> None:
    accepts = carries(text.split("?", maxsplit=1)[0][:20])
    async with asyncio.timeout(TIMEOUT):
        while not accepts(json.loads(await socket.recv())):
            pass


if __name__ == "__main__":
    show(measure(sys.argv[1]), Path("var") / "bench-panel.json")
