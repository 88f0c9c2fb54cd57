"""Django's migrate, without the limits that keep a request or a task from holding up others."""

from __future__ import annotations

from typing import Any

from django.core.management.commands import migrate
from django.db import connections

# An index over a million conversations takes minutes, and so does any step on a machine that is busy.
# The limit for a lock stays: a migration that waited for one would make everybody wait behind it.
LIMITS = ("statement_timeout", "idle_in_transaction_session_timeout")


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate; the connection has its limits again afterwards."""
        connection = connections[options["database"]]
        with connection.cursor() as cursor:
            for name in LIMITS:
                cursor.execute(f"SET {name} = 0")
        try:
            super().handle(*args, **options)
        finally:
            with connection.cursor() as cursor:
                for name in LIMITS:
                    cursor.execute(f"RESET {name}")
