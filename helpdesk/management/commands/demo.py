"""`manage.py demo`: the whole helpdesk with an invented company, on this machine."""

import sys

from django.core.management.base import BaseCommand, CommandParser

from helpdesk.demo import environment
from helpdesk.demo.runner import Demo


class Command(BaseCommand):
    help = "Run the whole helpdesk here, with a demo company, until Ctrl-C."
    requires_system_checks = ()  # the processes that it starts check themselves

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", help="where the web listens (PORT, or 8000)")

    def handle(self, *args: object, **options: object) -> None:
        Demo(environment.wanted_port(sys.argv)).run()
