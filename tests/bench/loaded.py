"""A database that `manage.py make_load` filled: the one of LOADED, else a small one for this run.

LOADED is a data folder (`HELPDESK_DATA` of the load). Each concept measures in a process of its own.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from helpdesk.demo.processes import ROOT
from tests.bench.figures import Figure
from tests.live import manage
from tests.services import temporary_folder

SMALL = 2_000  # tickets


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
