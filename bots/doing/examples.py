"""Values as they may be in a run of a task, so that its texts can be read before it is ever done."""

from __future__ import annotations

from itertools import cycle
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext as _

from bots.doing.wording import Known
from bots.models import Task, TaskFact
from bots.models.tasks import FactKind
from tickets.models import RecordField, RecordType
from tickets.models.custom_fields import FieldKind

EMAIL: Final = "maya@example.org"


def known(task: Task) -> Known:
    """An example of all that its texts may name; two queries where it is about records."""
    kind = task.record_type
    return Known(
        facts={fact.key: _fact(fact) for fact in task.asks()},
        record={}
        if kind is None
        else {"reference": reference(kind), "values": _values(task, kind)},
        result={} if task.operation is None else {name: name for name in task.operation.values},
        email=EMAIL,
    )


def reference(kind: RecordType) -> str:
    """One that looks like those of this type; the same each time."""
    digits = cycle("4821357964")
    shown = (
        next(digits) if one == "#" else "K" if one == "@" else "4821" if one == "*" else one
        for one in kind.look
    )
    return "".join(shown) or "4821"


def _values(task: Task, kind: RecordType) -> dict[str, Any]:
    asked = kind.operation.values if kind.operation else {}
    values: dict[str, Any] = {name: name for name in asked}
    for field in RecordField.objects.filter(type=kind):
        values[field.key] = _value(field)
        if field.is_status and task.statuses:
            values[field.key] = task.statuses[0]
    return values


def _value(field: RecordField) -> Any:
    match field.kind:
        case FieldKind.CHOICE | FieldKind.CHOICES:
            return next(iter(field.options), field.name)
        case FieldKind.NUMBER:
            return 24
        case FieldKind.DATE:
            return timezone.localdate().isoformat()
        case FieldKind.CHECKBOX:
            return True
    return field.name


def _fact(fact: TaskFact) -> str:
    match fact.kind:
        case FactKind.CHOICE:
            return next(iter(fact.options), fact.key)
        case FactKind.NUMBER:
            return "2"
        case FactKind.DATE:
            return timezone.localdate().isoformat()
        case FactKind.EMAIL:
            return EMAIL
        case FactKind.PHONE:
            return "+44 1632 960 000"
        case FactKind.POSTCODE:
            return "LA22 9HP"
    return _("what they wrote")
