"""What happened to a customer or an organisation, in words: who, what, before and after."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tickets.models import Customer, Event, EventKind, Tier
from tickets.workspace.history import who

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

NAMES: Mapping[str, StrOrPromise] = {
    "name": gettext_lazy("name"),
    "language": gettext_lazy("language"),
    "timezone": gettext_lazy("time zone"),
    "organization": gettext_lazy("organisation"),
    "organization_role": gettext_lazy("role in the organisation"),
    "tier": gettext_lazy("tier"),
    "prefers_person": gettext_lazy("wish for a person first"),
    "tags": gettext_lazy("tags"),
    "note": gettext_lazy("note"),
    "phone": gettext_lazy("telephone"),
    "segment": gettext_lazy("segment"),
    "value": gettext_lazy("value"),
    "email": gettext_lazy("address"),
    "claimed_email": gettext_lazy("unconfirmed address"),
    "external_id": gettext_lazy("external number"),
    "metadata": gettext_lazy("data of programs"),
    "domains": gettext_lazy("domains"),
}


@dataclass(frozen=True, slots=True)
class Said:
    """One line: who did what; what was before and is after, where that is kept; and why."""

    who: str
    what: str
    at: datetime
    before: str = ""
    after: str = ""
    detail: str = ""


def in_words(event: Event, names: Mapping[int, str]) -> Said:
    """`names` are those of customers whom events name by their key: see `named_in`."""
    data = event.data
    return Said(
        who=who(event),
        what=_what(event, names),
        at=event.created_at,
        before=_values(data, "before"),
        after=_values(data, "after"),
        detail=str(data.get("why", "")),
    )


def named_in(events: Iterable[Event]) -> dict[int, str]:
    """The names of those who were merged or parted. One query where there are any."""
    kinds = (EventKind.CUSTOMER_MERGED, EventKind.CUSTOMER_PARTED)
    keys = {
        event.data[side] for event in events if event.kind in kinds for side in ("merged", "into")
    }
    if not keys:
        return {}
    return {one.pk: str(one) for one in Customer.objects.filter(pk__in=keys)}


def _what(event: Event, names: Mapping[int, str]) -> str:
    data = event.data
    match event.kind:
        case EventKind.CUSTOMER_CHANGED if data["field"] == "external_id":
            return _("changed the number in “%(system)s”") % {"system": data["name"]}
        case EventKind.CUSTOMER_CHANGED | EventKind.ORGANIZATION_CHANGED:
            if "name" in data:
                return _("changed “%(name)s”") % {"name": data["name"]}
            return _("changed the %(name)s") % {"name": NAMES.get(data["field"], data["field"])}
        case EventKind.CUSTOMER_MERGED | EventKind.CUSTOMER_PARTED:
            pair = {"one": names.get(data["merged"], "?"), "other": names.get(data["into"], "?")}
            if event.kind == EventKind.CUSTOMER_MERGED:
                return _("merged %(one)s into %(other)s") % pair
            return _("parted %(one)s from %(other)s again") % pair
        case EventKind.SETTING_CHANGED:
            changed = (str(NAMES.get(name, name)) for name in data.get("changes", {}))
            return _("changed in the administration: %(names)s") % {"names": ", ".join(changed)}
    return str(event.get_kind_display())


def _values(data: Mapping[str, Any], side: str) -> str:
    values = data.get(side)
    if not isinstance(values, list):
        return ""
    tiers = dict(Tier.choices)
    in_tiers = data.get("field") == "tier"
    return ", ".join(str(tiers.get(one, one)) if in_tiers else str(one) for one in values)
