"""A record as it is now in its system: asked for by an agent, and kept like what the system tells itself."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from tickets import actions
from tickets.actions import NewRecord
from tickets.actors import Actor
from tickets.connectors.asking import ask
from tickets.models import Record, RecordField


class NotFetched(Exception):
    """Nothing was changed; the message says why, for staff."""


def fetch(record: Record) -> bool:
    """Ask for it, and keep what came; whether anything was different. Never inside a transaction.

    A field that the answer does not name stays as it is.

    Raises:
        NotFetched: no connector is asked for records of this type, or it has none like this, or fails.
    """
    operation = record.type.operation
    if operation is None or operation.changes:
        raise NotFetched(_("No connector is asked for records of this type."))
    answer = ask(operation, {"number": record.reference}, number=f"record-{uuid.uuid4()}")
    if not answer.is_done or not answer.rows:
        raise NotFetched(answer.problem or _("It knows nothing of that."))
    values = {**record.values, **_values(record, answer.rows[0])}
    if values == record.values:
        return False  # when it changed there stays as it was told
    told = NewRecord(
        external_id=record.external_id,
        reference=record.reference,
        customer_number=record.customer_number,
        customer_email=record.customer_email,
        values=values,
    )
    stored = actions.upsert_record(actor=Actor.system(), record_type=record.type, row=told)
    if stored.outcome == "refused":
        raise NotFetched(stored.message)
    return stored.outcome == "changed"


def _values(record: Record, row: Mapping[str, Any]) -> dict[str, Any]:
    keys = RecordField.objects.filter(type=record.type_id).values_list("key", flat=True)
    return {key: row[key] for key in keys if row.get(key) is not None}
