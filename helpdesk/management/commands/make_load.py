"""`manage.py make_load --tickets N`: conversations in bulk, to measure with."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from helpdesk.load import conversations
from tickets.models import Ticket

EVERY = 20_000


class Command(BaseCommand):
    help = (
        "Make tickets with messages, notes, tags and events in bulk; the same seed makes the same."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--tickets", type=int, required=True)
        parser.add_argument(
            "--customers", type=int, help="a fifth of the tickets, unless it is said"
        )
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument(
            "--anyway", action="store_true", help="although there are conversations"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if Ticket.objects.exists() and not options["anyway"]:
            raise CommandError(
                "There are conversations here already. If they may stand beside made-up ones, "
                "say --anyway."
            )
        tickets = options["tickets"]
        customers = options["customers"] or max(1, tickets // 5)
        conversations.make(tickets, customers, options["seed"], self._say)
        self.stdout.write(f"{tickets} tickets of {customers} customers were made.")

    def _say(self, done: int) -> None:
        if done % EVERY == 0:
            self.stdout.write(f"{done} tickets")
