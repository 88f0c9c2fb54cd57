"""`manage.py demo_post`: the demo's mail server, started with the demo."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from helpdesk.demo import post_office


class Command(BaseCommand):
    help = "Take mail for the demo's mailboxes on this machine, until it is stopped."

    def handle(self, *args: Any, **options: Any) -> None:
        post_office.serve(settings.DEMO_POST_PORT)
