"""Opening hours: is somebody there, and if not, when next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from tickets.models import Team

LOOK_AHEAD = 30  # days; whoever is closed for longer says nothing about when


@dataclass(frozen=True, slots=True)
class Hours:
    """The opening hours of a team: its week, and the days on which it is closed all the same."""

    timezone: str
    spans: tuple[tuple[int, time, time], ...]  # weekday (Monday is 0), opening, closing
    holidays: frozenset[date]

    @classmethod
    def load(cls, team: Team) -> Self | None:
        """The hours of a team; None for a team without hours, which is always there. Two queries."""
        if team.hours is None:
            return None
        spans = team.hours.spans.values_list("weekday", "opens", "closes")
        holidays = team.hours.holidays.values_list("day", flat=True)
        return cls(team.hours.timezone, tuple(spans), frozenset(holidays))

    def cover(self, at: datetime) -> bool:
        """Whether somebody is there at that moment. The minute of closing is not covered."""
        local = at.astimezone(ZoneInfo(self.timezone))
        return local.date() not in self.holidays and any(
            weekday == local.weekday() and opens <= local.time() < closes
            for weekday, opens, closes in self.spans
        )

    def next_opening(self, at: datetime) -> datetime | None:
        """When somebody is there next, in UTC: `at` itself if now; None if not in 30 days."""
        if self.cover(at):
            return at
        zone = ZoneInfo(self.timezone)
        local = at.astimezone(zone)
        for days in range(LOOK_AHEAD + 1):
            day = local.date() + timedelta(days=days)
            if day in self.holidays:
                continue
            for weekday, opens, _closes in sorted(self.spans):
                opening = datetime.combine(day, opens, tzinfo=zone)
                if weekday == day.weekday() and opening > local:
                    return opening.astimezone(UTC)
        return None
