"""A turn that does a task beside one that is answered by an article: `python -m tests.bench.tasked`.

Both in the same conversations, from sending the message until the answer is on the open socket. One task
needs nothing from outside (opening hours), the other asks the shop for an order of who is logged in.
"""

from __future__ import annotations

import asyncio
from time import perf_counter

from helpdesk.demo.logins import PASSWORD
from helpdesk.demo.processes import ROOT
from tests.bench.figures import Figure, median, show
from tests.bench.sockets import Visitor, new_answer
from tests.journeys.conftest import LOAD
from tests.live import LiveHelpdesk, live_helpdesk

ROUNDS = 12
ABOVE = 30.0  # milliseconds above a plain turn, beside the connector's own time
CUSTOMER, ORDER = "maya@lindqvist.example", "KM-47790"
HOURS = "What are your opening hours? ({})"
STATUS = "What is the status of my order " + ORDER + "? ({})"
PLAIN = "How do I wash my sleeping bag? ({})"
CALLS = """
from django.db.models import Avg, Count
from tickets.models import ConnectorCall
told = ConnectorCall.objects.filter(pk__gt=%d).aggregate(number=Count("pk"), mean=Avg("milliseconds"))
print(told["number"], told["mean"] or 0)
"""
LAST = """
from tickets.models import ConnectorCall
print(ConnectorCall.objects.order_by("-pk").values_list("pk", flat=True).first() or 0)
"""
RUNS = """
from bots.models import TaskRun
print(TaskRun.objects.filter(task__key=%r, state="done").count())
"""


def measure(helpdesk: LiveHelpdesk) -> list[Figure]:
    """Fails where the assistant did something else than the task that was asked for."""
    return [
        *_beside(helpdesk, "opening_hours", HOURS, logged_in=False),
        *_beside(helpdesk, "order_status", STATUS, logged_in=True),
    ]


def _beside(helpdesk: LiveHelpdesk, key: str, words: str, *, logged_in: bool) -> list[Figure]:
    last = int(helpdesk.manage("shell", "-v", "0", "-c", LAST))
    before = int(helpdesk.manage("shell", "-v", "0", "-c", RUNS % key))
    tasked, plain = asyncio.run(_turns(helpdesk.url, words, logged_in=logged_in))
    done = int(helpdesk.manage("shell", "-v", "0", "-c", RUNS % key)) - before
    assert done == ROUNDS, f"{key} was done {done} times of {ROUNDS}"
    number, mean = helpdesk.manage("shell", "-v", "0", "-c", CALLS % last).split()
    above = median(tasked) - median(plain) - float(mean)
    note = f"{median(tasked):.0f} ms beside {median(plain):.0f} ms"
    note += f", {number} calls of {float(mean):.0f} ms" if int(number) else ", no call"
    return [
        Figure(
            f"a turn that does {key} above a plain one and its call, median",
            above,
            "ms",
            f"at most {ABOVE:.0f} ms",
            above <= ABOVE,
            n=ROUNDS,
            note=note,
        )
    ]


async def _turns(url: str, words: str, *, logged_in: bool) -> tuple[list[float], list[float]]:
    """The milliseconds of each turn with the task, and of each without."""
    tasked: list[float] = []
    plain: list[float] = []
    for number in range(ROUNDS):
        visitor = await Visitor.arrive(url)
        if logged_in:
            await _log_in(visitor)
        await visitor.asks(f"Hello ({number})")
        await asyncio.sleep(1.5)  # the greeting is answered, so that it is no news on the socket
        await visitor.opens_socket()
        both = ((words, tasked), (PLAIN, plain))
        for text, samples in both if number % 2 else reversed(both):
            samples.append(await _answered(visitor, text.format(number)))
            await asyncio.sleep(0.2)
        await visitor.leaves()
    return tasked, plain


async def _answered(visitor: Visitor, text: str) -> float:
    started = perf_counter()
    sent = asyncio.create_task(visitor.writes(text))
    heard = await visitor.hears(new_answer(visitor.position))
    await sent
    return (heard - started) * 1000


async def _log_in(visitor: Visitor) -> None:
    await visitor.client.get("/account/login/")
    answer = await visitor.client.post(
        "/account/login/",
        data={"login": CUSTOMER, "password": PASSWORD},
        headers=visitor.headers(),
    )
    assert answer.status_code in (200, 302), answer.status_code


def main() -> None:
    with live_helpdesk() as helpdesk:
        helpdesk.manage("shell", "-v", "0", "-c", LOAD)
        show(measure(helpdesk), ROOT / "var" / "bench-tasked.json")


if __name__ == "__main__":
    main()
