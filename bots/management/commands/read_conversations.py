"""`manage.py read_conversations`: understand the messages of the past, to try rules on them."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from rich.progress import track

from bots import backfill


class Command(BaseCommand):
    help = "Understand every customer message that was never read. Nothing is said to anybody."

    def handle(self, *args: Any, **options: Any) -> None:
        total = backfill.missing().count()
        for _ticket in track(backfill.read_missing(), "Conversations", total=total):
            pass
        self.stdout.write(f"{total} conversations were read.")
