"""A database that `manage.py make_load` filled: the one of LOADED, else a small one for this run.

LOADED is a data folder (`HELPDESK_DATA` of the load). Each concept measures in a process of its own.
`python -m tests.bench.loaded SMALL.json LARGE.json` prints two runs of one side by side.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from time import process_time

import django

from helpdesk.demo.processes import ROOT
from helpdesk.embedded import services
from tests.bench.figures import Figure, median, timed
from tests.live import manage
from tests.services import temporary_folder

SMALL = 2_000  # tickets
TIMES = 15
GIVEN_UP = 15_000.0


def measure(*concepts: str) -> list[Figure]:
    """The figures of `python -m tests.bench.CONCEPT`, all in the same load."""
    with _load() as variables:
        return [figure for concept in concepts for figure in _figures(concept, variables)]


@contextmanager
def _load() -> Iterator[dict[str, str]]:
    """The environment of a process that uses the load."""
    mine = {name: value for name, value in os.environ.items() if name not in _SERVICES}
    if given := os.environ.get("LOADED"):
        yield {**mine, "HELPDESK_DATA": str(Path(given).resolve())}
        return
    folder = temporary_folder()
    variables = {**mine, "HELPDESK_DATA": str(folder)}
    try:
        manage(variables, "migrate", "--verbosity=0")
        manage(variables, "make_load", "--tickets", str(SMALL))
        yield variables
    finally:
        shutil.rmtree(folder, ignore_errors=True)


_SERVICES = ("DATABASE_URL", "REDIS_URL", "HELPDESK_DATA")


def _figures(concept: str, variables: dict[str, str]) -> list[Figure]:
    ran = subprocess.run(
        [sys.executable, "-m", f"tests.bench.{concept}"],
        cwd=ROOT,
        env=variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout[-3000:] + ran.stderr[-3000:]
    written = (ROOT / "var" / f"bench-{concept}.json").read_text()
    return [Figure(**one) for one in json.loads(written)]


def measured(work: Callable[[], object]) -> tuple[float, int, str]:
    """The milliseconds, the number of statements, and all of it in words."""
    processor: list[float] = []

    def both() -> None:
        started = process_time()
        work()
        processor.append((process_time() - started) * 1000)

    taken = timed(both, times=TIMES)
    statements = _statements(work)
    time, blocks = _explained(statements)
    if time < GIVEN_UP / 10:
        time, blocks = min((time, blocks), *(_explained(statements) for _ in range(2)))
    note = (
        f"{len(statements)} statements, {median(processor[-TIMES:]):.1f} ms of the processor, "
        f"{time:.1f} ms in PostgreSQL, {blocks} blocks"
    )
    return median(taken), len(statements), note


def _statements(work: Callable[[], object]) -> list[str]:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        work()
    plain = [query["sql"] for query in captured]
    return [sql for sql in plain if not sql.startswith(("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT"))]


def _explained(statements: list[str]) -> tuple[float, int]:
    """Milliseconds and blocks of those that read; GIVEN_UP, where one runs into the limit of all."""
    from django.db import OperationalError, connection

    time, blocks = 0.0, 0
    for sql in statements:
        if not sql.startswith("SELECT") or "set_config" in sql:
            continue
        try:
            with connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}")
                plan = cursor.fetchone()[0][0]
        except OperationalError:  # it takes longer than any statement may
            return GIVEN_UP, blocks
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


if __name__ == "__main__":
    sys.stdout.writelines(f"{line}\n" for line in beside(Path(sys.argv[1]), Path(sys.argv[2])))
