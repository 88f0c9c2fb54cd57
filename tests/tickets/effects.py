"""A subscriber to watch: what it did, and how often; and reactions that it owes."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import timedelta

from django.utils import timezone

from tests.factories import make_ticket
from tickets import actions
from tickets.actors import Actor
from tickets.models import Event, EventKind, Fact, Reaction, Turn


class Effect:
    """A subscriber that writes a fact, and can be told to fail or to wait."""

    def __init__(self) -> None:
        self.worked = 0
        self.gave_up: list[str] = []
        self.fails = 0
        self.breaks = 0
        self.pause: threading.Barrier | None = None

    def work(self, event: Event) -> str:
        self.worked += 1
        if self.pause is not None:
            self.pause.wait(timeout=10)
        if self.fails:
            self.fails -= 1
            raise RuntimeError("the shop does not answer")
        return "worked"

    def settle(self, event: Event, result: str) -> None:
        assert event.ticket is not None
        Fact.objects.create(
            customer=event.ticket.customer, key=f"effect {self.worked}", value=result
        )
        if self.breaks:
            self.breaks -= 1
            raise RuntimeError("the disk is full")

    def failed(self, event: Event, error: str) -> None:
        self.gave_up.append(error)


def note() -> Reaction:
    """Something happens that `effect` has to follow."""
    ticket = make_ticket(turn=Turn.ASSISTANT)
    actions.note_fact(actor=Actor.assistant(), ticket=ticket, key="order", value="KM-1")
    return Reaction.objects.get(name="test.effect")


def effects() -> int:
    return Fact.objects.filter(key__startswith="effect").count()


def owe(number: int, queues: Sequence[str] = ("default",), *, ago: float = 6) -> None:
    """So many reactions that are due for so many seconds, in turn in these queues."""
    ticket = make_ticket(turn=Turn.ASSISTANT)
    last = ticket.last_position
    made = Event.objects.bulk_create(
        Event(
            kind=EventKind.FACT_NOTED,
            ticket=ticket,
            position=last + index + 1,
            actor_kind="assistant",
            data={"key": "order"},
        )
        for index in range(number)
    )
    due = timezone.now() - timedelta(seconds=ago)
    Reaction.objects.bulk_create(
        Reaction(event=event, name="test.effect", queue=queues[index % len(queues)], due_at=due)
        for index, event in enumerate(made)
    )
