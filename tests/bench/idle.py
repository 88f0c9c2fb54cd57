"""What thousands of idle sockets cost: processor time, and how long an agent's message takes beside them."""

from __future__ import annotations

import asyncio
import os
import uuid
from pathlib import Path
from time import perf_counter

import httpx
import websockets

from tests.bench.figures import Figure, median, percentile
from tests.bench.live import agents_browser
from tests.bench.sockets import Visitor, carries
from tests.live import LiveHelpdesk

CONVERSATIONS = 500  # each open in several tabs, which cost the same as as many customers
SOCKETS = (2_000, 4_000)
WATCHED = 60.0  # seconds: three heartbeats
MESSAGES = 200
MOST = 10.0  # per cent of a core, with 4,000
SOON = 150.0  # ms

# Sessions and conversations in one go: the limits on beginning conversations are not the question.
PEOPLE = """
from django.conf import settings
from importlib import import_module
from tests.factories import make_ticket, make_visitor
from tickets import access
from tickets.models import Team, Turn
team = Team.objects.first()
for _ in range({number}):
    ticket = make_ticket(turn=Turn.QUEUE, team=team, customer=make_visitor())
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[access.VISITOR] = ticket.customer_id
    session.create()
    print(ticket.reference, session.session_key)
"""


def measure(helpdesk: LiveHelpdesk) -> list[Figure]:
    script = PEOPLE.format(number=CONVERSATIONS)
    printed = helpdesk.manage("shell", "-v", "0", "-c", script)
    people = [line.split() for line in printed.splitlines() if len(line.split()) == 2]
    return asyncio.run(_measure(helpdesk, people))


async def _measure(helpdesk: LiveHelpdesk, people: list[list[str]]) -> list[Figure]:
    web = helpdesk.processes.running["web"].process.pid
    tabs: list[websockets.ClientConnection] = []
    listening: list[asyncio.Task[None]] = []
    figures = []
    for number in SOCKETS:
        while len(tabs) < number:
            some = range(len(tabs), min(number, len(tabs) + 20))
            opened = await asyncio.gather(
                *(_open(helpdesk.url, place, *people[place % len(people)]) for place in some)
            )
            listening += [asyncio.create_task(_drain(tab)) for tab in opened]
            tabs += opened
        await asyncio.sleep(5)
        before, begun = _processor_seconds(web), perf_counter()
        await asyncio.sleep(WATCHED)
        share = (_processor_seconds(web) - before) / (perf_counter() - begun) * 100
        most = MOST * number / max(SOCKETS)
        goal = f"at most {most:.0f} % of a core"
        figures.append(Figure(f"{number} idle sockets", share, "%", goal, share <= most))
    samples = await _messages(helpdesk, people)
    p99 = percentile(samples, 0.99)
    figures.append(
        Figure(
            f"agent's message -> the customer's socket beside {max(SOCKETS)} idle ones, p99",
            p99,
            "ms",
            f"at most {SOON:.0f} ms",
            p99 <= SOON,
            n=len(samples),
            note=f"p50 {median(samples):.1f} ms",
        )
    )
    whole = sum(not task.done() for task in listening)
    figures.append(
        Figure("idle sockets that were lost", len(tabs) - whole, "", "0", whole == len(tabs))
    )
    for task in listening:
        task.cancel()
    await asyncio.gather(*(tab.close() for tab in tabs), return_exceptions=True)
    return figures


async def _messages(helpdesk: LiveHelpdesk, people: list[list[str]]) -> list[float]:
    """To conversations that are open in one more tab each, one message after the other."""
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
        reference, session = people[number % len(people)]
        visitor = Visitor(httpx.AsyncClient(cookies={"session": session}), helpdesk.url, reference)
        await visitor.opens_socket()
        text = f"answer {uuid.uuid4().hex}"
        hears = asyncio.create_task(visitor.hears(carries(text)))
        started = perf_counter()
        answer = await agent.post(
            f"/workspace/{reference}/write/",
            data={"body": text, "kind": "reply", "client_id": str(uuid.uuid4())},
            headers=headers,
        )
        assert answer.status_code == 200, answer.text[:300]
        samples.append((await hears - started) * 1000)
        await visitor.leaves()
    await agent.aclose()
    return samples


async def _open(base: str, place: int, reference: str, session: str) -> websockets.ClientConnection:
    return await websockets.connect(
        f"{base.replace('http', 'ws', 1)}/ws/conversations/{reference}/",
        origin=base,  # type: ignore[arg-type]  # a plain string is an origin
        # As from as many homes: the sockets of one network are limited.
        additional_headers={
            "Cookie": f"session={session}",
            "X-Forwarded-For": f"10.1.{place // 250}.{place % 250}",
        },
        compression=None,
        open_timeout=60,
        ping_interval=None,  # as in a browser, which never asks
    )


async def _drain(tab: websockets.ClientConnection) -> None:
    async for _frame in tab:
        pass


def _processor_seconds(pid: int) -> float:
    """What a process has used so far, in user and in system mode."""
    after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) / os.sysconf("SC_CLK_TCK")
