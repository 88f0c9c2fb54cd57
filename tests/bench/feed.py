"""Pages of the feed of events in a load: `HELPDESK_DATA=FOLDER python -m tests.bench.feed`.

FOLDER holds an installation that `manage.py make_load` filled. The whole answer in one process, with the
statements that it takes: from the beginning, in the middle, at the end, of one ticket, and of what is rare.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from tests.bench.figures import Figure, percentile, show, timed
from tests.bench.loaded import inside

TIMES = 60
MOST = 60.0  # ms
EVENTS = "/api/v1/events/"


def measure() -> list[Figure]:
    """Run inside a process whose database holds a load."""
    from django.test import Client
    from limits import parse

    from tickets import actions
    from tickets.actors import Actor
    from tickets.api.views import base
    from tickets.feed.reading import FEED
    from tickets.models import Event

    base.REQUESTS = parse("100000/minute")
    _key, secret = actions.create_api_key(
        actor=Actor.system(), name="bench", scopes=["events:read", "tickets:read"]
    )
    client = Client(headers={"host": "localhost", "Authorization": f"Bearer {secret}"})
    newest = Event.objects.filter(ticket__isnull=False).latest("place", "pk")
    middle = Event.objects.filter(pk__gte=newest.pk // 2).order_by("pk")[0]
    assert newest.ticket is not None
    asked: dict[str, dict[str, Any]] = {
        "from the beginning": {},
        "in the middle": {"after": FEED.cursor(middle.place, middle.pk)},
        "at the end": {"after": FEED.cursor(newest.place, newest.pk - 1)},
        "of one ticket": {"ticket": newest.ticket.reference},
        "of what is rare": {"types": "ticket.unmerged"},
    }
    return [_figure(name, partial(client.get, EVENTS, query)) for name, query in asked.items()]


def _figure(name: str, ask: Any) -> Figure:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    statements = 0
    with CaptureQueriesContext(connection) as captured:
        answer = ask()
        statements = len(captured)
    assert answer.status_code == 200, answer.content
    took = percentile(timed(ask, times=TIMES), 0.95)
    note = f"{statements} statements, {len(answer.json()['results'])} events"
    return Figure(
        f"events {name}, p95", took, "ms", f"at most {MOST:.0f} ms", took <= MOST, None, TIMES, note
    )


def main() -> None:
    inside(lambda: show(measure(), Path("var") / "bench-feed.json"))


if __name__ == "__main__":
    main()
