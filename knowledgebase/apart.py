"""A knowledge base apart from the live one, for measuring: same tables, same code, nothing kept.

Its tables are temporary ones of the same names, which PostgreSQL finds first, inside a transaction
that is never committed. So the live articles cannot be touched, whatever happens: a lost connection
or a killed process leaves nothing behind, not even tables to clean up.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.apps import apps
from django.conf import settings
from django.db import connection, transaction

from knowledgebase.models import Encoder

APP = "knowledgebase"


@contextmanager
def knowledge_base() -> Iterator[None]:
    """Within it all of the knowledge base's models are empty, and whatever is written is undone."""
    with transaction.atomic():
        try:
            live = Encoder.objects.filter(name=settings.ENCODER_MODEL).first()
            with connection.cursor() as cursor:
                # It takes minutes and waits for the encoder, and nobody else waits for it.
                cursor.execute("SET LOCAL statement_timeout = 0")
                cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
                for table in _tables():
                    cursor.execute(f"CREATE TEMPORARY TABLE {table} (LIKE {table} INCLUDING ALL)")
            if live is not None:  # under its number, for which the copied vector index is
                live.state = Encoder.State.ACTIVE
                live.gists_from = ""
                live.save(force_insert=True)
            yield
        finally:
            transaction.set_rollback(True)


def analyse() -> None:
    """Let PostgreSQL count what was written: temporary tables it never looks at by itself."""
    with connection.cursor() as cursor:
        for table in _tables():
            cursor.execute(f"ANALYZE {table}")


def _tables() -> list[str]:
    models = apps.get_app_config(APP).get_models(include_auto_created=True)
    return [connection.ops.quote_name(model._meta.db_table) for model in models]
