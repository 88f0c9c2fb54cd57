"""What the clocks of a ticket say of themselves, in words that people read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from django.utils.dateparse import parse_datetime, parse_duration
from django.utils.translation import gettext as _

from tickets import clock
from tickets.models import Metric, StatusCategory, Ticket
from tickets.models.sla import NOTHING
from tickets.service import dates

State = Literal["running", "near", "overdue", "paused", "kept", "broken"]
_TONES: dict[State, str] = {"near": "warning", "overdue": "late", "broken": "late"}


@dataclass(frozen=True, slots=True)
class Promise:
    """One promise of a ticket: how it stands now, by when it is due, and why then."""

    metric: str
    policy: str
    business: bool
    target: timedelta
    state: State
    started_at: datetime
    due_at: datetime | None
    warned_at: datetime | None
    breached_at: datetime | None
    ended_at: datetime | None
    left: timedelta  # of what is promised; while it is paused only this is known
    short: str
    explained: str

    @property
    def label(self) -> str:
        return str(Metric(self.metric).label)

    @property
    def tone(self) -> str:
        return _TONES.get(self.state, "")


def of(ticket: Ticket) -> list[Promise]:
    """The promises that came with the ticket (`access.beside.promises`), the first one first."""
    rows: Sequence[Mapping[str, Any]] = getattr(ticket, "promises", ())
    order = Metric.values
    found = [_Row.of(one) for one in rows if one["target"] is not None]
    found.sort(key=lambda row: order.index(row.metric))
    return [_promise(row, ticket) for row in found]


def due(ticket: Ticket) -> str:
    """When the next thing is due, for a row: "Due in 2 h", "Overdue 20 min"; "" for nothing."""
    if ticket.due_at is None:
        return ""
    gone = clock.now() - ticket.due_at
    if gone >= NOTHING:
        return _("Overdue %(time)s") % {"time": rough(gone)}
    return _("Due in %(time)s") % {"time": rough(-gone)}


def due_short(ticket: Ticket) -> str:
    """The same where there is little room, beside a sign of a clock: "in 2 h", "20 min late"."""
    if ticket.due_at is None:
        return ""
    gone = clock.now() - ticket.due_at
    if gone >= NOTHING:
        return _("%(time)s late") % {"time": rough(gone)}
    return _("in %(time)s") % {"time": rough(-gone)}


def due_tone(ticket: Ticket) -> str:
    """How a row says it: quietly, until it is near."""
    now = clock.now()
    if ticket.due_at is not None and ticket.due_at <= now:
        return "late"
    return "warning" if ticket.due_warns_at is not None and ticket.due_warns_at <= now else ""


def due_in_full(ticket: Ticket) -> str:
    """What is due and when: "First response, due Monday 12:45"."""
    if ticket.due_at is None:
        return ""
    values = {"what": Metric(ticket.due_metric).label, "when": dates.near_moment(ticket.due_at)}
    return _("%(what)s, due %(when)s") % values


def amount(time: timedelta) -> str:
    """A length of time in hours and minutes, since a day of business has no fixed length: 3 h 10 min."""
    minutes = max(0, round(time.total_seconds() / 60))
    hours, rest = divmod(minutes, 60)
    if not hours:
        return _("%(count)d min") % {"count": rest}
    said = _("%(count)d h") % {"count": hours}
    return f"{said} {_('%(count)d min') % {'count': rest}}" if rest else said


def length(minutes: int) -> str:
    """So many minutes in words: 1 h 30 min."""
    return amount(timedelta(minutes=minutes))


def rough(time: timedelta) -> str:
    """A length of time in one unit, rounded down: 50 min, 3 h, 2 d."""
    minutes = int(time.total_seconds() // 60)
    if minutes < 60:
        return _("%(count)d min") % {"count": minutes}
    if minutes < 48 * 60:
        return _("%(count)d h") % {"count": minutes // 60}
    return _("%(count)d d") % {"count": minutes // (24 * 60)}


@dataclass(frozen=True, slots=True)
class _Row:
    """A clock as it came with its ticket."""

    metric: str
    policy: str
    business: bool
    target: timedelta
    started_at: datetime
    spent: timedelta
    paused: timedelta
    paused_at: datetime | None
    ended_at: datetime | None
    opens_at: datetime | None
    due_at: datetime | None
    warns_at: datetime | None
    warned_at: datetime | None
    breached_at: datetime | None

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> _Row:
        kind = "_open" if row["business"] else ""
        times = ("started_at", "paused_at", "ended_at", "opens_at", "due_at", "warns_at")
        return cls(
            metric=row["metric"],
            policy=row["policy"],
            business=row["business"],
            target=_length(row["target"]),
            spent=_length(row[f"spent{kind}"]),
            paused=_length(row[f"paused{kind}"]),
            **{name: _moment(row[name]) for name in (*times, "warned_at", "breached_at")},  # type: ignore[arg-type]
        )

    def state(self, now: datetime) -> State:
        if self.ended_at is not None:
            return "broken" if self.breached_at else "kept"
        if self.paused_at is not None:
            return "paused"
        if self.due_at is not None and self.due_at <= now:
            return "overdue"
        return "near" if self.warns_at is not None and self.warns_at <= now else "running"


def _promise(row: _Row, ticket: Ticket) -> Promise:
    state = row.state(clock.now())
    left = max(NOTHING, row.target - row.spent)
    return Promise(
        metric=row.metric,
        policy=row.policy,
        business=row.business,
        target=row.target,
        state=state,
        started_at=row.started_at,
        due_at=row.due_at,
        warned_at=row.warned_at,
        breached_at=row.breached_at,
        ended_at=row.ended_at,
        left=left,
        short=_short(row, state),
        explained="; ".join([*_beginning(row), _ending(row, state, left, ticket)]),
    )


def _beginning(row: _Row) -> Iterator[str]:
    values = {"time": amount(row.target), "when": dates.near_moment(row.started_at)}
    if row.business:
        yield _("%(time)s of business time from %(when)s") % values
    else:
        yield _("%(time)s by the clock from %(when)s") % values
    if row.opens_at is not None and (row.ended_at is None or row.ended_at > row.opens_at):
        yield _("opens %(when)s") % {"when": dates.near_moment(row.opens_at)}
    if row.paused >= timedelta(minutes=1):
        yield _("paused %(time)s") % {"time": amount(row.paused)}


def _ending(row: _Row, state: State, left: timedelta, ticket: Ticket) -> str:
    if row.ended_at is not None:
        values = {"when": dates.near_moment(row.ended_at)}
        if row.metric == Metric.RESOLUTION:
            return _("resolved %(when)s") % values
        return _("answered %(when)s") % values
    if row.paused_at is not None:
        values = {
            "since": dates.near_moment(row.paused_at),
            "why": _why_paused(ticket),
            "left": amount(left),
        }
        return _("paused since %(since)s (%(why)s), %(left)s left") % values
    if row.due_at is None:
        return _("never due: its hours do not open within ten years")
    if state == "overdue":
        return _("was due %(when)s") % {"when": dates.near_moment(row.due_at)}
    return _("due %(when)s") % {"when": dates.near_moment(row.due_at)}


def _why_paused(ticket: Ticket) -> str:
    if ticket.category == StatusCategory.HOLD:
        return _("put aside")
    if ticket.is_closed:
        return _("closed")
    if not ticket.with_a_person:
        return _("with the assistant")
    return _("waiting for the customer")


def _short(row: _Row, state: State) -> str:
    """How it stands, in a word or two."""
    match state:
        case "kept":
            return _("Kept")
        case "broken":
            return _("Too late")
        case "paused":
            return _("Paused")
        case _ if row.due_at is None:
            return _("Never due")
        case "overdue":
            gone = rough(clock.now() - row.due_at)
            return _("Overdue %(time)s") % {"time": gone}
    return _("Due in %(time)s") % {"time": rough(row.due_at - clock.now())}


def _moment(value: str | None) -> datetime | None:
    return parse_datetime(value) if value else None


def _length(value: str) -> timedelta:
    return parse_duration(value) or NOTHING
