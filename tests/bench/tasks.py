"""A turn that runs a task, beside a plain one: what the customer waits for more."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from time import perf_counter

from helpdesk.demo.logins import PASSWORD
from tests.bench.answer import QUESTIONS
from tests.bench.figures import Figure, median
from tests.bench.sockets import Visitor, new_answer
from tests.live import LiveHelpdesk

CUSTOMER = "maya@lindqvist.example"
SHOWN = ("When are you open?", "What are your opening hours?", "At what time do you open?")
LOOKED_UP = ("Where is my order KM-47790?", "What is the status of my order KM-47790?")
ROUNDS = 6


def measure(helpdesk: LiveHelpdesk) -> list[Figure]:
    """Each from accepting the message to the answer on the open socket, of one signed-in customer."""
    taken = asyncio.run(_turns(helpdesk, (QUESTIONS, SHOWN, LOOKED_UP)))
    plain, shown, looked_up = (median(one) for one in taken)
    asked = helpdesk.manage("shell", "-v", "0", "-c", _CALLS).strip().splitlines()[-1]
    connector = float(asked)
    return [
        Figure(
            "a turn that runs a task, above a plain one, median",
            shown - plain,
            "ms",
            "at most 30 ms",
            shown - plain <= 30,
            floor=plain,
            n=len(taken[1]),
        ),
        Figure(
            "a turn that looks a record up, above a plain one and the connector, median",
            looked_up - plain - connector,
            "ms",
            "at most 30 ms",
            looked_up - plain - connector <= 30,
            floor=plain + connector,
            n=len(taken[2]),
            note=f"the connector answered in {connector:.0f} ms",
        ),
    ]


# The median of what the shop took for these turns, in milliseconds.
_CALLS = """
from statistics import median
from tickets.models import ConnectorCall
lately = ConnectorCall.objects.filter(state="done").order_by("-pk").values_list("milliseconds", flat=True)
print(median(lately[:12] or [0]))
"""


async def _turns(
    helpdesk: LiveHelpdesk, kinds: Sequence[Sequence[str]]
) -> tuple[list[float], list[float], list[float]]:
    found: tuple[list[float], list[float], list[float]] = ([], [], [])
    for number in range(ROUNDS):
        for questions, taken in zip(kinds, found, strict=True):
            for question in questions:
                visitor = await Visitor.arrive(helpdesk.url)
                await visitor.signs_in(CUSTOMER, PASSWORD)
                await visitor.asks("Hello")
                await asyncio.sleep(0.8)  # the greeting is answered, so that it is no news
                await visitor.opens_socket()
                # A new wording each time, so that no vector comes from the cache.
                sent = asyncio.create_task(visitor.writes(f"{question} ({number})"))
                begun = perf_counter()
                heard = await visitor.hears(new_answer(visitor.position))
                accepted = await sent
                taken.append((heard - max(accepted, begun)) * 1000)
                await visitor.leaves()
    return found
