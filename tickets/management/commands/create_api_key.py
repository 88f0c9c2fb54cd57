"""Make an API key for an integrator, and show its secret this once."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from tickets import actions, addresses
from tickets.actors import Actor
from tickets.models import Scope, User
from tickets.models.users import STAFF_ROLES

LONGEST_DAYS = 3650


class Command(BaseCommand):
    help = (
        "Make an API key. Its secret is printed once, alone on standard output, and kept nowhere."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--name", required=True, help="what the key is for, to tell keys apart")
        parser.add_argument(
            "--scope",
            action="append",
            dest="scopes",
            default=[],
            metavar="SCOPE",
            help=f"what it may do; give the option again for more: {', '.join(Scope.values)}",
        )
        parser.add_argument(
            "--agent",
            default="",
            metavar="ADDRESS",
            help=f"for whom it acts, with {Scope.TICKETS_ACT}",
        )
        parser.add_argument("--expires-days", type=int, metavar="N", help="valid for N days only")

    def handle(self, *_args: Any, **options: Any) -> None:
        scopes, days = options["scopes"], options["expires_days"]
        known = ", ".join(Scope.values)
        for scope in scopes:
            if scope not in Scope.values:
                raise CommandError(f"There is no scope “{scope}”; choose among {known}.")
        if not scopes:
            raise CommandError(f"Give the key at least one --scope, of {known}.")
        if days is not None and not 1 <= days <= LONGEST_DAYS:
            raise CommandError(f"--expires-days takes 1 to {LONGEST_DAYS} days.")
        try:
            key, secret = actions.create_api_key(
                actor=Actor.system(),
                name=options["name"],
                scopes=scopes,
                agent=_agent(options["agent"]),
                expires_at=timezone.now() + timedelta(days=days) if days else None,
            )
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        until = f", valid until {key.expires_at:%Y-%m-%d %H:%M} UTC" if key.expires_at else ""
        self.stderr.write(f"API key “{key.name}” ({', '.join(key.scopes)}){until}.")
        self.stderr.write("Keep the secret now: it cannot be shown again.")
        self.stdout.write(secret)


def _agent(email: str) -> User | None:
    if not email:
        return None
    address = addresses.to_look_up(email)
    found = User.objects.filter(email=address, is_active=True, role__in=STAFF_ROLES).first()
    if found is None:
        raise CommandError(f"Nobody who works here has the address “{email}”.")
    return found
