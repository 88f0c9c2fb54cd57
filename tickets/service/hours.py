"""Opening hours: the one arithmetic of business time. Is somebody there, when next, and how much of it.

All of it stands on one sequence of open windows (`Hours.windows`). A window is what the clock on the
wall of the team's place says: a time that the change to summer time leaves out is passed over, and one
that comes twice in autumn counts twice. `add` and `between` are inverse to each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, Self
from zoneinfo import ZoneInfo

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject

from tickets.models import Holiday, OpeningSpan, Team
from tickets.service import public_holidays

LOOK_AHEAD = 30  # days; whoever is closed for longer says nothing about when
FAR = 10 * 366  # days; what is not reached within ten years is never reached
DAY = timedelta(days=1)
LAST_MINUTE = time(23, 59)  # there is no 24:00 to choose: a span that ends with it ends at midnight

Spans = tuple[tuple[int, time, time], ...]
Window = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Hours:
    """The opening hours of a team: its week, and the days on which it is closed all the same."""

    timezone: str
    spans: Spans  # weekday (Monday is 0), opening, closing; they may overlap
    holidays: frozenset[date]
    country: str = ""  # whose public holidays are free, too
    region: str = ""

    @classmethod
    def load(cls, team: Team) -> Self | None:
        """The hours of a team; None for a team without hours, which is always there. Two queries."""
        hours = team.hours
        if hours is None:
            return None
        spans = hours.spans.values_list("weekday", "opens", "closes")
        days = hours.holidays.values_list("day", flat=True)
        return cls(hours.timezone, tuple(spans), frozenset(days), hours.country, hours.region)

    def cover(self, at: datetime) -> bool:
        """Whether somebody is there at that moment. The minute of closing is not covered."""
        opens, _closes = next(self.windows(at, days=1), (None, None))
        return opens == at

    def next_opening(self, at: datetime, *, days: int = LOOK_AHEAD) -> datetime | None:
        """When somebody is there next, in UTC: `at` itself if now; None if not in 30 days."""
        opens, _closes = next(self.windows(at, days=days), (None, None))
        return opens

    def add(self, at: datetime, amount: timedelta) -> datetime | None:
        """The first moment at which `amount` of open time has gone by since `at`, in UTC.

        None if that is not within ten years: of a calendar that hardly ever opens.
        """
        at, left = at.astimezone(UTC), amount
        if left <= timedelta(0):
            return at
        for opens, closes in self.windows(at):
            if left <= closes - opens:
                return opens + left
            left -= closes - opens
        return None

    def between(self, start: datetime, end: datetime) -> timedelta:
        """How much open time lies between two moments; nothing if the second is not the later one."""
        found = timedelta(0)
        days = min((end - start).days + 2, FAR)
        for opens, closes in self.windows(start, days=days):
            if opens >= end:
                break
            found += min(closes, end) - opens
        return found

    def windows(self, start: datetime, *, days: int = FAR) -> Iterator[Window]:
        """When it is open from `start` on, in UTC, one after the other; so many days of its calendar."""
        start = start.astimezone(UTC)
        zone, week = ZoneInfo(self.timezone), _week(self.spans)
        if not any(week):
            return
        day = start.astimezone(zone).date()
        for _number in range(days + 1):
            spans = week[day.weekday()]
            if spans and not self._is_free(day):
                for opens, closes in _of_day(day, spans, zone):
                    if closes > start:
                        yield max(opens, start), closes
                        start = closes
            day += DAY

    def _is_free(self, day: date) -> bool:
        if day in self.holidays:
            return True
        if not self.country:
            return False
        return day in public_holidays.of_year(self.country, self.region, day.year)


Pairs = tuple[tuple[timedelta, timedelta], ...]


@lru_cache(maxsize=200)
def _week(spans: Spans) -> tuple[Pairs, ...]:
    """By weekday when it is open, counted from midnight, in order; what overlaps is one."""
    return tuple(
        _united(sorted((opens, closes) for on, opens, closes in spans if on == day))
        for day in range(7)
    )


def _united(spans: list[tuple[time, time]]) -> Pairs:
    found: list[tuple[timedelta, timedelta]] = []
    for opens, closes in spans:
        begin, end = _since_midnight(opens), _since_midnight(closes)
        if closes >= LAST_MINUTE:
            end = DAY
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((begin, end))
    return tuple(found)


def _since_midnight(at: time) -> timedelta:
    return timedelta(
        hours=at.hour, minutes=at.minute, seconds=at.second, microseconds=at.microsecond
    )


def _of_day(day: date, spans: Pairs, zone: ZoneInfo) -> Iterator[Window]:
    """The spans of a day in UTC: as they are, or by each of the two times that its clocks have."""
    midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - by the clock on the wall
    before = _offset(zone, midnight, fold=0)
    after = _offset(zone, midnight + DAY - timedelta(microseconds=1), fold=1)
    base = midnight.replace(tzinfo=UTC)
    if before == after:
        for opens, closes in spans:
            yield base + opens - before, base + closes - before
        return
    change = _change(zone, base - before, base + DAY - after)
    for opens, closes in spans:
        if base + opens - before < change:
            yield base + opens - before, min(base + closes - before, change)
    for opens, closes in spans:
        if base + closes - after > change:
            yield max(base + opens - after, change), base + closes - after


def _offset(zone: ZoneInfo, at: datetime, *, fold: int) -> timedelta:
    return zone.utcoffset(at.replace(fold=fold)) or timedelta(0)


def _change(zone: ZoneInfo, low: datetime, high: datetime) -> datetime:
    """The moment between two at which the clocks of a place are changed, to the second."""
    low, high = min(low, high) - DAY / 24, max(low, high) + DAY / 24
    first = low.astimezone(zone).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = (low + (high - low) / 2).replace(microsecond=0)
        if middle <= low:
            break
        if middle.astimezone(zone).utcoffset() == first:
            low = middle
        else:
            high = middle
    return high


_WHOLE_WEEK = tuple((day, time(), time.max) for day in range(7))
ALWAYS = Hours("UTC", _WHOLE_WEEK, frozenset())  # somebody is always there: time by the clock


def of_teams(keys: Iterable[int]) -> dict[int, Hours]:
    """The hours of several teams by their keys. One statement, so that it may come with a writing."""
    spans = OpeningSpan.objects.filter(hours=OuterRef("hours")).order_by()
    days = Holiday.objects.filter(hours=OuterRef("hours")).order_by().values("day")
    span = JSONObject(day="weekday", opens="opens", closes="closes")
    found = Team.objects.filter(pk__in=set(keys)).select_related("hours")
    teams = found.annotate(spans=ArraySubquery(spans.values(row=span)), days=ArraySubquery(days))
    return {team.pk: _read(team) for team in teams}


def _read(team: Any) -> Hours:
    if team.hours is None:
        return ALWAYS
    spans = tuple(
        (span["day"], time.fromisoformat(span["opens"]), time.fromisoformat(span["closes"]))
        for span in team.spans
    )
    kept = team.hours
    return Hours(kept.timezone, spans, frozenset(team.days), kept.country, kept.region)
