"""What a mail costs to read and to file, in one process: `python -m tests.bench.filed [MAILS] [--profile]`.

A database of its own, and nobody else who works: the processor's time of this process for each mail,
which others on the machine prolong less than the clock, and the statements for each mail.
"""

from __future__ import annotations

import argparse
import cProfile
import os
import pstats
import shutil
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from helpdesk.embedded import services
from tests import migrated
from tests.bench.posted import raw_mails
from tests.services import temporary_folder

MAILS = 400
WARM = 20
SHOWN = 60  # lines of the profile


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("mails", nargs="?", type=int, default=MAILS)
    parser.add_argument("--profile", action="store_true", help="where the time goes")
    parser.add_argument("--statements", action="store_true", help="which statements, how often")
    asked = parser.parse_args()
    with ExitStack() as stack:
        data = temporary_folder()
        stack.callback(shutil.rmtree, data, ignore_errors=True)
        migrated.copy_into(data)
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "helpdesk.settings",
            "HELPDESK_DATA": str(data),
            "DATABASE_URL": "",
            "REDIS_URL": "",
            "LOG_LEVEL": "ERROR",
        }
        stack.enter_context(services.running(data, durable=False))
        _measure(asked)


def _measure(asked: argparse.Namespace) -> None:
    import django

    django.setup()
    from django.db import connection

    from tests.factories import make_team
    from tickets import actions, tasks
    from tickets.actors import Actor
    from tickets.models import IncomingMail, Mailbox, MailState

    mailbox = Mailbox.objects.create(
        name="Bench", address="bench@kestrelmoor.example", team=make_team()
    )

    def keep(number: int) -> None:
        for raw in raw_mails(number, time.time_ns()):
            actions.receive_mail(actor=Actor.system(), mailbox=mailbox, raw=raw)

    keep(WARM)
    _work_off(tasks.work_off)
    asked_for: Counter[str] = Counter()

    def count(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        asked_for[sql.replace("\n", " ") if asked.statements else "all"] += 1
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        began = time.process_time()
        keep(asked.mails)
        kept = time.process_time() - began
        statements = asked_for.total()
    profile = cProfile.Profile()
    asked_for.clear()
    with connection.execute_wrapper(count):
        began = time.process_time()
        if asked.profile:
            profile.enable()
        _work_off(tasks.work_off)
        profile.disable()
        filed = time.process_time() - began
    done = IncomingMail.objects.filter(mailbox=mailbox, state=MailState.DONE).count()
    assert done == asked.mails + WARM, done
    for name, seconds, number in (
        ("kept", kept, statements),
        ("read and filed", filed, asked_for.total()),
    ):
        milliseconds, each = 1000 * seconds / asked.mails, number / asked.mails
        sys.stdout.write(f"{name}: {milliseconds:.1f} ms of the processor, {each:.1f} statements\n")
    if asked.statements:
        for sql, times in asked_for.most_common(SHOWN):
            sys.stdout.write(f"{times / asked.mails:6.2f}  {sql[:200]}\n")
    if asked.profile:
        pstats.Stats(profile).sort_stats("cumulative").print_stats(SHOWN)


def _work_off(work_off: Callable[[str], int]) -> None:
    """As the worker does it, one bell after the other."""
    while work_off("incoming"):
        pass


if __name__ == "__main__":
    main()
