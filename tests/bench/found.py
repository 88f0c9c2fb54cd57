"""The search of the workspace in a load: `HELPDESK_DATA=FOLDER python -m tests.bench.found`.

FOLDER holds an installation that `manage.py make_load` filled. Medians of the statement that finds, and
of the whole page in one process, beside the machine's floor: an empty statement, there and back.
With `--explain` the plans are printed instead.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpdesk.load.texts import RARE
from tests.bench.figures import Figure, median, show, timed
from tests.bench.loaded import TIMES, inside, measured

if TYPE_CHECKING:
    from tickets.models import User

WHOLE = {
    "a rare word",
    "a word of a third of all",
    "operators",
}  # of which the page is measured, too
SMALLEST = 6  # the number of the smallest team of a load
SEARCHES = {
    "a rare word": RARE,
    "a word of a third of all": "parcel",
    "a beginning": "par",
    "three words": "parcel refund zip",
    "a phrase": '"lost parcel"',
    "a phrase of frequent words that nobody said": '"refund parcel"',
    "operators": "status:closed channel:email after:2025-01-01 parcel",
    "operators without words": "tag:refund priority:urgent status:open",
    "an operator that nothing has": "tag:nothinghasit",
    "a customer": "customer:lindqvist",
    "a customer and a word": "customer:lindqvist parcel",
    "without what most have": "-parcel",
    "no such word": "zzzzqqq",
}


def measure() -> list[Figure]:
    """Run inside a process whose database holds a load."""
    from django.db import connection

    def nothing() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")

    floor = median(timed(nothing, times=50, warm=5))
    return [
        figure
        for who, user in people().items()
        for name, text in SEARCHES.items()
        for figure in _figures(who, user, name, text, floor)
    ]


def plans() -> Iterator[tuple[str, str]]:
    """The plan of each search, by its name."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    for who, user in people().items():
        for name, text in SEARCHES.items():
            with CaptureQueriesContext(connection) as captured:
                _find(user, text)
            for query in captured:
                if "last_message_at" in query["sql"]:
                    with connection.cursor() as cursor:
                        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS) {query['sql']}")
                        plan = "\n".join(row[0] for row in cursor.fetchall())
                    yield f"{who}: {name} ({text})", plan


def people() -> dict[str, User]:
    """Who sees all, who sees a third of all, who sees three of ten thousand."""
    from tickets.models import Role, User

    admin = User.objects.filter(email="bench-admin@load.example").first()
    if admin is None:
        admin = User.objects.create_user(
            "bench-admin@load.example", name="Bench Admin", role=Role.ADMIN
        )
    big = User.objects.get(email="load-0-agent-0@load.example")
    small = User.objects.get(email=f"load-{SMALLEST}-agent-0@load.example")
    return {"admin": admin, "agent of a big team": big, "agent of a small team": small}


def _figures(who: str, user: User, name: str, text: str, floor: float) -> Iterator[Figure]:
    from django.test import Client

    client = Client(headers={"host": "localhost"})
    client.force_login(user, backend="tickets.web.logins.LogIns")
    found, _, note = measured(lambda: _find(user, text))
    note = f"{text}: {note}"
    yield Figure(f"{who}: {name}", found, "ms", "at most 40 ms", found <= 40, floor, TIMES, note)
    for sort in ("newest", "best") if name in WHOLE else ():
        shows = partial(client.get, "/workspace/", {"q": text, "sort": sort})
        page = median(timed(shows, times=TIMES))
        label = f"{who}: {name}, whole page, {sort}"
        yield Figure(label, page, "ms", "", True, floor, TIMES)


def _find(user: User, text: str) -> Any:
    from tickets.actors import Actor
    from tickets.lists.arranging import Sort
    from tickets.search.finding import TooSlow, find
    from tickets.search.language import read

    try:
        return find(Actor.agent(user), read(text, user), sort=Sort.NEWEST, cursor="", size=50)
    except TooSlow:
        return None


def main() -> None:
    inside(_explain if "--explain" in sys.argv else _show)


def _show() -> None:
    show(measure(), Path("var") / "bench-found.json")


def _explain() -> None:
    for name, plan in plans():
        sys.stdout.write(f"--- {name}\n{plan}\n\n")


if __name__ == "__main__":
    main()
