"""What another system tells of a record, read and checked against its type before anything is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from tickets import addresses, clock
from tickets.intake import text
from tickets.models import RecordField
from tickets.models.custom_fields import LONGEST_TEXT, MOST_OPTIONS, FieldKind, as_sent
from tickets.models.records import LONGEST_ID, LONGEST_REFERENCE, reference_key

AHEAD = timedelta(days=1)  # a clock may be wrong; what is of next year would outlive all news
_TYPES: dict[str, tuple[type, ...]] = {
    FieldKind.NUMBER: (int, float, str),
    FieldKind.CHOICES: (list,),
    FieldKind.CHECKBOX: (bool,),
    FieldKind.TEXT: (str, int, float),
}


class Refused(Exception):
    """A row that cannot be taken: why, for a machine and for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


@dataclass(frozen=True, slots=True)
class NewRecord:
    """A record as its system tells of it: whole, so that a field that is not named is empty.

    `reference` is what customers call it, without one the external id. Whose it is says
    `customer_number` (in the type's system) or `customer_email`, an address that counts once somebody
    proved it. `changed_at` is when it changed there; without it, now.
    """

    external_id: str
    reference: str = ""
    customer_number: str = ""
    customer_email: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """The same in the form in which it is kept."""

    external_id: str
    reference: str
    reference_key: str
    customer_number: str
    customer_email: str
    values: dict[str, Any]
    changed_at: datetime


def checked(row: NewRecord, fields: Mapping[str, RecordField]) -> Checked:
    """A row in its form. Raises Refused."""
    external_id = _line(row.external_id, LONGEST_ID, "external_id")
    if not external_id:
        raise Refused("external_id", _("Name the record by its key in your system."))
    reference = _line(row.reference or external_id, LONGEST_REFERENCE, "reference")
    compared = reference_key(reference)
    if not compared:
        raise Refused("reference", _("A reference has a letter or a digit."))
    now = clock.now()
    changed_at = row.changed_at or now
    if changed_at > now + AHEAD:
        raise Refused("future", _("It cannot have changed in the future."))
    return Checked(
        external_id=external_id,
        reference=reference,
        reference_key=compared,
        customer_number=_line(row.customer_number, LONGEST_ID, "customer"),
        customer_email=_address(row.customer_email),
        values=_values(row.values, fields),
        changed_at=changed_at,
    )


def _line(sent: str, longest: int, code: str) -> str:
    """One line, whole: a key that was cut would be another one."""
    if len(sent) > longest * 4 or len(found := text.line(sent, limit=longest + 1)) > longest:
        raise Refused(code, _("Keep it under %(most)d characters.") % {"most": longest})
    return found


def _address(sent: str) -> str:
    try:
        return addresses.normalised(sent) if sent else ""
    except ValidationError as error:
        raise Refused("customer", " ".join(error.messages)) from None


def _values(sent: Mapping[str, Any], fields: Mapping[str, RecordField]) -> dict[str, Any]:
    unknown = [str(name)[:40] for name in sent if name not in fields]
    if unknown:
        names = ", ".join(unknown[:5])
        raise Refused("unknown_field", _("There is no field %(names)s.") % {"names": names})
    found = {}
    for name, value in sent.items():
        try:
            kept = fields[name].read(_texts(fields[name], value))
        except ValidationError as error:
            words = f"{name}: {' '.join(error.messages)}"
            raise Refused("invalid_value", words) from None
        if kept is not None:
            found[name] = kept
    return found


def _texts(known: RecordField, value: Any) -> Sequence[str]:
    """A value of JSON as the kind's reader takes it. Raises ValidationError."""
    if value is None:
        return []
    fits = _TYPES.get(known.kind, (str,))
    if not isinstance(value, fits) or (isinstance(value, bool) and bool not in fits):
        raise ValidationError(_("That is no value of its kind."), code="invalid")
    each = value if isinstance(value, list) else as_sent(value)
    if len(each) > MOST_OPTIONS or not all(isinstance(one, str) for one in each):
        raise ValidationError(_("That is no value of its kind."), code="invalid")
    if any(len(one) > LONGEST_TEXT * 4 for one in each):
        raise ValidationError(
            _("Keep it under %(most)d characters.") % {"most": LONGEST_TEXT}, code="too_long"
        )
    return [text.clean(one) for one in each]
