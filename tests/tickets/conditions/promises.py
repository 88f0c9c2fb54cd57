"""What is promised in a world of random tickets: by one of two policies, due at any time, some broken."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from tickets.models import Metric, SlaClock, SlaPolicy, Ticket

NAMES = ("Gold", "Everybody")


def make_policies() -> None:
    """Two of them, for every world; neither applies by itself."""
    SlaPolicy.objects.bulk_create(SlaPolicy(name=name, active=False) for name in NAMES)


def promise(pairs: Iterable[tuple[Ticket, int, datetime]]) -> None:
    """Of each ticket, by a number at random: nothing, or what is due then and perhaps broken."""
    policies = list(SlaPolicy.objects.order_by("pk"))
    tickets, clocks = [], []
    for ticket, number, due in pairs:
        if number == 0 or ticket.person_asked_at is None:
            continue
        ticket.sla, ticket.due_metric = policies[number % 2], Metric.FIRST
        ticket.due_at = due
        tickets.append(ticket)
        clocks.append(
            SlaClock(
                ticket=ticket,
                metric=Metric.FIRST,
                policy=ticket.sla,
                business=True,
                target=due - due.replace(year=2020),
                started_at=due,
                running_since=due,
                due_at=due,
                breached_at=due if number > 1 else None,
            )
        )
    Ticket.objects.bulk_update(tickets, ["sla", "due_at", "due_metric"])
    SlaClock.objects.bulk_create(clocks)
