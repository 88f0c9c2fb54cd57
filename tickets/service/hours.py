"""Opening hours: is somebody there, and if not, when next."""

from __future__ import annotations

from collections.abc import Container, Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tickets.models import Team

LOOK_AHEAD = 30  # days; whoever is closed for longer says nothing about when


def is_open(team: Team, at: datetime) -> bool:
    """Whether the team's hours cover `at`. A team without hours is always there. One query."""
    hours = team.hours
    if hours is None:
        return True
    local = at.astimezone(ZoneInfo(hours.timezone))
    spans = hours.spans.filter(
        weekday=local.weekday(), opens__lte=local.time(), closes__gt=local.time()
    )
    return spans.exclude(hours__holidays__day=local.date()).exists()


def covers(
    timezone: str,
    spans: Iterable[tuple[int, time, time]],
    holidays: Container[date],
    at: datetime,
) -> bool:
    """The same of hours that were read already: spans of weekday (Monday is 0), opening, closing."""
    local = at.astimezone(ZoneInfo(timezone))
    return local.date() not in holidays and any(
        weekday == local.weekday() and opens <= local.time() < closes
        for weekday, opens, closes in spans
    )


def next_opening(team: Team, at: datetime) -> datetime | None:
    """When the team is there next, in UTC; `at` itself if it is open; None if not in 30 days."""
    hours = team.hours
    if hours is None or is_open(team, at):
        return at
    zone = ZoneInfo(hours.timezone)
    local = at.astimezone(zone)
    holidays = {holiday.day for holiday in hours.holidays.all()}
    spans = sorted(hours.spans.all(), key=lambda span: span.opens)
    for days in range(LOOK_AHEAD + 1):
        day = local.date() + timedelta(days=days)
        if day in holidays:
            continue
        for span in spans:
            opens = datetime.combine(day, span.opens, tzinfo=zone)
            if span.weekday == day.weekday() and opens > local:
                return opens.astimezone(UTC)
    return None
