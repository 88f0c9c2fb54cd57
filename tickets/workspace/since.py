"""What happened since a brief was written: it stands under the frozen lines, and grows with the talk.

Everything is quoted or counted, nothing is interpreted; it reads rows only.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject, Left
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tickets.conversation.asked_again import name_of
from tickets.intake import text
from tickets.models import AuthorKind, Event, EventKind, HandOver, Message, Team, User

LOOKED_AT = 100  # of the newest things that happened; what is before them is not counted
SHOWN = 2  # of the customer's newest lines
DONE = 5  # of what was done, the newest
READ = 500  # characters of a message
LONGEST = 160  # characters of a line

_TOLD = (
    *(EventKind.MESSAGE_POSTED, EventKind.NOTE_WRITTEN, EventKind.FACT_NOTED),
    *(EventKind.TICKET_ACCEPTED, EventKind.TICKET_TRANSFERRED, EventKind.TICKET_HANDED_BACK),
    *(EventKind.TICKET_RESOLVED, EventKind.TICKET_CONFIRMED, EventKind.TICKET_REOPENED),
)
_MOVED = EventKind.TICKET_TRANSFERRED
_SENTENCE = re.compile(r"(?<=[.!?…])\s+|\n+")
# Of a reply the sentence is quoted that says what will be done; without one, how it begins.
_WILL = re.compile(
    r"\b(?:(?:i|we)(?:['’]ll| will| am going to| are going to|['’]m going to|['’]re going to)|"
    r"you(?:['’]ll| will) (?:get|have|receive|hear)|(?:by|until) (?:tomorrow|tonight|the end|"
    r"mon|tues|wednes|thurs|fri|satur|sun)\w*|(?:ich|wir) werden?|(?:bis|spätestens) "
    r"(?:morgen|heute|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|zum|am))\b",
    re.IGNORECASE,
)
_GREETING = re.compile(
    r"^(?:hi|hello|hey|dear|good (?:morning|afternoon|evening)|hallo|guten|liebe|sehr geehrte)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Line:
    """Words of a message, and its position; `who` said them, where that is to be told."""

    text: str
    position: int
    who: str = ""


@dataclass(frozen=True, slots=True)
class Done:
    """Something that was done, when, and where it can be read."""

    text: str
    at: datetime
    position: int | None = None


@dataclass(frozen=True, slots=True)
class Since:
    """`wrote` are the customer's newest lines, `began` the first of them; `more` counts the others.

    `cut`: so much happened that not all of it was counted.
    """

    wrote: list[Line] = field(default_factory=list)
    began: Line | None = None
    more: int = 0
    cut: bool = False
    files: int = 0
    replied: Line | None = None
    done: list[Done] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.wrote or self.more or self.replied or self.done)


@dataclass(frozen=True, slots=True)
class _Event:
    """Something that happened, as it comes along with the hand-over."""

    kind: str
    position: int
    at: datetime
    data: dict[str, Any]
    who: str
    words: str  # of a message, its beginning
    files: int

    @classmethod
    def of(cls, row: dict[str, Any]) -> _Event:
        who = User(name=row["name"]).get_short_name() if row["by_user"] else _("the customer")
        at = datetime.fromisoformat(row["at"])
        words, files = row["words"] or "", row["files"] or 0
        return cls(row["kind"], row["position"], at, row["data"], who, words, files)

    def is_written_by(self, kind: AuthorKind) -> bool:
        return self.kind == EventKind.MESSAGE_POSTED and self.data.get("author") == kind


def with_what_followed(handovers: QuerySet[HandOver]) -> QuerySet[Any]:
    """Hand-overs with the newest events after their briefs, so that these cost no query."""
    said = Message.objects.filter(ticket=OuterRef("ticket"), position=OuterRef("position"))
    files = said.order_by().values("pk").annotate(count=Count("attachments")).values("count")
    events = Event.objects.filter(
        ticket=OuterRef("ticket"), position__gt=OuterRef("read_to"), kind__in=_TOLD
    )
    row = JSONObject(
        kind="kind",
        position="position",
        at="created_at",
        data="data",
        by_user="actor_user",
        name="actor_user__name",
        words=Subquery(said.values(start=Left("body", READ))[:1]),
        files=Subquery(files),
    )
    newest = events.order_by("-position").values(row=row)[:LOOKED_AT]
    return handovers.annotate(followed=ArraySubquery(newest))


def happened_since(handover: Any) -> Since:
    """What happened after a brief, of a hand-over `with_what_followed`. A query after a transfer."""
    happened = [_Event.of(row) for row in handover.followed]
    by_customer = [event for event in happened if event.is_written_by(AuthorKind.CUSTOMER)]
    by_agents = [event for event in happened if event.is_written_by(AuthorKind.AGENT)]
    written = [event for event in by_customer if event.words]
    wrote = [Line(_beginning(event.words), event.position) for event in written[:SHOWN]]
    return Since(
        wrote=wrote[::-1],
        began=Line(_beginning(written[-1].words), written[-1].position) if written else None,
        more=len(by_customer) - len(wrote),
        cut=len(happened) == LOOKED_AT,
        files=sum(event.files for event in by_customer),
        replied=_quoted(by_agents[0]) if by_agents else None,
        done=_done(happened),
    )


def _beginning(words: str) -> str:
    return text.first_line(" ".join(words.split()), limit=LONGEST)


def _quoted(reply: _Event) -> Line:
    sentences = [part for part in _SENTENCE.split(reply.words) if part.strip()]
    will = [part for part in sentences if _WILL.search(part)]
    plain = [part for part in sentences if not _GREETING.match(part)]
    words = (will[-1:] or plain[:1] or sentences[:1] or [_("only files")])[0]
    return Line(_beginning(words), reply.position, reply.who)


def _done(happened: Sequence[_Event]) -> list[Done]:
    """The newest of what was done, oldest first; then facts and notes, each together."""
    moved = [event.data["team"] for event in happened if event.kind == _MOVED]
    teams = Team.objects.in_bulk(moved) if moved else {}
    told = [Done(words, one.at) for one in happened if (words := _act(one, teams))]
    acts = told[:DONE][::-1]
    facts = [event for event in happened if event.kind == EventKind.FACT_NOTED]
    if facts:
        names = dict.fromkeys(str(name_of(event.data["key"])) for event in reversed(facts))
        words = _("noted: %(facts)s") % {"facts": ", ".join(names)}
        acts.append(Done(words, facts[0].at))
    notes = [event for event in happened if event.kind == EventKind.NOTE_WRITTEN]
    if notes:
        words = ngettext("%(count)d note", "%(count)d notes", len(notes)) % {"count": len(notes)}
        acts.append(Done(words, notes[0].at, notes[0].position))
    return acts


def _act(event: _Event, teams: dict[int, Team]) -> str:
    names = {"name": event.who, "team": teams.get(event.data.get("team", 0), "")}
    match event.kind:
        case EventKind.TICKET_ACCEPTED:
            return _("%(name)s accepted it") % names
        case EventKind.TICKET_TRANSFERRED:
            return _("%(name)s passed it on to %(team)s") % names
        case EventKind.TICKET_HANDED_BACK:
            return _("%(name)s handed it back to the assistant") % names
        case EventKind.TICKET_RESOLVED:
            return _("%(name)s marked it as resolved") % names
        case EventKind.TICKET_CONFIRMED:
            return _("the customer said that it is solved")
        case EventKind.TICKET_REOPENED:
            return _("%(name)s reopened it") % names
    return ""
