"""The sweep of service levels in a load: `HELPDESK_DATA=FOLDER python -m tests.bench.promises`.

FOLDER holds an installation that `manage.py make_load` filled. A thousand promises fall due at the same
moment, among those of every open ticket; all of them are said, and then taken back.
"""

from __future__ import annotations

from pathlib import Path
from time import perf_counter, process_time

from tests.bench.figures import Figure, median, show, timed
from tests.bench.loaded import inside

DUE = 1_000
SECONDS = 5.0  # in which all of them are said
STATEMENTS = 200  # ten slices
IDLE = 5.0  # milliseconds of a look at which nothing is due


def measure() -> list[Figure]:
    """Run inside a process whose database holds a load. Nothing of it stays."""
    from django.db import transaction

    with transaction.atomic():
        try:
            return _figures()
        finally:
            transaction.set_rollback(True)


def _figures() -> list[Figure]:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from tickets import due
    from tickets.models import Event, SlaClock, Ticket

    due.SLICE_SECONDS = 600.0
    number = _promise()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE tickets_slaclock")
    idle = timed(due.note_promises, times=50, warm=5)
    late = SlaClock.objects.order_by("pk").values("pk")[:DUE]
    SlaClock.objects.filter(pk__in=late).update(
        check_at="2020-01-01T00:00Z", due_at="2020-01-01T00:00Z"
    )
    expected = min(DUE, number)
    with CaptureQueriesContext(connection) as asked:
        started, processor = perf_counter(), process_time()
        due.note_promises()
        seconds, processor = perf_counter() - started, process_time() - processor
    told = Event.objects.filter(kind="sla.breached").count()
    assert told >= expected, (told, expected)
    among = f"among {number:,} that run, of {Ticket.objects.count():,} tickets"
    return [
        Figure(
            f"service levels: {expected:,} due at once are said",
            seconds,
            "s",
            f"at most {SECONDS:g} s",
            seconds <= SECONDS,
            note=f"{among}; {len(asked)} statements, {processor:.1f} s of the processor",
        ),
        Figure(
            f"service levels: statements for {expected:,} due at once",
            len(asked),
            "",
            f"at most {STATEMENTS}",
            len(asked) <= STATEMENTS,
        ),
        Figure(
            "service levels: a look at which nothing is due",
            median(idle),
            "ms",
            f"at most {IDLE:g} ms",
            median(idle) <= IDLE,
            n=len(idle),
            note=among,
        ),
    ]


def _promise() -> int:
    """A running clock for every open ticket that a person was asked for in; how many."""
    from django.db import connection

    from tickets.models import SlaPolicy

    policy = SlaPolicy.objects.create(name="Bench", active=False)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO tickets_slaclock (ticket_id, metric, policy_id, business, target, started_at,
                running_since, spent, spent_open, paused, paused_open, due_at, check_at)
            SELECT id, 'first', %s, false, interval '10 years', now(), now(), interval '0',
                interval '0', interval '0', interval '0', now() + interval '10 years',
                now() + interval '10 years'
            FROM tickets_ticket
            WHERE person_asked_at IS NOT NULL AND turn IN ('queue', 'agent', 'customer')
            """,
            [policy.pk],
        )
        return int(cursor.rowcount)


def main() -> None:
    inside(lambda: show(measure(), Path("var") / "bench-promises.json"))


if __name__ == "__main__":
    main()
