"""`manage.py fetch_mail`: fetches all mailboxes until it is told to stop."""

import signal
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand

from tickets.email.fetching.program import Program


class Command(BaseCommand):
    help = "Fetch the mail of all mailboxes, as it comes, until SIGTERM or Ctrl-C."

    def handle(self, *args: Any, **options: Any) -> None:
        program = Program()

        def stop(number: int, frame: FrameType | None) -> None:
            program.stop()

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        program.run()
