"""The record that a task is about, as it is now: from its system where that can be asked, else as told."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from bots.doing.asker import Asker
from bots.models import Task
from tickets.connectors.asking import ask
from tickets.models import ConnectorCallState, Record
from tickets.models.records import reference_key


class Unavailable(Exception):
    """Its system did not say; the message is a sentence for staff."""


@dataclass(frozen=True, slots=True)
class Found:
    """A record of whoever asks. `told_by` names the system that was asked just now."""

    reference: str
    values: Mapping[str, Any]
    status: str
    told_by: str = ""

    def kept(self) -> dict[str, Any]:
        """As a run keeps it."""
        return {"reference": self.reference, "values": dict(self.values), "told_by": self.told_by}


def look_up(task: Task, reference: str, asker: Asker) -> Found | None:
    """The record of this reference, if it is theirs; None where there is none, or it is somebody else's.

    Nothing tells the two apart. Never inside a transaction.

    Raises:
        Unavailable: its system cannot be asked.
    """
    kind = task.record_type
    assert kind is not None
    stored = _stored(task, reference, asker)
    reference = stored.reference if stored else reference
    told_by, values = "", dict(stored.values) if stored else {}
    if kind.operation is not None:
        answer = ask(
            kind.operation,
            {"number": reference},
            number=f"task-look-{uuid.uuid4()}",
            owner=asker.owner(),
            ticket=asker.ticket,
        )
        if answer.state == ConnectorCallState.NOT_FOUND:
            return None
        if not answer.is_done:
            raise Unavailable(answer.problem or _("It was not asked."))
        if not answer.rows:
            return None
        asked = answer.rows[0]
        values |= {name: value for name, value in asked.items() if value is not None}
        told_by = kind.operation.connector.name
        reference = str(asked.get("number") or reference)
    elif stored is None:
        return None
    status = kind.fields.filter(is_status=True).values_list("key", flat=True).first() or "status"
    return Found(reference, values, str(values.get(status) or ""), told_by)


def _stored(task: Task, reference: str, asker: Asker) -> Record | None:
    """What was told of it, if it is theirs."""
    key = reference_key(reference)
    if asker.known.customer is None or not key:
        return None
    theirs = Record.objects.filter(type=task.record_type, customer__in=asker.person())
    return theirs.filter(reference_key=key).first()
