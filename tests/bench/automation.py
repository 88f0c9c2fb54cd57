"""Rules that time sets off, and queues that are given out, in a load: `HELPDESK_DATA=FOLDER python -m
tests.bench.automation`.

FOLDER holds an installation that `manage.py make_load` filled. A rule is looked at for every open
conversation, once when it holds for none and once when it holds for a thousand; then five hundred
people who wait are given to fifty agents. All of it is taken back.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from tests.bench.figures import Figure, median, show, timed
from tests.bench.loaded import inside

HOLDS_FOR = 1_000
IDLE = 100.0  # milliseconds of a look at a rule that holds for none
ARRIVALS, AGENTS = 500, 50
SECONDS = 60.0  # in which all arrivals are given out


def measure() -> list[Figure]:
    """Run inside a process whose database holds a load. Nothing of it stays."""
    from django.db import transaction

    with transaction.atomic():
        try:
            return [*_timed_rule(), *_given_out()]
        finally:
            transaction.set_rollback(True)


def _timed_rule() -> list[Figure]:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from tickets import automating, clock
    from tickets.models import RuleFiring, Ticket, Turn

    automating.RULE_SECONDS = 600.0
    opened = Ticket.objects.exclude(turn__in=[Turn.CLOSED, Turn.SPAM]).count()
    among = f"{opened:,} open of {Ticket.objects.count():,} tickets"
    rule = _rule({"field": "waiting_minutes", "op": "at_least", "value": 60 * 24 * 365 * 50})
    idle = timed(automating.look_at_time, times=20, warm=3)
    waiting = Ticket.objects.filter(turn=Turn.QUEUE).order_by("pk").values("pk")[:HOLDS_FOR]
    Ticket.objects.filter(pk__in=waiting).update(
        person_asked_at=clock.now() - timedelta(days=20_000)
    )
    rule.conditions = [{"field": "waiting_minutes", "op": "at_least", "value": 60 * 24 * 15_000}]
    rule.save()
    expected = waiting.count()
    with CaptureQueriesContext(connection) as asked:
        started, processor = perf_counter(), process_time()
        automating.look_at_time()
        seconds, processor = perf_counter() - started, process_time() - processor
    done = RuleFiring.objects.filter(rule=rule).count()
    assert done == expected, (done, expected)
    rule.delete()
    return [
        Figure(
            "automation: a look at a rule of time that holds for none",
            median(idle),
            "ms",
            f"at most {IDLE:g} ms",
            median(idle) <= IDLE,
            n=len(idle),
            note=among,
        ),
        Figure(
            f"automation: a rule of time acts in {expected:,} conversations",
            expected / seconds,
            "a second",
            "at least 20 a second",
            expected / seconds >= 20,
            note=f"{among}; {len(asked) / max(1, expected):.0f} statements and "
            f"{processor / max(1, expected) * 1000:.0f} ms of the processor each",
        ),
    ]


def _rule(condition: dict[str, Any]) -> Any:
    from tickets.models import EscalationRule

    EscalationRule.objects.filter(trigger="time").update(active=False)
    return EscalationRule.objects.create(
        name="Bench",
        sentence="Measured.",
        trigger="time",
        conditions=[condition],
        actions={"tags": ["bench"]},
    )


def _given_out() -> list[Figure]:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from tickets import giving
    from tickets.live import presence
    from tickets.live.presence import State
    from tickets.models import Method, Team, Ticket, Turn, User

    team = Team.objects.order_by("pk").first()
    assert team is not None
    agents = User.objects.bulk_create(
        User(email=f"bench-{number}@desk.example", role="agent", name=f"Bench {number}")
        for number in range(AGENTS)
    )
    for agent in agents:
        agent.teams.add(team)
        User.objects.filter(pk=agent.pk).update(most_chats=100, most_open=100)
        presence.set_state(agent, State.HERE)
    waiting = Ticket.objects.filter(turn=Turn.QUEUE)
    chosen = list(waiting.order_by("pk").values_list("pk", flat=True)[:ARRIVALS])
    waiting.exclude(pk__in=chosen).update(turn=Turn.AGENT)
    waiting.filter(pk__in=chosen).update(team=team)
    Team.objects.update(method=Method.BY_HAND)
    Team.objects.filter(pk=team.pk).update(method=Method.LEAST_BUSY)
    with CaptureQueriesContext(connection) as asked:
        started, processor = perf_counter(), process_time()
        given = 0
        while more := giving.give():
            given += more
        seconds, processor = perf_counter() - started, process_time() - processor
    assert given == len(chosen), (given, len(chosen))
    return [
        Figure(
            f"assignment: {given} who wait are given to {AGENTS} agents",
            seconds,
            "s",
            f"at most {SECONDS:g} s",
            seconds <= SECONDS,
            note=f"{len(asked) / max(1, given):.0f} statements and "
            f"{processor / max(1, given) * 1000:.0f} ms of the processor each",
        )
    ]


def main() -> None:
    inside(lambda: show(measure(), Path("var") / "bench-automation.json"))


if __name__ == "__main__":
    main()
