"""Following changes: up to which moment nothing can be added any more to what has changed.

A transaction takes the time of a change when it writes, and shows it to others only when it commits.
So a change may appear behind one that was read already. What is younger than the oldest transaction
that still writes is therefore not told yet.
"""

from __future__ import annotations

from datetime import datetime

from django.db import connection

# A transaction that has written, or locked a row to write it, has a number of its own. One that gets
# it while these are looked through is younger than the statement.
_SETTLED = """
SELECT least(statement_timestamp(), min(xact_start)) FROM pg_stat_activity
WHERE datname = current_database() AND backend_type = 'client backend' AND backend_xid IS NOT NULL
    AND pid <> pg_backend_pid()
"""


def settled_until() -> datetime:
    """Every change before this moment was committed, or never will be.

    To be asked for before the changes are read, in a statement of its own: what was committed in
    between is read, and it is younger.
    """
    with connection.cursor() as cursor:
        cursor.execute(_SETTLED)
        moment: datetime = cursor.fetchone()[0]
    return moment
