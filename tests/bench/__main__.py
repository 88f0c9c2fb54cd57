"""`make bench`: a whole helpdesk with the demo company, measured; a table, and var/bench.json."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from helpdesk.demo.processes import ROOT
from tests.bench import (
    answer,
    arrives,
    idle,
    live,
    loaded,
    many,
    outgoing,
    panel,
    posted,
    quality,
    tasked,
)
from tests.bench.figures import Figure, show
from tests.journeys.conftest import LOAD
from tests.live import LiveHelpdesk, live_helpdesk

MOST_QUERIES = 12


def main() -> None:
    os.environ["MAIL_FROM_OWN_NETWORK"] = "1"  # the mail server of the bench is on this machine
    with live_helpdesk() as helpdesk:
        helpdesk.manage("shell", "-v", "0", "-c", LOAD)
        inside = run_inside(helpdesk, "encoding", "queries")
        figures = [_encoded(inside["encoding"])]
        figures += answer.measure(helpdesk, inside["encoding"])
        figures += tasked.measure(helpdesk)
        figures += live.measure(helpdesk)
        figures += arrives.measure(helpdesk)
        figures += panel.measure(helpdesk.url)
        figures += many.measure(helpdesk)
        figures += idle.measure(helpdesk)
        figures += posted.measure(helpdesk)
        figures += outgoing.measure(helpdesk)
        figures += [
            Figure(f"queries: {name}", count, "", f"at most {MOST_QUERIES}", count <= MOST_QUERIES)
            for name, count in inside["queries"].items()
        ]
        inside = run_inside(helpdesk, "search", "decision")
        found = inside["search"]
        figures.append(
            Figure(
                "a whole decision with 10,000 passages, without the encoding, median",
                inside["decision"],
                "ms",
                "at most 15 ms",
                inside["decision"] <= 15,
                n=80,
            )
        )
        figures.append(
            Figure(
                "article search with 10,000 passages, without the encoding, median",
                found,
                "ms",
                "at most 30 ms",
                found <= 30,
                n=80,
            )
        )
        figures += loaded.measure("desk", "found", "alike", "feed", "promises", "automation")
        if data := os.environ.get("MEASURE_DATA"):
            figures += quality.measure(helpdesk, Path(data).resolve())
        figures += [light("helpdesk.asgi"), light("django.core.management.commands.migrate")]
    show(figures, ROOT / "var" / "bench.json")


def _encoded(milliseconds: float) -> Figure:
    met = milliseconds <= 6
    return Figure("one question encoded", milliseconds, "ms", "at most 6 ms", met, n=60)


def run_inside(helpdesk: LiveHelpdesk, *names: str) -> dict[str, Any]:
    """Run the measurements of `tests.bench.inside` in a process of its own."""
    ran = subprocess.run(
        [sys.executable, "-m", "tests.bench.inside", *names],
        cwd=ROOT,
        env={**helpdesk.environment, "LOG_LEVEL": "ERROR"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr[-3000:]
    return dict(json.loads(ran.stdout[ran.stdout.index("{") :]))


def light(module: str) -> Figure:
    """Whether a module can be imported without torch, as the web process and migrate must be."""
    code = (
        "import os; os.environ['DJANGO_SETTINGS_MODULE']='helpdesk.settings';"
        f"import django; django.setup(); import sys, {module}; print(int('torch' in sys.modules))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    heavy = int(ran.stdout.strip().splitlines()[-1])
    return Figure(f"torch imported by {module}", heavy, "", "0", heavy == 0)


if __name__ == "__main__":
    main()
