"""What agents change of a customer or an organisation where they see it, with what was there before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

from tickets import events
from tickets.actions import persons, rights
from tickets.actions.custom_fields import PREFIX
from tickets.actions.errors import ActionError
from tickets.actors import Actor
from tickets.intake import tags, text
from tickets.models import Customer, CustomField, EventKind, Organization, Permission, Tier
from tickets.models.custom_fields import FieldKind, as_sent
from tickets.models.properties import MOST_TAGS

# How we serve somebody is the same for all rows of a person. What they may read themselves (their name,
# what an admin shows of custom fields) is each row's own, and so is what only their page shows.
SHARED = ("organization", "organization_role", "tier", "tags", "prefers_person", "segment", "value")
BY_PROGRAMS = ("phone", "segment", "value")  # beside what agents change
OF_CUSTOMERS = (
    *("name", "language", "timezone", "organization", "organization_role", "tier"),
    *("prefers_person", "tags", "note"),
)
OF_ORGANIZATIONS = ("tier", "tags", "note")
WORDS = ("note",)  # of which no event says what they were
LONGEST_NOTE = 5000


class ChangedSince(ActionError):
    """A colleague changed the same after this page had shown it."""

    def __init__(self, now: str) -> None:
        words = _("Somebody changed it meanwhile. It is now: %(now)s. Yours was not saved.")
        super().__init__(words % {"now": now}, code="changed")


@transaction.atomic
def change_customer(
    *,
    actor: Actor,
    customer: Customer,
    name: str,
    value: Sequence[str],
    seen: Sequence[str] | None = None,
) -> Customer:
    """Set one property, or a custom field (`custom.` and its key). `value` is what a form sends, and
    `seen` what it had shown.

    Raises:
        NotAllowed: the actor is no agent.
        ValidationError: that is no value of it, or there is nothing of that name.
        ChangedSince: it is not what was `seen` any more.
        ActionError: they were merged into another customer in this moment.
    """
    found, rows = persons.lock_person(customer)
    _refuse_others(actor)
    change = put_property(found, OF_CUSTOMERS, "customer", name, value, seen)
    if change is None:
        return found
    for row in rows if name in SHARED else [found]:
        setattr(row, column_of(name), getattr(found, column_of(name)))
        row.save(update_fields=[column_of(name)])
    events.record(EventKind.CUSTOMER_CHANGED, actor=actor, subject=found, field=name, **change)
    return found


@transaction.atomic
def change_organization(
    *,
    actor: Actor,
    organization: Organization,
    name: str,
    value: Sequence[str],
    seen: Sequence[str] | None = None,
) -> Organization:
    """The same of an organisation."""
    found = Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
    _refuse_others(actor)
    if name == "tier" and not "".join(value).strip():
        raise ValidationError(_("Choose one of the values."), code="invalid")
    change = put_property(found, OF_ORGANIZATIONS, "organization", name, value, seen)
    if change is not None:
        found.save(update_fields=[column_of(name)])
        events.record(
            EventKind.ORGANIZATION_CHANGED, actor=actor, subject=found, field=name, **change
        )
    return found


def sent_of(row: Customer | Organization, name: str) -> list[str]:
    """What a form shows of a property, and sends."""
    if name.startswith(PREFIX):
        return as_sent(row.custom.get(name.removeprefix(PREFIX)))
    if name == "organization":
        organization: Organization | None = getattr(row, name)
        return [organization.name] if organization else []
    if name == "tags":
        return [", ".join(row.tags)] if row.tags else []
    value = getattr(row, name)
    if isinstance(value, bool):
        return ["yes" if value else "no"]
    return [str(value)] if value else []


def put_property(
    row: Customer | Organization,
    names: Sequence[str],
    about: str,
    name: str,
    value: Sequence[str],
    seen: Sequence[str] | None,
) -> dict[str, Any] | None:
    """Write it to a locked row, which is not saved; what its event says, None if nothing differs."""
    if not name.startswith(PREFIX) and name not in names:
        raise ValidationError(_("There is nothing of that name."), code="unknown")
    before = sent_of(row, name)
    said: dict[str, Any] = {}
    if name.startswith(PREFIX):
        said = _set_custom(row, about, name.removeprefix(PREFIX), value)
    else:
        setattr(row, name, _CLEANED[name]("\n".join(value) if name == "note" else " ".join(value)))
    after = sent_of(row, name)
    if after == before:
        return None
    if seen is not None and [one for one in seen if one] != before:
        raise ChangedSince(", ".join(before) or _("empty"))
    silent = name in WORDS or said.pop("silent", False)
    return said if silent else {**said, "before": before, "after": after}


def _set_custom(
    row: Customer | Organization, about: str, key: str, value: Sequence[str]
) -> dict[str, Any]:
    field = CustomField.objects.filter(about=about, key=key).first()
    if field is None:
        raise ValidationError(_("There is nothing of that name."), code="unknown")
    kept = {name: each for name, each in row.custom.items() if name != key}
    read = field.read([text.clean(each[: 4 * 300]) for each in value], row.custom.get(key))
    row.custom = kept if read is None else {**kept, key: read}
    return {"name": field.name, "silent": field.kind == FieldKind.TEXT}


def column_of(name: str) -> str:
    return "custom" if name.startswith(PREFIX) else name


def _refuse_others(actor: Actor) -> None:
    rights.demand(actor, Permission.CUSTOMERS)


# --- values as a form sends them -----------------------------------------------------------------


def _language(value: str) -> str:
    code = text.line(value, limit=11).lower()
    if code:
        try:
            get_language_info(code)
        except KeyError:
            raise ValidationError(_("Choose a language."), code="invalid") from None
    return code


def _timezone(value: str) -> str:
    name = text.line(value, limit=64)
    if not name:
        return ""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValidationError(_("Choose a time zone like Europe/London."), code="invalid") from None
    return name


def _organization(value: str) -> Organization | None:
    name = text.line(value, limit=150)
    if not name:
        return None
    found = Organization.objects.filter(name=name).first()
    if found is None:
        raise ValidationError(
            _("There is no organisation called “%(name)s”. An admin can add it.") % {"name": name},
            code="invalid",
        )
    return found


def _tier(value: str) -> str:
    if value.strip() not in ("", *Tier.values):
        raise ValidationError(_("Choose one of the values."), code="invalid")
    return value.strip()


def _yes(value: str) -> bool:
    if value not in ("yes", "no"):
        raise ValidationError(_("Choose yes or no."), code="invalid")
    return value == "yes"


def _tags(value: str) -> list[str]:
    found = [one for each in value[:2000].split(",") if (one := tags.tag(each))]
    if len(set(found)) > MOST_TAGS:
        raise ValidationError(
            _("Use at most %(most)d tags.") % {"most": MOST_TAGS}, code="too_many"
        )
    return list(dict.fromkeys(found))


def _note(value: str) -> str:
    if len(value) > LONGEST_NOTE * 2 or len(cleaned := text.clean(value)) > LONGEST_NOTE:
        raise ValidationError(
            _("Keep it under %(most)d characters.") % {"most": LONGEST_NOTE}, code="too_long"
        )
    return cleaned


def _one_line(most: int) -> Callable[[str], str]:
    return lambda value: text.line(value, limit=most)


def _money(value: str) -> Decimal | None:
    return Decimal(value).quantize(Decimal("0.01")) if value else None


_CLEANED: dict[str, Callable[[str], Any]] = {
    "name": _one_line(150),
    "phone": _one_line(40),
    "segment": _one_line(40),
    "value": _money,
    "language": _language,
    "timezone": _timezone,
    "organization": _organization,
    "organization_role": _one_line(80),
    "tier": _tier,
    "prefers_person": _yes,
    "tags": _tags,
    "note": _note,
}
