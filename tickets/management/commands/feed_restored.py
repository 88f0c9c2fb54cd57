"""Say that the database was set back to an earlier state, so that who follows the feed misses nothing."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError

from tickets.models import FeedMark


class Command(BaseCommand):
    help = (
        "After a return to an earlier state of the database server (a physical backup, a point in "
        "time): what happens from now on stands behind all that readers of the feed have seen. "
        "After loading a dump it is not needed, and does no harm."
    )

    def handle(self, *_args: Any, **_options: Any) -> None:
        try:
            FeedMark.objects.begin_anew()
        except OperationalError as error:
            raise CommandError(f"Somebody is writing: try again in a moment. ({error})") from error
        self.stdout.write("Events are placed behind all earlier ones from now on.")
