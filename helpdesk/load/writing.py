"""Rows by the thousand: PostgreSQL's COPY, with the keys chosen before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.db.models import Max, Model

from tickets.models import TicketText


def next_key(model: type[Model]) -> int:
    """The first key that is free."""
    return (model._default_manager.aggregate(last=Max("pk"))["last"] or 0) + 1


def copy(model: type[Model], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write rows of these fields, and let the keys that the database gives begin after them."""
    meta = model._meta
    fields: list[Any] = [meta.pk if name == "pk" else meta.get_field(name) for name in names]
    columns = [str(field.column) for field in fields]
    statement = f"COPY {meta.db_table} ({', '.join(columns)}) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(statement) as copying:
        for row in rows:
            copying.write_row(row)


def keep_keys(*models: type[Model]) -> None:
    """What is written next gets a key after those that were copied."""
    with connection.cursor() as cursor:
        for model in models:
            cursor.execute(
                "SELECT setval(pg_get_serial_sequence(%s, 'id'), %s, false)",
                [model._meta.db_table, next_key(model)],
            )


@contextmanager
def without_word_indexes() -> Iterator[None]:
    """The indexes of words are made at the end, all at once: that takes a tenth of the time."""
    found = [index for index in TicketText._meta.indexes if index.name in _WORDS]
    with connection.schema_editor() as editor:
        for index in found:
            editor.remove_index(TicketText, index)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SET maintenance_work_mem = '512MB'; SET statement_timeout = 0")
        with connection.schema_editor() as editor:
            for index in found:
                editor.add_index(TicketText, index)


_WORDS = {"ticket_words", "ticket_note_words"}
