"""The ledger in words: who did what and when, and each field as it was and as it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tickets.actions.settings import SECRET_FIELDS
from tickets.admin.audit.differences import Piece, pieces
from tickets.models import Event

LONG = 60  # characters; what is longer, or has lines, is shown as a difference
BEGINNING = 300  # characters of a long text that is new or gone as a whole

KINDS_OF_ACTORS = {
    "agent": gettext_lazy("Staff"),
    "customer": gettext_lazy("Customer"),
    "assistant": gettext_lazy("Assistant"),
    "system": gettext_lazy("System"),
    "api": gettext_lazy("API key"),
    "nobody": gettext_lazy("Visitor"),
}
# What lists on a row, and details of an event, are called.
LABELS = {
    "members": gettext_lazy("Members"),
    "teams": gettext_lazy("Teams"),
    "spans": gettext_lazy("Open"),
    "holidays": gettext_lazy("Holidays"),
    "title": gettext_lazy("Title"),
    "summary": gettext_lazy("Summary"),
    "questions": gettext_lazy("Sample questions"),
    "version": gettext_lazy("Newest version"),
    "public_version": gettext_lazy("Public version"),
    "scopes": gettext_lazy("Scopes"),
    "revoked": gettext_lazy("Revoked"),
    "ended_log_ins": gettext_lazy("All log-ins ended"),
    "proofs": gettext_lazy("With"),
    "device": gettext_lazy("Device"),
    "network_address": gettext_lazy("Network address"),
    "factor": gettext_lazy("Second factor"),
    "called": gettext_lazy("Called"),
    "provider": gettext_lazy("Identity provider"),
    "words": gettext_lazy("Rule"),
    "turns": gettext_lazy("Turns"),
    "published_anyway": gettext_lazy("Published although these scenarios break"),
}
_NOT_SHOWN = {"id", "name", "changes", "was", "article_events"}


@dataclass(frozen=True, slots=True)
class Change:
    """One field, as it was and as it is; `pieces` where the two are better read as one text."""

    name: str
    label: str
    before: str = ""
    after: str = ""
    pieces: list[Piece] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Entry:
    """One event as a person reads it."""

    event: Event
    who: str
    what: str
    about: str
    url: str
    changes: list[Change]


def entries(events: Iterable[Event]) -> list[Entry]:
    """Events as entries. One more query per model that changed fields point to."""
    found = list(events)
    names = _names_of_related(found)
    return [_entry(event, names) for event in found]


def who(event: Event) -> str:
    """The person, key or part of the system that did it."""
    actor = event.actor_user or event.actor_customer or event.actor_key
    return str(actor if actor else KINDS_OF_ACTORS.get(event.actor_kind, event.actor_kind))


def model_of(event: Event) -> type[models.Model] | None:
    """The model of what the event is about; None for a ticket, or one that is no more."""
    try:
        return apps.get_model(event.subject) if event.subject else None
    except LookupError:
        return None


def about(event: Event) -> str:
    """What the event is about, by kind and name."""
    model = model_of(event)
    if model is None:
        return str(event.ticket) if event.ticket_id else event.subject
    kind = capfirst(str(model._meta.verbose_name))
    return f"{kind}: {name}" if (name := event.data.get("name")) else f"{kind} #{event.subject_id}"


def url_of(event: Event) -> str:
    """Where what the event is about is edited; empty if nowhere."""
    model = model_of(event)
    if model is None or event.kind == "setting.removed":
        return ""
    options = model._meta
    try:
        return reverse(
            f"admin:{options.app_label}_{options.model_name}_change", args=[event.subject_id]
        )
    except NoReverseMatch:
        return ""


Names = dict[type[models.Model], dict[str, str]]


def _entry(event: Event, names: Names) -> Entry:
    return Entry(
        event=event,
        who=who(event),
        what=event.get_kind_display(),
        about=about(event),
        url=url_of(event),
        changes=[
            _change(model_of(event), name, before, after, names)
            for name, before, after in _values(event)
            if not (before in (None, "", []) and after in (None, "", []))
        ],
    )


def _values(event: Event) -> Iterable[tuple[str, Any, Any]]:
    """The fields of an event with what was before and after, whatever kind of event it is."""
    data = event.data if isinstance(event.data, dict) else {}
    for name, (before, after) in data.get("changes", {}).items():
        if name not in _NOT_SHOWN or (name == "name" and name in data["changes"]):
            yield name, before, after
    for name, value in data.get("was", {}).items():
        if name != "id":
            yield name, value, None
    for name, value in data.items():
        if name not in _NOT_SHOWN:
            yield name, None, value


def _change(
    model: type[models.Model] | None, name: str, before: Any, after: Any, names: Names
) -> Change:
    found = _field(model, name)
    label = str(LABELS.get(name) or capfirst(str(getattr(found, "verbose_name", name))))
    if name in SECRET_FIELDS:
        return Change(name, label, after=_("changed, not shown"))
    return change(label, name, _shown(found, before, names), _shown(found, after, names))


def change(label: str, name: str, before: Any, after: Any) -> Change:
    """A change of texts or lists, as a difference if they are long."""
    was, now = _text(before), _text(after)
    if not (was and now) and max(len(was), len(now)) > BEGINNING:
        parts = [Piece("same" if now else "removed", (now or was)[:BEGINNING]), Piece("gap")]
    elif isinstance(before, list) or isinstance(after, list):
        parts = pieces(_lines(was), _lines(now))
    elif "\n" in was + now or max(len(was), len(now)) > LONG:
        parts = pieces(was, now)
    else:
        parts = []
    return Change(name, label, was, now, parts)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, list):
        return "\n".join(str(item) for item in value)
    return str(value)


def _shown(field: models.Field[Any, Any] | None, value: Any, names: Names) -> Any:
    """A value of a snapshot as a person reads it; lists and yes or no as they are."""
    if field is None or value in (None, "") or isinstance(value, bool | list):
        return value
    if isinstance(field, models.ForeignKey):
        return names.get(field.related_model, {}).get(str(value)) or _("#%(key)s, removed") % {
            "key": value
        }
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(field, models.DateTimeField):
        return _when(str(value))
    return value


def _when(value: str) -> str:
    parsed: datetime | None = parse_datetime(value)
    if parsed is None:
        return value
    return date_format(timezone.localtime(parsed), "DATETIME_FORMAT")


def _lines(text: str) -> str:
    return text + "\n" if text else ""


def _field(model: type[models.Model] | None, name: str) -> models.Field[Any, Any] | None:
    try:
        found = model._meta.get_field(name) if model else None
    except FieldDoesNotExist:
        return None
    return found if isinstance(found, models.Field) else None


def _names_of_related(events: Iterable[Event]) -> Names:
    """The names of the rows that foreign keys point to, now and before."""
    wanted: dict[type[models.Model], set[str]] = defaultdict(set)
    for event in events:
        for name, before, after in _values(event):
            found = _field(model_of(event), name)
            if isinstance(found, models.ForeignKey):
                wanted[found.related_model] |= {str(key) for key in (before, after) if key}
    return {
        model: {str(row.pk): str(row) for row in model._default_manager.filter(pk__in=keys)}
        for model, keys in wanted.items()
    }
