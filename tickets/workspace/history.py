"""The whole history of a conversation for agents: who did what, what was before and after, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from tickets import access
from tickets.actors import Actor
from tickets.assigning.words import why
from tickets.conversation.asked_again import name_of
from tickets.conversation.custom_fields import in_words
from tickets.models import (
    AuthorKind,
    Event,
    EventKind,
    LinkKind,
    Metric,
    Priority,
    Reason,
    Record,
    RuleFiring,
    Team,
    Ticket,
    User,
)
from tickets.models.custom_fields import as_sent
from tickets.models.links import SEEN_FROM_THE_OTHER
from tickets.service import dates
from tickets.workspace import views
from tickets.workspace.guard import AgentRequest, actor_of, by_script, for_agents

PAGE = 50
FIRINGS = 200  # the newest of the ticket, among which the reasons of a page are looked for

# Their own position is that of what was said.
_SAID = (EventKind.MESSAGE_POSTED, EventKind.NOTE_WRITTEN)
_CHANGED = {
    "subject": gettext_lazy("changed the subject"),
    "priority": gettext_lazy("changed the priority"),
    "type": gettext_lazy("changed the type"),
    "tags": gettext_lazy("changed the tags"),
    "status": gettext_lazy("changed the status"),
    "external_id": gettext_lazy("changed the external number"),
    "metadata": gettext_lazy("changed the data of a program"),
    "sensitive": gettext_lazy("changed whether it is sensitive"),
}
_NOTES = {
    "whisper": gettext_lazy("whispered to the agent"),
    "hint": gettext_lazy("left a hint for who takes it next"),
    "approval": gettext_lazy("asked for an approval"),
    "decision": gettext_lazy("decided about an approval"),
}
_BACK = {
    "time": gettext_lazy("Its time was over."),
    "wrote": gettext_lazy("The customer wrote."),
}

_ABOUT = {
    "customer": gettext_lazy("this customer"),
    "email": gettext_lazy("this address"),
    "domain": gettext_lazy("everybody with an address at this domain"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """What it was before and what it is after; without either where nothing is kept of it."""

    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: who did what and when, at which message, what changed by it, and why."""

    who: str
    what: str
    at: datetime
    position: int | None = None
    change: Change | None = None
    detail: str = ""
    rule: str = ""
    version: int | None = None
    firing: int | None = None  # its entry in the log of rules
    evidence: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class History:
    """A page of entries, the newest first, and the position before which there are more."""

    entries: list[Entry]
    earlier: int | None


_OF_RECORDS = (
    *(EventKind.RECORD_LINKED, EventKind.RECORD_UNLINKED),
    *(EventKind.RECORD_OF_ANOTHER, EventKind.RECORD_CHANGED),
)
_OF_TASKS = (
    *(EventKind.TASK_STARTED, EventKind.TASK_CONFIRMED, EventKind.TASK_DONE, EventKind.TASK_FAILED),
    *(EventKind.TASK_LEFT, EventKind.TASK_UNDO_ASKED, EventKind.TASK_UNDONE),
)
# What names another conversation by its key, and under which name.
_OTHERS = {
    EventKind.TICKET_MERGED: ("into", "merged"),
    EventKind.TICKET_UNMERGED: ("into", "merged"),
    EventKind.TICKET_SPLIT: ("split", "from"),
    EventKind.TICKET_LINKED: ("other",),
    EventKind.TICKET_UNLINKED: ("other",),
}


def page(ticket: Ticket, before: int | None = None, *, actor: Actor | None = None) -> History:
    """The entries before a position. At most four statements, however many there are; one more
    where they name other conversations, of which is named what `actor` may see; one for records.
    """
    events = (
        ticket.events.exclude(kind=EventKind.MESSAGE_POSTED, data__author=AuthorKind.SYSTEM)
        .exclude(kind=EventKind.REPLY_LEAVING)  # a moment later it left, or was taken back
        .select_related("actor_user", "actor_customer", "actor_key")
        .order_by("-position")
    )
    if before is not None:
        events = events.filter(position__lt=before)
    found = list(events[: PAGE + 1])
    shown = found[:PAGE]
    names = _Names.of(shown, actor, ticket)
    fired = list(ticket.firings.select_related("message").order_by("-pk")[:FIRINGS])
    entries = [_entry(event, names, fired) for event in shown]
    return History(entries, shown[-1].position if len(found) > PAGE else None)


