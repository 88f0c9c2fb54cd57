"""The texts of tasks, with the values in braces: `{order.status}`, `{postcode}`, `{result.label}`.

Each is filled in one pass over what an admin wrote, so a value is never read again; and a value is shown
as nothing but its text, whatever its system wrote into it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _

from bots.models import Task
from knowledgebase.markdown import as_markdown
from tickets.conversation.custom_fields import in_words
from tickets.models import RecordField, SiteSettings, Team, Ticket
from tickets.models.custom_fields import FieldKind, as_sent
from tickets.service import dates
from tickets.service.hours import Hours

NAME = re.compile(r"\{([a-z0-9_.]{1,80})\}")
_ADDRESS = re.compile(r"https?://[^\s<>\"'()\[\]]{1,500}")
REFERENCE, RESULT = "reference", "result."


@dataclass(frozen=True, slots=True)
class Known:
    """What a text of a task may say."""

    facts: Mapping[str, str] = field(default_factory=dict)
    record: Mapping[str, Any] = field(default_factory=dict)  # as a run keeps it
    result: Mapping[str, Any] = field(default_factory=dict)
    email: str = ""
    ticket: Ticket | None = None


def fill(text: str, task: Task, known: Known) -> str:
    """The text as Markdown with its values; what has none is "not known"."""
    shown = _fields(task)
    return NAME.sub(lambda match: _shown(_value(match[1], task, known, shown)), text)


def unknown_in(text: str, task: Task, facts: set[str]) -> list[str]:
    """What stands in braces in a text and is nothing that a customer may read."""
    known = names(task, facts)
    return [name for name in NAME.findall(text) if name not in known]


def names(task: Task, facts: set[str]) -> list[str]:
    """All that may be written, for whoever writes."""
    found = [*sorted(facts), "email", "opening_hours", "password_page"]
    if (kind := task.record_type) is not None:
        found += [f"{kind.key}.{name}" for name in (REFERENCE, *sorted(_fields(task)))]
    if task.operation is not None:
        found += [f"{RESULT}{name}" for name in task.operation.values]
    return found


def _fields(task: Task) -> set[str]:
    """The values of a record that may be shown: not those that an admin keeps from customers."""
    if task.record_type is None:
        return set()
    fields = RecordField.objects.filter(type=task.record_type)
    shown = {one.key: one.shown_to_customer for one in fields}
    asked = task.record_type.operation.values if task.record_type.operation else {}
    return {name for name in {*shown, *asked} if shown.get(name, True)}


def _value(name: str, task: Task, known: Known, shown: set[str]) -> str:
    if name in known.facts:
        return known.facts[name]
    if name.startswith(RESULT):
        return plain(known.result.get(name.removeprefix(RESULT)))
    if (kind := task.record_type) is not None and name.startswith(f"{kind.key}."):
        part = name.removeprefix(f"{kind.key}.")
        if part == REFERENCE:
            return str(known.record.get("reference", ""))
        return plain(known.record.get("values", {}).get(part)) if part in shown else ""
    if name == "email":
        return known.email
    if name == "password_page":
        return f"{settings.SITE_URL}{reverse('account_reset_password')}"
    if name == "opening_hours":
        return opening_hours(task.team or (known.ticket.team if known.ticket else None))
    return ""


def plain(value: Any) -> str:
    """A value of a record or an answer as people read it."""
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        return in_words(FieldKind.DATE, value)
    if isinstance(value, bool):
        return in_words(FieldKind.CHECKBOX, value)
    return ", ".join(as_sent(value))


def _shown(value: str) -> str:
    """A value that shows exactly this text; an address of a page is a link to it."""
    value = " ".join(value.split())
    if not value:
        return _("not known")
    if _ADDRESS.fullmatch(value):
        return f"<{value}>"
    return as_markdown(value)


def opening_hours(team: Team | None) -> str:
    """The week of a team, day by day, and when somebody is there next."""
    team = team or SiteSettings.load().default_team
    hours = Hours.load(team) if team else None
    if hours is None:
        return _("at any time")
    times = f" {_('and')} "
    by_day = {
        weekday: times.join(
            f"{opens:%H:%M}–{closes:%H:%M}"
            for day, opens, closes in sorted(hours.spans)
            if day == weekday
        )
        for weekday in sorted({day for day, _opens, _closes in hours.spans})
    }
    if not by_day:
        return _("closed")
    return f"{_joined(by_day)} ({hours.timezone.replace('_', ' ')}). {_now(hours)}"


def _joined(by_day: Mapping[int, str]) -> str:
    """Days after each other with the same hours are said together."""
    groups: list[tuple[int, int, str]] = []
    for day, said in by_day.items():
        if groups and groups[-1][1] == day - 1 and groups[-1][2] == said:
            groups[-1] = (groups[-1][0], day, said)
        else:
            groups.append((day, day, said))
    return "; ".join(
        f"{WEEKDAYS_ABBR[first]} {said}"
        if first == last
        else f"{WEEKDAYS_ABBR[first]}–{WEEKDAYS_ABBR[last]} {said}"
        for first, last, said in groups
    )


def _now(hours: Hours) -> str:
    now = timezone.now()
    if hours.cover(now):
        return _("We are there now.")
    opening = hours.next_opening(now)
    if opening is None:
        return _("We are closed for now.")
    with timezone.override(ZoneInfo(hours.timezone)):
        return _("We are there again on %(when)s.") % {"when": dates.weekday_moment(opening)}
