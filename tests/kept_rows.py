"""Tests with real transactions: the tables are emptied after each, and what migrations made put back.

Django truncates every table and saves the rows one by one from JSON, which takes seconds for each
such test. To delete the few rows that there are, and to copy within the database, takes some
thousandths.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.db import connection, transaction
from django.db.backends.base.creation import BaseDatabaseCreation
from django.db.backends.base.operations import BaseDatabaseOperations

SCHEMA = "kept"
_TABLES = """
SELECT relname FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
WHERE nspname = 'public' AND relkind = 'r' AND relname <> 'django_migrations'
"""
_COLUMNS = """
SELECT string_agg(quote_ident(column_name), ', ') FROM information_schema.columns
WHERE table_schema = 'public' AND table_name = %s AND is_generated = 'NEVER'
"""
# Without the triggers: they keep references whole and the record of events from being changed.
_EMPTY = f"""
DO $$ DECLARE name text; filled boolean; BEGIN
    SET LOCAL session_replication_role = replica;
    FOR name IN {_TABLES} LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %I)', name) INTO filled;
        IF filled THEN EXECUTE format('DELETE FROM %I', name); END IF;
    END LOOP;
END $$
"""  # noqa: S608 - a statement of our own


def keep(_creation: BaseDatabaseCreation) -> str:
    """Copy all rows; the names of the tables that have any, with their columns."""
    found = {}
    with connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE; CREATE SCHEMA {SCHEMA}")
        cursor.execute(_TABLES)
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT EXISTS (SELECT FROM "{table}")')  # noqa: S608 - our own tables
            if cursor.fetchone() == (True,):
                cursor.execute(f'CREATE TABLE {SCHEMA}."{table}" AS TABLE "{table}"')
                cursor.execute(_COLUMNS, [table])
                found[table] = cursor.fetchone()[0]
    return json.dumps(found)


def empty(_operations: BaseDatabaseOperations, _statements: Iterable[Any]) -> None:
    """Delete all rows, wherever there are any."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_EMPTY)


def put_back(_creation: BaseDatabaseCreation, kept: str) -> None:
    """Put the rows back, where they are gone. References are checked at the end."""
    statements = [
        f'INSERT INTO "{table}" ({columns}) SELECT {columns} FROM {SCHEMA}."{table}"'  # noqa: S608
        " ON CONFLICT DO NOTHING"
        for table, columns in json.loads(kept).items()
    ]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("; ".join(["SET CONSTRAINTS ALL DEFERRED", *statements]))
