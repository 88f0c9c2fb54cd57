"""`manage.py seal_again`: stored secrets under the newest key, so that an older one may go."""

from typing import Any

from django.core.management.base import BaseCommand

from tickets import actions
from tickets.actors import Actor


class Command(BaseCommand):
    help = "Encrypt all stored secrets again, with the first of SEALING_KEYS."

    def handle(self, *args: Any, **options: Any) -> None:
        done, lost = actions.seal_again(actor=Actor.system())
        self.stdout.write(f"{done} secrets are sealed with the newest key.")
        for name in lost:
            self.stderr.write(f"Cannot be opened with any of the keys: {name}")
