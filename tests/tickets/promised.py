"""What the tests of service levels start from: a policy, office hours, and a clock that is moved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.factories import make_hours, make_message, make_reply, make_ticket
from tickets import actions, clock
from tickets.actors import Actor
from tickets.models import (
    Event,
    Metric,
    OpeningHours,
    Priority,
    SlaClock,
    SlaPolicy,
    SlaTarget,
    Team,
    Ticket,
    Turn,
    User,
)

FRIDAY = datetime(2026, 3, 6, 16, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
MINUTES = {"first": 240, "next": 120, "resolution": 960}


def make_policy(
    name: str = "Standard",
    *,
    minutes: Mapping[str, int] = MINUTES,
    conditions: list[dict[str, Any]] | None = None,
    by_priority: Mapping[Priority, Mapping[str, int]] | None = None,
    **fields: Any,
) -> SlaPolicy:
    """A policy with the same targets for every priority, but for those that are named."""
    policy = SlaPolicy.objects.create(name=name, conditions=conditions or [], **fields)
    for priority in Priority:
        wanted = {**minutes, **(by_priority or {}).get(priority, {})}
        SlaTarget.objects.bulk_create(
            SlaTarget(policy=policy, metric=metric, priority=priority, minutes=number)
            for metric, number in wanted.items()
        )
    return policy


def office(zone: str = "UTC") -> OpeningHours:
    """Monday to Friday, nine to five."""
    return make_hours(*((day, "09:00", "17:00") for day in range(5)), zone=zone)


@contextmanager
def after(since: datetime, amount: timedelta) -> Iterator[datetime]:
    """So long after a moment."""
    with clock.at(since + amount):
        yield since + amount


def asked_at(moment: datetime, team: Team, **fields: Any) -> Ticket:
    """A ticket in the queue of a team since a moment."""
    with clock.at(moment):
        return make_ticket(team=team, turn=Turn.QUEUE, **fields)


def clock_of(ticket: Ticket, metric: Metric = Metric.FIRST) -> SlaClock:
    """The last clock of a metric."""
    return SlaClock.objects.filter(ticket=ticket, metric=metric).latest("pk")


def metrics(ticket: Ticket) -> list[str]:
    """What was measured of it, in the order in which it began."""
    return list(
        SlaClock.objects.filter(ticket=ticket).order_by("pk").values_list("metric", flat=True)
    )


def promises_told(ticket: Ticket) -> list[tuple[str, str]]:
    """The warnings and breaches that were said of it: which, and of what."""
    found = Event.objects.filter(ticket=ticket, kind__startswith="sla.").order_by("position")
    return [(event.kind, event.data["metric"]) for event in found]


def answer(agent: User, ticket: Ticket, at: datetime, body: str = "It is on its way.") -> None:
    with clock.at(at):
        make_reply(ticket, agent, body)


def write(ticket: Ticket, at: datetime, body: str = "And the poles?") -> None:
    with clock.at(at):
        make_message(ticket, body)


def sweep(at: datetime) -> int:
    """What the sweep says at a moment; how many."""
    with clock.at(at):
        return actions.note_promises(actor=Actor.system())


def review(at: datetime) -> int:
    """Look again at everything that is open; at how many."""
    found = 0
    with clock.at(at):
        actions.ask_for_review(actor=Actor.system())
        while number := actions.review_promises(actor=Actor.system()):
            found += number
    return found
