"""Statements that are given up after a time, so that no list keeps the database busy."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError, connection, transaction
from psycopg.errors import QueryCanceled


class TookTooLong(Exception):
    """A statement was given up. What it would have found is not known."""


@contextmanager
def bounded(seconds: float) -> Iterator[None]:
    """Give up each statement inside that takes longer. Raises TookTooLong."""
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                limit = [f"{round(seconds * 1000)}ms"]
                cursor.execute("SELECT set_config('statement_timeout', %s, true)", limit)
            yield
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise TookTooLong from error
        raise


@contextmanager
def walked() -> Iterator[None]:
    """Within a transaction: PostgreSQL walks an order and looks at each row, and gathers none before."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_bitmapscan = off")
    yield
    with connection.cursor() as cursor:  # where the statement was given up, it is rolled back
        cursor.execute("SET LOCAL enable_bitmapscan = on")
