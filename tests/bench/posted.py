"""Mail that comes in, as a whole helpdesk works it off: kept, read, in conversations, in a second."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from itertools import count
from pathlib import Path

from helpdesk.demo.processes import ROOT
from tests.bench.figures import Figure
from tests.live import LiveHelpdesk

MAILS = 1_000
THREADS = 5  # mails of one conversation
PATIENCE = 600.0


def measure(helpdesk: LiveHelpdesk) -> list[Figure]:
    idle = _memory(helpdesk, "VmRSS")
    ran = subprocess.run(
        [sys.executable, "-m", "tests.bench.posted"],
        cwd=ROOT,
        env={**helpdesk.environment, "LOG_LEVEL": "ERROR"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr[-3000:]
    found = json.loads(ran.stdout[ran.stdout.index("{") :])
    kept, filed = found["kept"], found["filed"]
    peak = _memory(helpdesk, "VmHWM")
    more = max((peak[pid] - before for pid, before in idle.items() if pid in peak), default=0.0)
    return [
        Figure(
            "memory above an idle worker, at most, while they are read",
            more,
            "MB",
            "at most 200",
            more <= 200,
            n=MAILS,
        ),
        Figure("mails kept in a second", kept, "/s", "at least 200", kept >= 200, n=MAILS),
        Figure(
            "mails read and filed in a second, by two workers",
            filed,
            "/s",
            "at least 40",
            filed >= 40,
            n=MAILS,
        ),
    ]


def _memory(helpdesk: LiveHelpdesk, what: str) -> dict[str, float]:
    """Megabytes of each process of the worker, by its number; nothing where there is no /proc."""
    group = str(helpdesk.processes.running["worker"].process.pid)
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            stat = (folder / "stat").read_text().rpartition(") ")[2].split()
            status = (folder / "status").read_text()
        except OSError:
            continue  # it ended
        if stat[2] == group and (line := re.search(rf"^{what}:\s+(\d+) kB", status, re.MULTILINE)):
            found[folder.name] = int(line[1]) / 1024
    return found


def raw_mails(number: int, start: int) -> list[bytes]:
    """Mails of 3 kB, five of a conversation each, which answer one another."""
    words = "The zip of my jacket does not close any more, and the slider is bent. " * 35
    mails, before = [], ""
    for place, key in zip(range(number), count(start), strict=False):
        own = f"<bench-{key}@brook.example>"
        answers = f"In-Reply-To: {before}\r\n" if place % THREADS else ""
        mails.append(
            (
                f"From: Ines Brook <ines{start}-{place // THREADS}@brook.example>\r\n"
                f"To: bench@kestrelmoor.example\r\nSubject: A zip\r\nMessage-ID: {own}\r\n"
                f"{answers}Date: Mon, 30 Nov 2026 10:00:00 +0000\r\n\r\n{key} {words}\r\n"
            ).encode()
        )
        before = own
    return mails


def main() -> None:
    import django

    django.setup()
    from tickets import actions
    from tickets.actors import Actor
    from tickets.models import IncomingMail, Mailbox, MailState, Team

    mailbox, _new = Mailbox.objects.get_or_create(
        address="bench@kestrelmoor.example",
        defaults={"name": "Bench", "team": Team.objects.earliest("pk")},
    )
    mails = raw_mails(MAILS, int(time.time()) * 10_000)
    began = time.perf_counter()
    for raw in mails:
        actions.receive_mail(actor=Actor.system(), mailbox=mailbox, raw=raw)
    kept = time.perf_counter() - began
    waiting = IncomingMail.objects.filter(mailbox=mailbox, state=MailState.RECEIVED)
    while waiting.exists() and time.perf_counter() - began < PATIENCE:
        time.sleep(0.1)
    filed = time.perf_counter() - began
    done = IncomingMail.objects.filter(mailbox=mailbox, state=MailState.DONE).count()
    print(json.dumps({"kept": MAILS / kept, "filed": done / filed}))  # noqa: T201 - read by `measure`


if __name__ == "__main__":
    import os

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")
    main()
