"""From a mail server with IDLE to an agent's screen: `python -m tests.bench.arrives`.

The time runs from when the server has taken the mail (APPEND is answered) until the open inbox hears of
the new conversation: the server tells, the mail is fetched, kept, read and filed, and the screen is nudged.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from time import perf_counter
from typing import Any

import websockets

from helpdesk.demo.processes import ROOT
from tests.bench.figures import Figure, median, percentile, show
from tests.bench.live import agents_browser
from tests.live import LiveHelpdesk, live_helpdesk
from tests.mail_server import PASSWORD, PROGRAM, MailServer, running

MAILS = 20
AIM = 2.0  # seconds
BETWEEN = 1.0  # seconds: it waits again for what comes
PATIENCE = 90  # seconds, for the first one: the program looks for new mailboxes now and then
USER = "arrives"
MAILBOX = f"""
from tickets import sealing
from tickets.models import Mailbox, Security, TakeFirst, Team, WayIn
Mailbox.objects.update_or_create(
    address="{USER}@kestrelmoor.example",
    defaults=dict(
        name="Arrives", team=Team.objects.earliest("pk"), way_in=WayIn.IMAP,
        imap_host="127.0.0.1", imap_port=%d, imap_security=Security.NONE,
        imap_user="{USER}", imap_password=sealing.seal("{PASSWORD}"), take_first=TakeFirst.NEW,
    ),
)
"""


def measure(helpdesk: LiveHelpdesk) -> list[Figure]:
    """Nothing where there is no Dovecot. The fetching program has to be allowed into its own network."""
    if not PROGRAM.exists():
        return []
    with running() as server:
        server.set_password(USER)
        helpdesk.manage("shell", "-v", "0", "-c", MAILBOX % server.port)
        samples = asyncio.run(_arrivals(helpdesk, server))
    p95 = percentile(samples, 0.95)
    note = f"median {median(samples):.2f} s; the server has IDLE"
    return [
        Figure(
            "a mail at its server -> an agent's screen, p95",
            p95,
            "s",
            f"at most {AIM:.0f} s",
            p95 <= AIM,
            n=len(samples),
            note=note,
        )
    ]


async def _arrivals(helpdesk: LiveHelpdesk, server: MailServer) -> list[float]:
    agent = await agents_browser(helpdesk.url)
    cookies = "; ".join(f"{name}={value}" for name, value in agent.cookies.items())
    async with websockets.connect(
        f"{helpdesk.url.replace('http', 'ws', 1)}/ws/workspace/",
        origin=helpdesk.url,  # type: ignore[arg-type]  # a plain string is an origin
        additional_headers={"Cookie": cookies},
        compression=None,
    ) as socket:
        until = time.monotonic() + PATIENCE
        while await _heard_after(socket, server, "first", seconds=5) is None:
            assert time.monotonic() < until, helpdesk.logs()
        samples = []
        for number in range(MAILS):
            await asyncio.sleep(BETWEEN)
            seconds = await _heard_after(socket, server, str(number), seconds=PATIENCE)
            assert seconds is not None, helpdesk.logs()
            samples.append(seconds)
    await agent.aclose()
    return samples


async def _heard_after(
    socket: Any, server: MailServer, name: str, *, seconds: float
) -> float | None:
    """How long after its delivery the screen heard of a mail's conversation; None if it did not."""
    raw = (
        f"From: Ines <{name}-{time.time_ns()}@brook.example>\r\nTo: {USER}@kestrelmoor.example\r\n"
        f"Subject: A zip\r\nMessage-ID: <{time.time_ns()}@brook.example>\r\n\r\nIt does not close.\r\n"
    ).encode()
    await asyncio.to_thread(server.put, USER, raw)
    began = perf_counter()
    try:
        async with asyncio.timeout(seconds):
            while True:
                frame = json.loads(await socket.recv())
                if (frame["type"], frame.get("kind")) == ("inbox", "ticket.opened"):
                    return perf_counter() - began
    except TimeoutError:
        return None


def main() -> None:
    from tests.journeys.conftest import LOAD

    os.environ["MAIL_FROM_OWN_NETWORK"] = "1"
    with live_helpdesk() as helpdesk:
        helpdesk.manage("shell", "-v", "0", "-c", LOAD)
        show(measure(helpdesk), ROOT / "var" / "arrives.json")


if __name__ == "__main__":
    main()
