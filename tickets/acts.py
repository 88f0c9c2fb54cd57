"""What is done to a conversation in one step, by a macro or a rule: data that was checked, read again,
and in words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tickets import act_fields
from tickets.intake import tags
from tickets.models import CustomField, Priority, Status, StatusCategory, Team, TicketType, User

Acts = dict[str, Any]

ME, NOBODY, RESOLVE, UNTIL_THEY_WRITE = "me", "nobody", "resolve", "customer"
LONGEST = 24 * 366  # hours
MOST_TAGS = 20
NAMES = (
    *("add_tags", "remove_tags", "type", "priority", "team", "assignee"),
    *("fields", "status", "end", "snooze"),
)
ENDINGS = (
    "end",
    "status",
    "snooze",
)  # where it stands afterwards: an agent's own choice outranks it


class Gone(Exception):
    """Something that an act names is not there any more, or not to be chosen; with a sentence."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """Acts with the rows that they name, as they are now."""

    add_tags: tuple[str, ...] = ()
    remove_tags: tuple[str, ...] = ()
    priority: Priority | None = None
    type: TicketType | None = None
    team: Team | None = None
    assignee: User | str | None = None  # somebody, ME or NOBODY
    fields: tuple[tuple[CustomField, list[str]], ...] = ()
    status: Status | None = None
    resolves: bool = False
    snooze: int | str | None = None  # hours, or UNTIL_THEY_WRITE


def cleaned(acts: Mapping[str, Any]) -> Acts:
    """Acts as they are kept, without what does nothing.

    Raises:
        ValidationError: a value is none, or two of them contradict each other; a sentence for each.
    """
    acts = {name: acts[name] for name in NAMES if acts.get(name) not in (None, "", [], {})}
    for name in ("add_tags", "remove_tags"):
        if tagged := _tags(acts.get(name, ())):
            acts[name] = tagged
        else:
            acts.pop(name, None)
    try:
        loaded = load(acts)
    except Gone as error:
        raise ValidationError(str(error), code="gone") from error
    if loaded.fields:
        acts["fields"] = {field.key: values for field, values in loaded.fields}
    problems = _contradictions(loaded)
    if problems:
        raise ValidationError(problems)
    return acts


def load(acts: Mapping[str, Any]) -> Loaded:
    """The rows that acts name. At most five queries.

    Raises:
        Gone: one of them.
    """
    snooze = acts.get("snooze")
    hours = isinstance(snooze, int) and 0 < snooze <= LONGEST
    if snooze is not None and not hours and snooze != UNTIL_THEY_WRITE:
        raise Gone(_("It can be put aside for an hour up to a year."))
    if acts.get("priority") is not None and acts["priority"] not in Priority.values:
        raise Gone(_("There is no such priority."))
    if acts.get("end", RESOLVE) != RESOLVE:
        raise Gone(_("There is no such end."))
    return Loaded(
        add_tags=tuple(acts.get("add_tags", ())),
        remove_tags=tuple(acts.get("remove_tags", ())),
        priority=Priority(acts["priority"]) if "priority" in acts else None,
        type=_type(acts.get("type")),
        team=_team(acts.get("team")),
        assignee=_assignee(acts.get("assignee")),
        fields=_fields(acts.get("fields")),
        status=_status(acts.get("status")),
        resolves="end" in acts,
        snooze=snooze,
    )


def in_words(loaded: Loaded) -> list[str]:
    """What is done, a line for each, in the order in which it is done."""
    found: list[str] = []
    if loaded.add_tags:
        found.append(_("Tags added: %(tags)s") % {"tags": ", ".join(loaded.add_tags)})
    if loaded.remove_tags:
        found.append(_("Tags removed: %(tags)s") % {"tags": ", ".join(loaded.remove_tags)})
    if loaded.type:
        found.append(_("Type: %(type)s") % {"type": loaded.type})
    if loaded.priority:
        found.append(_("Priority: %(priority)s") % {"priority": loaded.priority.label})
    found += act_fields.in_words(loaded.fields)
    if loaded.team:
        found.append(_("Passed on to %(team)s") % {"team": loaded.team})
    if loaded.assignee == ME:
        found.append(_("Assigned to you"))
    elif loaded.assignee == NOBODY:
        found.append(_("Back in the queue of its team"))
    elif loaded.assignee:
        found.append(_("Assigned to %(name)s") % {"name": loaded.assignee})
    if loaded.status:
        found.append(_("Status: %(status)s") % {"status": loaded.status})
    if loaded.resolves:
        found.append(_("Marked as resolved"))
    if loaded.snooze == UNTIL_THEY_WRITE:
        found.append(_("Put aside until the customer writes"))
    elif isinstance(loaded.snooze, int):
        found.append(_("Put aside for %(long)s") % {"long": how_long(loaded.snooze)})
    return found


def how_long(hours: int) -> str:
    """In days where they are whole."""
    if hours % 24:
        return ngettext("%(number)d hour", "%(number)d hours", hours) % {"number": hours}
    days = hours // 24
    return ngettext("%(number)d day", "%(number)d days", days) % {"number": days}


def _contradictions(loaded: Loaded) -> list[str]:
    ends = loaded.resolves or (
        loaded.status is not None
        and loaded.status.category in (StatusCategory.RESOLVED, StatusCategory.CLOSED)
    )
    found = []
    if both := sorted(set(loaded.add_tags) & set(loaded.remove_tags)):
        found.append(_("“%(tag)s” cannot be added and removed.") % {"tag": both[0]})
    if loaded.resolves and loaded.status:
        found.append(_("Choose a status or “resolved”, not both."))
    if loaded.snooze is not None and ends:
        found.append(_("What is ended cannot be put aside."))
    if (loaded.team or loaded.assignee == NOBODY) and (ends or loaded.snooze is not None):
        found.append(_("What is given away is neither ended nor put aside."))
    if loaded.team and loaded.assignee == NOBODY:
        found.append(_("What is passed on waits in the queue of its new team anyway."))
    return found


def _tags(names: Iterable[str]) -> list[str]:
    found = list(dict.fromkeys(filter(None, (tags.tag(each) for each in names))))
    if len(found) > MOST_TAGS:
        raise ValidationError(_("At most %(most)d tags.") % {"most": MOST_TAGS}, code="too_many")
    return found


def _fields(wanted: Any) -> tuple[tuple[CustomField, list[str]], ...]:
    try:
        return tuple(act_fields.named(wanted if isinstance(wanted, Mapping) else {}))
    except act_fields.Unknown as error:
        raise Gone(str(error)) from error


def _type(key: int | str | None) -> TicketType | None:
    found = TicketType.objects.offered().filter(pk=key).first() if isinstance(key, int) else None
    if key is not None and found is None:
        raise Gone(_("The type that it sets is not there any more."))
    return found


def _team(key: int | str | None) -> Team | None:
    found = Team.objects.filter(pk=key).first() if isinstance(key, int) else None
    if key is not None and found is None:
        raise Gone(_("The team that it passes on to is not there any more."))
    return found


def _status(key: int | str | None) -> Status | None:
    found = Status.objects.offered().filter(pk=key).first() if isinstance(key, int) else None
    if key is not None and found is None:
        raise Gone(_("The status that it sets is not there any more."))
    return found


def _assignee(key: int | str | None) -> User | str | None:
    if key is None or key in (ME, NOBODY):
        return key if isinstance(key, str) else None
    found = User.objects.filter(pk=key).first() if isinstance(key, int) else None
    if found is None:
        raise Gone(_("Whoever it assigns to is not there any more."))
    if not found.on_the_staff:
        raise Gone(_("%(name)s does not work here any more.") % {"name": found})
    return found
