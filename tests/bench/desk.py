"""The agents' pages in a load: `HELPDESK_DATA=FOLDER python -m tests.bench.desk`.

FOLDER holds an installation that `manage.py make_load` filled. Of each page: the server's time in one
process (the median), the processor's time of that process, which others on the machine prolong less, its
statements, and what PostgreSQL says of them (EXPLAIN ANALYZE: the time of all together, planning included,
the fastest of three; and the blocks of 8 KiB that they read). A page without the desk beside it is the
machine's floor. `python -m tests.bench.desk SMALL.json LARGE.json` prints two runs side by side.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING, Any

import django

from helpdesk.embedded import services
from tests.bench.figures import Figure, median, show, timed

if TYPE_CHECKING:
    from django.test import Client

    from tickets.models import User

TIMES = 15
MOST_STATEMENTS = 12
LIST, TICKET = 20, 30  # milliseconds of the server that we aim at
STRIDE = 50_000  # rows of a list that are walked at once
LONG = (5, 500, 10_000)  # messages
NESTED = 'status:open (tag:refund or (priority:urgent,high (channel:email or team:"Load: orders")))'
ALL = '(tag:refund or (priority:urgent,high (channel:email or team:"Load: orders")))'
TRIVIAL = "/healthz"


@dataclass(frozen=True, slots=True)
class Asked:
    """A page, and what one of its kind may take."""

    name: str
    path: str
    aim: float = LIST


def measure() -> list[Figure]:
    """Run inside a process whose database holds a load."""
    from tests.bench.found import people

    found: list[Figure] = []
    for who, user in people().items():
        client = _client(user)
        floor = median(timed(lambda client=client: client.get(TRIVIAL), times=50, warm=5))  # type: ignore[misc]
        for asked in chain(_lists(user), _tickets() if who == "admin" else ()):
            found += _figures(f"{who}: {asked.name}", client, asked, floor)
        found.append(_counted(who, user, floor))
    return found


def _lists(user: User) -> Iterator[Asked]:
    from django.utils.http import urlencode

    from tickets.workspace.inbox import View

    for view in View:
        yield Asked(f"{view}, first page", f"/workspace/?view={view}")
        rows, pages = _pages(user, view)
        if rows > 100 * 50:
            yield Asked(f"{view}, 100th page", f"/workspace/?view={view}&from={pages[0]}")
        if rows > 2 * 50:
            yield Asked(f"{view}, half-way", f"/workspace/?view={view}&from={pages[1]}")
    yield Asked("three nested conditions, open", f"/workspace/?{urlencode({'q': NESTED})}")
    yield Asked("three nested conditions, all", f"/workspace/?{urlencode({'q': ALL})}")


def _pages(user: User, view: Any) -> tuple[int, tuple[str, str]]:
    """How many are in a view, and where its 100th page and its second half begin."""
    from tickets.actors import Actor
    from tickets.lists import orders
    from tickets.workspace.inbox import View, in_view

    order = {View.WAITING: orders.QUEUE, View.MINE: orders.MINE}.get(view, orders.LATEST)
    rows = in_view(Actor.agent(user), view)
    number = rows.count()

    def after(left: int) -> str:
        cursor = ""
        while left > 0:
            page = order.page(
                rows.only("pk", *_plain(order.fields)), cursor, size=min(left, STRIDE)
            )
            cursor, left = page.next or "", left - STRIDE
        return cursor

    return number, (after(99 * 50) if number > 100 * 50 else "", after(number // 2))


def _plain(names: tuple[str, ...]) -> set[str]:
    return {name.lstrip("-") for name in names} - {"is_back"}


def _tickets() -> Iterator[Asked]:
    from tests.bench.passages import long_ticket
    from tickets.models import Ticket

    for messages in LONG:
        subject = "A long story"
        long = Ticket.objects.filter(subject=subject, last_position=messages).first()
        ticket = long or long_ticket(messages)
        yield Asked(f"ticket with {messages} messages", f"/workspace/{ticket.reference}/", TICKET)


def _client(user: User) -> Client:
    from django.test import Client

    client = Client(headers={"host": "localhost"})
    client.force_login(user, backend="tickets.web.logins.LogIns")
    return client


def _figures(name: str, client: Client, asked: Asked, floor: float) -> Iterator[Figure]:
    def load() -> None:
        response = client.get(asked.path)
        assert response.status_code == 200, (asked.path, response.status_code)

    taken, statements, note = _measured(load)
    goal = f"at most {asked.aim} ms, {MOST_STATEMENTS} statements"
    met = taken <= asked.aim and statements <= MOST_STATEMENTS
    yield Figure(name, taken, "ms", goal, met, floor, TIMES, note)


def _measured(work: Callable[[], object]) -> tuple[float, int, str]:
    """The milliseconds, the number of statements, and all of it in words."""
    processor: list[float] = []

    def both() -> None:
        started = process_time()
        work()
        processor.append((process_time() - started) * 1000)

    taken = timed(both, times=TIMES)
    statements = _statements(work)
    time, blocks = min(_explained(statements) for _ in range(3))
    note = (
        f"{len(statements)} statements, {median(processor[-TIMES:]):.1f} ms of the processor, "
        f"{time:.1f} ms in PostgreSQL, {blocks} blocks"
    )
    return median(taken), len(statements), note


def _counted(who: str, user: User, floor: float) -> Figure:
    """Counting what three nested conditions find, as the navigation does after the page."""
    from tickets.actors import Actor
    from tickets.search.finding import TooSlow, count
    from tickets.search.language import read

    def counting() -> None:
        try:
            count(Actor.agent(user), read(NESTED, user), most=1000)
        except TooSlow:
            return

    taken, _, note = _measured(counting)
    name = f"{who}: count of three nested conditions"
    return Figure(name, taken, "ms", f"at most {LIST} ms", taken <= LIST, floor, TIMES, note)


def _statements(work: Callable[[], object]) -> list[str]:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        work()
    plain = [query["sql"] for query in captured]
    return [sql for sql in plain if not sql.startswith(("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT"))]


def _explained(statements: list[str]) -> tuple[float, int]:
    """Milliseconds and blocks of those that read."""
    from django.db import connection

    time, blocks = 0.0, 0
    for sql in statements:
        if not sql.startswith("SELECT") or "set_config" in sql:
            continue
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}")
            plan = cursor.fetchone()[0][0]
        time += plan["Execution Time"] + plan["Planning Time"]
        blocks += plan["Plan"]["Shared Hit Blocks"] + plan["Plan"]["Shared Read Blocks"]
    return time, blocks


def beside(small: Path, large: Path) -> Iterator[str]:
    """Two runs as a table in Markdown: what is in both, and how much dearer the second is."""
    first, second = (
        {one["name"]: one for one in json.loads(path.read_text())} for path in (small, large)
    )
    yield "| page | small | large | times | small, inside | large, inside |"
    yield "|---|---|---|---|---|---|"
    for name in [*first, *(name for name in second if name not in first)]:
        pair = [found.get(name) for found in (first, second)]
        values = [f"{one['value']:.1f}" if one else "" for one in pair]
        notes = [one["note"] if one else "" for one in pair]
        times = f"{pair[1]['value'] / pair[0]['value']:.2f}" if pair[0] and pair[1] else ""
        yield f"| {name} | {values[0]} | {values[1]} | {times} | {notes[0]} | {notes[1]} |"


def inside(work: Callable[[], None]) -> None:
    """Run it with the services of HELPDESK_DATA, or the database that is given."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")
    os.environ["STAFF_NEED_SECOND_FACTOR"] = "false"
    given = os.environ.get("DATABASE_URL")
    with nullcontext() if given else services.for_command(["manage.py", "shell"]):
        django.setup()
        work()


def main() -> None:
    if len(sys.argv) == 3:
        sys.stdout.writelines(f"{line}\n" for line in beside(Path(sys.argv[1]), Path(sys.argv[2])))
        return
    path = Path("var") / "bench-desk.json"
    inside(partial(lambda: show(measure(), path)))


if __name__ == "__main__":
    main()