@dataclass(frozen=True, slots=True)
class _Names:
    """The people, teams and other conversations that events name by their keys."""

    users: Mapping[int, User]
    teams: Mapping[int, Team]
    others: Mapping[int, Ticket]
    records: Mapping[int, Record]

    @classmethod
    def of(cls, events: Iterable[Event], actor: Actor | None, ticket: Ticket) -> _Names:
        users: set[int] = set()
        teams: set[int] = set()
        others: set[int] = set()
        records: set[int] = set()
        for event in events:
            data = event.data
            others |= {data[name] for name in _OTHERS.get(EventKind(event.kind), ())}
            if event.kind == EventKind.TICKET_ASSIGNED:
                users |= {data["before"], data["after"]}
            users |= {data.get("user"), data.get("agent")}
            teams |= {data.get("team"), data.get("from_team")}
            records |= {data["record"]} if event.kind in _OF_RECORDS else set()
        return cls(
            User.objects.in_bulk(users - {None}),
            Team.objects.in_bulk(teams - {None}),
            access.tickets_for(actor or Actor.nobody()).in_bulk(others - {ticket.pk}),
            Record.objects.select_related("type").in_bulk(records) if records else {},
        )

    def record(self, event: Event) -> str:
        """What it is called. Of somebody else's stands here what the customer wrote, and no more."""
        found = self.records.get(event.data["record"])
        return f"{found.type} {found}" if found else _("one that was deleted")

    def other(self, event: Event) -> str:
        """The reference of the other conversation, if it may be seen."""
        keys = (event.data[name] for name in _OTHERS[EventKind(event.kind)])
        found = [self.others[key].reference for key in keys if key in self.others]
        return found[0] if found else _("one that you do not see")

    def user(self, key: int | None) -> str:
        return str(self.users.get(key, "")) if key else ""

    def team(self, key: int | None) -> str:
        return str(self.teams.get(key, "")) if key else ""


def _entry(event: Event, names: _Names, fired: Sequence[RuleFiring]) -> Entry:
    firing = _reason(event, fired)
    position = event.position if event.kind in _SAID else event.data.get("message")
    if position is None and firing is not None and firing.message is not None:
        position = firing.message.position
    return Entry(
        who=who(event),
        what=what(event),
        at=event.created_at,
        position=position if isinstance(position, int) else None,
        change=_change(event, names),
        detail=_detail(event, names),
        rule=event.data.get("rule", "") or (firing.rule_name if firing else ""),
        firing=firing.pk if firing is not None else None,
        version=firing.version if firing is not None else None,
        evidence=[str(words) for words in firing.evidence[:4]] if firing else [],
    )


def _reason(event: Event, fired: Sequence[RuleFiring]) -> RuleFiring | None:
    """The rule that brought it about: by its firing, or the newest that held for a message before it."""
    for firing in fired:
        after, to = firing.after_position, firing.to_position
        if after is not None and to is not None and after < (event.position or 0) <= to:
            return firing
    rule, tags = event.data.get("rule"), event.data.get("added")
    if not rule and event.kind != EventKind.TAGS_CHANGED:
        return None
    for firing in fired:
        added = set(firing.actions.get("tags") or ()) & set(tags or ())
        if firing.message is None:
            continue
        if firing.message.position < (event.position or 0) and (
            firing.rule_name == rule or (not rule and added)
        ):
            return firing
    return None


def what(event: Event) -> str:
    """What was done, in a few words, in lower case."""
    if event.kind == EventKind.TICKET_MERGED and event.data["into"] == event.ticket_id:
        return _("merged another conversation into this one")
    if event.kind == EventKind.TICKET_SPLIT and event.data["split"] == event.ticket_id:
        return _("split this off from another conversation")
    if event.kind == EventKind.NOTE_WRITTEN and event.data.get("note") in _NOTES:
        return str(_NOTES[event.data["note"]])
    if event.kind == EventKind.TICKET_CHANGED and event.data["field"] in _CHANGED:
        return str(_CHANGED[event.data["field"]])
    if event.kind == EventKind.TICKET_CHANGED and "name" in event.data:
        return _("changed “%(name)s”") % {"name": event.data["name"]}
    return str(event.get_kind_display())


def _change(event: Event, names: _Names) -> Change | None:
    data = event.data
    match event.kind:
        # Of a subject no words are kept: that it changed is all.
        case EventKind.TICKET_CHANGED if "before" in data:
            return Change(_value(data, "before"), _value(data, "after"))
        case EventKind.RECORD_CHANGED if "before" in data:
            before, after = (
                in_words(data["field_kind"], data[side]) for side in ("before", "after")
            )
            return Change(before or _("none"), after or _("none"))
        case EventKind.TAGS_CHANGED:
            return Change("", ", ".join(data.get("added", ())))
        case EventKind.TICKET_ASSIGNED:
            before, after = names.user(data["before"]), names.user(data["after"])
            return Change(before or _("nobody"), after or _("nobody"))
        case EventKind.TICKET_TRANSFERRED | EventKind.TICKET_UNDONE if "from_team" in data:
            return Change(names.team(data["from_team"]), names.team(data["team"]))
    return None


