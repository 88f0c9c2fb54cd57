"""From accepting a customer's message to the assistant's answer on their open socket."""

from __future__ import annotations

import asyncio
from time import perf_counter

from tests.bench.figures import Figure, median
from tests.bench.sockets import Visitor, new_answer
from tests.live import LiveHelpdesk

QUESTIONS = (
    "How many days do I have to return an order?",
    "When will my parcel to Germany arrive?",
    "How do I wash my sleeping bag?",
    "I forgot my password, what now?",
    "Which gas cartridge fits the Ember stove?",
    "Can I change the delivery address of my order?",
)
ROUNDS = 6


def measure(helpdesk: LiveHelpdesk, encode_ms: float) -> list[Figure]:
    """`encode_ms` is the bare encoding of such a question in this machine's encoder: the floor."""
    samples = asyncio.run(_answers(helpdesk))
    value = median([heard - accepted for accepted, heard in samples])
    whole = median([heard for _accepted, heard in samples])
    return [
        Figure(
            "message accepted -> the assistant's answer on the open socket, median",
            value,
            "ms",
            "at most 60 ms above the encoding",
            value - encode_ms <= 60,
            floor=encode_ms,
            n=len(samples),
            note=f"{value - encode_ms:.1f} ms above the encoding; {whole:.1f} ms from sending it",
        )
    ]


async def _answers(helpdesk: LiveHelpdesk) -> list[tuple[float, float]]:
    """For each question the milliseconds from sending it until it was accepted, and answered."""
    samples = []
    for number in range(ROUNDS):
        visitor = await Visitor.arrive(helpdesk.url)
        await visitor.asks("Hello")
        await asyncio.sleep(1.5)  # the greeting is answered, so that it is no news on the socket
        await visitor.opens_socket()
        for question in QUESTIONS:
            # A new wording each time, so that no vector comes from the cache.
            text = f"{question} ({number})"
            started = perf_counter()
            sent = asyncio.create_task(visitor.writes(text))
            heard = await visitor.hears(new_answer(visitor.position))
            accepted = await sent
            samples.append(((accepted - started) * 1000, (heard - started) * 1000))
            await asyncio.sleep(0.1)
        await visitor.leaves()
    return samples
