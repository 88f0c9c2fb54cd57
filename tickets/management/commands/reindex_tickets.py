"""`manage.py reindex_tickets`: makes the search's rows again, for all tickets or those without one."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from tickets.models import Ticket
from tickets.search import indexing


class Command(BaseCommand):
    help = (
        "Index what was said in tickets, the newest first. Without --all only tickets that are not "
        "indexed yet, so it may be stopped at any time and begun again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--all", action="store_true", help="also those that are indexed")
        parser.add_argument(
            "--before", type=int, help="go on below this number, which it printed last"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        done = 0
        rows = Ticket.objects.all() if options["all"] else Ticket.objects.filter(text=None)
        for batch in indexing.batches(rows, before=options["before"]):
            indexing.index(batch)
            done += len(batch)
            if done % 10_000 < indexing.BATCH:
                self.stdout.write(f"{done} done, down to {batch[-1]}")
        self.stdout.write(f"{done} tickets were indexed.")