def _value(data: Mapping[str, Any], side: str) -> str:
    value = data[side]
    if data["field"] == "priority":
        return str(Priority(value).label)
    return ", ".join(as_sent(value)) or _("none")


def _detail(event: Event, names: _Names) -> str:
    data = event.data
    match event.kind:
        case EventKind.TICKET_ASSIGNED | EventKind.TICKET_TRANSFERRED if "why" in data:
            return why(data["why"])
        case EventKind.SLA_WARNED | EventKind.SLA_BREACHED:
            due = datetime.fromisoformat(data["due"])
            values = {"what": Metric(data["metric"]).label, "when": dates.weekday_moment(due)}
            return _("%(what)s, due %(when)s") % values
        case EventKind.PERSON_ASKED:
            return str(Reason(data["reason"]).label)
        case EventKind.NOTE_WRITTEN if "user" in data:
            return names.user(data["user"])
        case EventKind.PERSON_PAGED:
            return names.user(data["user"])
        case EventKind.TICKET_SNOOZED if data["until"]:
            until = dates.weekday_moment(datetime.fromisoformat(data["until"]))
            return _("until %(when)s") % {"when": until}
        case EventKind.TICKET_SNOOZED:
            return _("until the customer writes")
        case EventKind.TICKET_UNSNOOZED:
            return str(_BACK.get(data["why"], ""))
        case EventKind.CLOSING_ANNOUNCED:
            noon = datetime.combine(date.fromisoformat(data["on"]), time(12), tzinfo=UTC)
            return dates.weekday(noon)
        case EventKind.TICKET_CONTINUED:
            return str(data["reference"])
        case EventKind.TICKET_LINKED | EventKind.TICKET_UNLINKED:
            words = LinkKind(data["link"]).label
            if data["side"] == "to":
                words = SEEN_FROM_THE_OTHER[LinkKind(data["link"])]
            return f"{words}: {names.other(event)}"
        case kind if kind in _OTHERS:
            return names.other(event)
        case EventKind.AFFECTED_ANSWERED:
            return ngettext(
                "%(number)d conversation", "%(number)d conversations", data["number"]
            ) % {"number": data["number"]}
        case EventKind.AFFECTED_DONE:
            return str(_("%(done)d of %(number)d done") % data)
        case EventKind.RECORD_CHANGED:
            changed = ", ".join(data.get("names") or [data["name"]])
            return f"{names.record(event)}: {changed}"
        case kind if kind in _OF_RECORDS:
            return names.record(event)
        case EventKind.RULE_APPLIED:
            return f"“{data['rule']}”"
        case kind if kind in _OF_TASKS:
            return f"“{data['name']}”"
        case EventKind.FACT_NOTED:
            return capfirst(str(name_of(data["key"])))
        case EventKind.ANSWER_RATED:
            return _("It helped.") if data["helpful"] else _("It did not help.")
        case EventKind.TICKET_RATED:
            return str(_("Satisfaction %(satisfaction)s of 5, ease %(effort)s of 5") % data)
        case EventKind.TICKET_UNDONE:
            return str(EventKind(data["undone"]).label)
        case EventKind.CUSTOMER_BLOCKED | EventKind.CUSTOMER_UNBLOCKED:
            return str(_ABOUT[data["about"]])
        case EventKind.TICKET_REOPENED if data.get("by_writing"):
            return _("by writing again")
    return ""


def who(event: Event) -> str:
    """Who did it, as agents read it."""
    somebody = event.actor_user or event.actor_customer or event.actor_key
    if event.actor_user and event.actor_key:  # it acts for them
        return f"{event.actor_user} ({event.actor_key.name})"
    if somebody is not None:
        return str(somebody)
    known = {AuthorKind.ASSISTANT: _("The assistant"), AuthorKind.SYSTEM: _("The helpdesk")}
    return {str(kind): name for kind, name in known.items()}.get(event.actor_kind, _("Somebody"))


@require_safe
@for_agents
def history(request: AgentRequest, reference: str) -> HttpResponse:
    """A page of it: in a dialog of the conversation, or on its own page."""
    ticket = access.ticket_for(actor_of(request), reference)
    given = request.GET.get("before", "")
    if given and not (given.isascii() and given.isdecimal() and len(given) < 10):
        raise BadRequest("That is no position.")
    context = {
        "ticket": ticket,
        "history": page(ticket, int(given) if given else None, actor=actor_of(request)),
    }
    if by_script(request):
        return render(request, "workspace/history_lines.html", {**context, "in_dialog": True})
    context |= views.ticket_list(request, ticket)
    return render(request, "workspace/history.html", context)
