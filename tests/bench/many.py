"""Many customers at once: when each of them is told, by an answer or that a person takes over."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import psycopg

from tests.bench.answer import QUESTIONS
from tests.bench.figures import Figure, median, percentile
from tests.bench.sockets import Visitor
from tests.live import LiveHelpdesk

MANY = 300
API_MESSAGES = 500
AFTER_THEM = 5
PROMISED = 10.0  # seconds
PATIENCE = 120.0

WRITE_BY_API = f"""
from tickets import actions
from tickets.actors import Actor
from tickets.models import ApiKey, Channel, Customer
key, _secret = actions.create_api_key(actor=Actor.system(), name="bench", scopes=["tickets:write"])
customer = Customer.objects.create(name="Bench API")
for number in range({API_MESSAGES}):
    actions.open_ticket(
        actor=Actor.integrator(key), customer=customer, channel=Channel.API,
        body=f"The parcel {{number}} has not arrived. Please look into it.",
    )
"""


@dataclass(frozen=True, slots=True)
class Told:
    """After how many seconds a customer was told, from sending and from when it was stored; by whom."""

    seconds: float
    stored: float
    answered: bool


def measure(helpdesk: LiveHelpdesk) -> list[Figure]:
    at_once = asyncio.run(_all_ask(helpdesk, MANY))
    _wait_until_quiet(helpdesk)
    helpdesk.manage("shell", "-v", "0", "-c", WRITE_BY_API)
    behind = asyncio.run(_all_ask(helpdesk, AFTER_THEM))
    helpdesk.kill("assistant")
    alone = asyncio.run(_all_ask(helpdesk, MANY))
    helpdesk.restart("assistant")
    helpdesk.wait_until_ready()
    return [
        _figure(f"{MANY} questions at once", at_once),
        _figure(f"the same {MANY} with the assistant killed", alone),
        _figure(f"{AFTER_THEM} questions after {API_MESSAGES} messages by the API", behind),
    ]


def _figure(name: str, told: Sequence[Told]) -> Figure:
    seconds = [one.seconds for one in told]
    answered = sum(one.answered for one in told)
    last = percentile(seconds, 0.99)
    return Figure(
        f"{name}: told by, p99",
        last,
        "s",
        f"at most {PROMISED:g} s",
        last <= PROMISED,
        n=len(told),
        note=f"p50 {median(seconds):.1f} s; {answered} answered, {len(told) - answered} handed over; "
        f"p99 once it was stored {percentile([one.stored for one in told], 0.99):.1f} s",
    )


async def _all_ask(helpdesk: LiveHelpdesk, number: int) -> list[Told]:
    """So many visitors with a page open ask at the same moment."""
    visitors: list[Visitor] = []
    for _ in range(0, number, 10):
        some = (Visitor.arrive(helpdesk.url) for _ in range(min(10, number - len(visitors))))
        visitors += await asyncio.gather(*some)
    sent: dict[str, float] = {}

    async def ask(place: int, visitor: Visitor) -> None:
        began = time.time()
        question = f"{QUESTIONS[place % len(QUESTIONS)]} ({place})"
        while not await visitor.tries_to_ask(question, patience=PATIENCE):
            assert time.time() - began < PATIENCE, "never taken"
            await asyncio.sleep(1)  # as somebody who presses the button again
        sent[visitor.reference] = began

    await asyncio.gather(*(ask(place, visitor) for place, visitor in enumerate(visitors)))
    told = await asyncio.to_thread(_told, helpdesk, sent)
    await asyncio.gather(*(visitor.leaves() for visitor in visitors))
    return told


def _told(helpdesk: LiveHelpdesk, sent: dict[str, float]) -> list[Told]:
    """When the first words that are not the customer's own were there, for each conversation."""
    deadline = time.monotonic() + PATIENCE
    while True:
        with psycopg.connect(helpdesk.environment["DATABASE_URL"]) as database:
            found = database.execute(
                "SELECT reference, min(asked.created_at), min(told.created_at),"
                " bool_or(answer.id IS NOT NULL) FROM tickets_ticket ticket"
                " JOIN tickets_message asked ON asked.ticket_id = ticket.id"
                " AND asked.author_kind = 'customer'"
                " JOIN tickets_message told ON told.ticket_id = ticket.id"
                " AND told.author_kind <> 'customer'"
                " LEFT JOIN tickets_answer answer ON answer.message_id = told.id"
                " WHERE reference = ANY(%s) GROUP BY 1",
                [list(sent)],
            ).fetchall()
        if len(found) == len(sent):
            break
        assert time.monotonic() < deadline, f"{len(sent) - len(found)} were never told"
        time.sleep(0.2)
    began = {name: datetime.fromtimestamp(at, UTC) for name, at in sent.items()}
    return [
        Told((at - began[name]).total_seconds(), (at - stored).total_seconds(), answered)
        for name, stored, at, answered in found
    ]


def _wait_until_quiet(helpdesk: LiveHelpdesk) -> None:
    """Until nothing of the measurement before is left to do."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with psycopg.connect(helpdesk.environment["DATABASE_URL"]) as database:
            states = database.execute("SELECT state FROM tickets_reaction").fetchall()
        if not Counter(state for (state,) in states)["due"]:
            return
        time.sleep(0.5)
