"""Who fetches a mailbox: of all programs exactly one, for as long as it lives.

The locks are PostgreSQL's advisory ones, on a connection that is used for nothing else: with the
program, however it ends, they are free. PgBouncer must not stand in between, unless by session.
"""

from __future__ import annotations

import threading
from contextlib import suppress

import psycopg
from django.db import connection

_SPACE = 0x6D61696C  # of the numbers that advisory locks have: ours


class Locks:
    """The mailboxes that this program has, as long as PostgreSQL knows of it."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._server: psycopg.Connection[tuple[bool]] | None = None

    def take(self, mailbox: int) -> psycopg.Connection[tuple[bool]] | None:
        """The connection that holds the lock, if it is ours now. Raises psycopg.Error."""
        with self._guard:
            server = self._connected()
            found = server.execute("SELECT pg_try_advisory_lock(%s, %s)", (_SPACE, mailbox))
            return server if found.fetchone() == (True,) else None

    def is_held(self, held: psycopg.Connection[tuple[bool]]) -> bool:
        """Whether the connection that took a lock still lives, and the lock with it."""
        with self._guard:
            if held is not self._server or held.closed:
                return False
            try:
                held.execute("SELECT 1")
            except psycopg.Error:
                return False
            return True

    def free(self, mailbox: int, held: psycopg.Connection[tuple[bool]]) -> None:
        with self._guard, suppress(psycopg.Error):
            if not held.closed:
                held.execute("SELECT pg_advisory_unlock(%s, %s)", (_SPACE, mailbox))

    def close(self) -> None:
        with self._guard:
            if self._server is not None:
                self._server.close()

    def _connected(self) -> psycopg.Connection[tuple[bool]]:
        if self._server is not None and not self._server.closed and not self._server.broken:
            return self._server
        wanted = connection.get_connection_params() | {
            "autocommit": True,
            "connect_timeout": 3,
            "application_name": "helpdesk fetch_mail",
        }
        for name in ("cursor_factory", "context", "prepare_threshold"):
            wanted.pop(name, None)
        self._server = psycopg.connect(**wanted)
        return self._server
