"""Everything about a person in one order of time: their conversations, their records in other systems,
what was changed of them, and what they read and searched in the help centre.

Four streams, each sought by an index of its own, put together a page at a time. A record stands where it
changed last; what was read in one sitting is one line. Where a page ended is a moment, a stream and a key,
so that nothing is shown twice or left out where moments are the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet
from django.utils.dateparse import parse_datetime

from tickets.models import Customer, Event, HandOver, Ticket, Visit
from tickets.models.records import RecordQuerySet
from tickets.models.tickets import TicketQuerySet
from tickets.records import shown
from tickets.records.shown import Shown

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

PAGE = 20
OPEN = 10  # open matters on top
HANDOVERS = 6  # of one conversation
VISITS = 200  # that are read for one page
SITTING = timedelta(
    hours=1
)  # between two visits of which both are one line, nothing else between them
# At the same moment the conversation stands first, what was read before it last.
_TICKET, _RECORD, _CHANGE, _VISIT = 3, 2, 1, 0

# By ticket: what somebody above tickets knows of the course of a conversation, as (word, tone).
Course = Callable[[Sequence[int]], Mapping[int, Sequence[tuple["StrOrPromise", str]]]]
_courses: list[Course] = []


class BadPlace(ValueError):
    """It is none of our places."""


@dataclass(frozen=True, slots=True)
class Line:
    """A conversation with its course, a record as it is now, a change, or what was read in one sitting,
    the newest first.
    """

    at: datetime
    ticket: Ticket | None = None
    record: Shown | None = None
    event: Event | None = None
    visits: list[Visit] = field(default_factory=list)
    handovers: list[HandOver] = field(default_factory=list)
    course: list[tuple[StrOrPromise, str]] = field(default_factory=list)

    @property
    def order(self) -> tuple[datetime, int, int]:
        """Where it ends: the earliest of it."""
        if self.ticket is not None:
            return self.at, _TICKET, self.ticket.pk
        if self.record is not None:
            return self.at, _RECORD, self.record.key
        if self.event is not None:
            return self.at, _CHANGE, self.event.pk
        return self.visits[-1].at, _VISIT, self.visits[-1].pk

    @property
    def seen(self) -> list[Visit]:
        """Each article and each search of the sitting once."""
        return list({(one.article_id, one.words.casefold()): one for one in self.visits}.values())


@dataclass(frozen=True, slots=True)
class Page:
    lines: list[Line]
    earlier: str  # the place of the next page, "" without one


def add_course(course: Course) -> None:
    """Let `course` say how conversations went, for those whose keys it is given: one query for all."""
    _courses.append(course)


def page(
    customer: Customer, tickets: TicketQuerySet, records: RecordQuerySet, place: str = ""
) -> Page:
    """The newest, or those before a place. Seven statements at most, however many there are.

    `tickets` and `records` are those that who looks may see.

    Raises:
        BadPlace: the place is none of ours.
    """
    behind = _behind(place) if place else dict.fromkeys(_MOMENTS, Q())
    found = tickets.filter(behind[_TICKET])
    found = found.select_related("team", "assignee", "rating", "customer")
    conversations = list(found.order_by("-last_message_at", "-pk")[: PAGE + 1])
    theirs = records.filter(behind[_RECORD], customer__in=[int(key) for key in _keys(customer)])
    latest = shown.whole(theirs).order_by("-changed_at", "-pk")[: PAGE + 1]
    changes = (
        Event.objects.filter(behind[_CHANGE], subject="tickets.customer")
        .filter(subject_id__in=_keys(customer))
        .select_related("actor_user", "actor_customer", "actor_key")
        .order_by("-created_at", "-pk")[: PAGE + 1]
    )
    visits = list(_visits(customer).filter(behind[_VISIT])[: VISITS + 1])
    lines = [Line(at=one.last_message_at, ticket=one) for one in conversations]
    lines += [Line(at=one.changed_at, record=one) for one in shown.of(latest)]
    lines += [Line(at=one.created_at, event=one) for one in changes]
    lines += [Line(at=one.at, visits=[one]) for one in visits]
    lines.sort(key=lambda line: line.order, reverse=True)
    if len(visits) > VISITS:  # what stands below the last of them may have others above it
        last = next(i for i, line in enumerate(lines) if line.visits == [visits[-1]])
        lines = lines[:last]
    gathered = _gathered(lines)
    here = gathered[:PAGE]
    more = len(gathered) > PAGE or len(visits) > VISITS
    return Page(_with_course(here), _place(here[-1]) if more else "")


def _visits(customer: Customer) -> QuerySet[Visit]:
    of_theirs = Visit.objects.filter(customer__in=[int(key) for key in _keys(customer)])
    return of_theirs.select_related("article__published").order_by("-at", "-pk")


def _gathered(lines: Sequence[Line]) -> list[Line]:
    """The same with what was read in one sitting, and nothing else between, in one line."""
    found: list[Line] = []
    for line in lines:
        sitting = found[-1].visits if found and line.visits else []
        if sitting and sitting[-1].at - line.at < SITTING:
            sitting.extend(line.visits)
            continue
        found.append(line)
    return found


def open_matters(tickets: TicketQuerySet) -> list[Ticket]:
    """What is not over, who waits longest first. One statement."""
    there = tickets.filter(closed_at=None).select_related("team", "assignee", "customer")
    return list(there.order_by("turn_since", "pk")[:OPEN])


def _keys(customer: Customer) -> list[str]:
    """Of the rows of the person, as they came with the customer (`access.customers.customer_for`)."""
    merged: list[dict[str, Any]] = getattr(customer, "merged_here", [])
    return [str(customer.pk), *(str(row["key"]) for row in merged)]


def _with_course(lines: list[Line]) -> list[Line]:
    keys = [line.ticket.pk for line in lines if line.ticket is not None]
    handovers = HandOver.objects.filter(ticket__in=keys).select_related("accepted_by")
    by_ticket = {
        key: list(there)[:HANDOVERS]
        for key, there in groupby(handovers.order_by("ticket", "pk"), key=lambda one: one.ticket_id)
    }
    courses = [course(keys) for course in _courses] if keys else []
    for line in lines:
        if line.ticket is not None:
            line.handovers.extend(by_ticket.get(line.ticket.pk, []))
            for course in courses:
                line.course.extend(course.get(line.ticket.pk, ()))
    return lines


def _place(line: Line) -> str:
    at, stream, key = line.order
    return f"{at.isoformat()}|{stream}|{key}"


def _behind(place: str) -> dict[int, Q]:
    """What stands behind a place, in each stream."""
    parts = place[:80].split("|")
    try:
        at = parse_datetime(parts[0])
        stream, key = (int(part) for part in parts[1:])
    except ValueError as error:
        raise BadPlace(place) from error
    if at is None or at.tzinfo is None or stream not in _MOMENTS or not 0 <= key < 2**63:
        raise BadPlace(place)
    return {
        each: _before(moment, at, key if each == stream else 0 if each > stream else None)
        for each, moment in _MOMENTS.items()
    }


_MOMENTS = {_TICKET: "last_message_at", _RECORD: "changed_at", _CHANGE: "created_at", _VISIT: "at"}


def _before(name: str, at: datetime, key: int | None) -> Q:
    """Earlier; or at the same moment with a smaller key, of any with None."""
    same: dict[str, Any] = {name: at} if key is None else {name: at, "pk__lt": key}
    return Q(**{f"{name}__lte": at}) & (Q(**{f"{name}__lt": at}) | Q(**same))
