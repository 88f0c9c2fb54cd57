"""How a day and a moment are written: in the language's formats, as short as they stay clear."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format


def day(at: datetime) -> str:
    """The day, with the year only if it is another one: 5 June, or 5 Jun 2025."""
    local = timezone.localtime(at)
    this_year = local.year == timezone.localtime().year
    return date_format(local, "MONTH_DAY_FORMAT" if this_year else "SHORT_DATE_FORMAT")


def moment(at: datetime) -> str:
    """The day and the time: 5 June, 15:04."""
    return f"{day(at)}, {date_format(timezone.localtime(at), 'TIME_FORMAT')}"


def weekday(at: datetime) -> str:
    """A day soon to come: Monday, 5 June."""
    return f"{date_format(timezone.localtime(at), 'l')}, {day(at)}"


def weekday_moment(at: datetime) -> str:
    """A moment soon to come, with its weekday: Monday, 5 June, 09:00."""
    return f"{date_format(timezone.localtime(at), 'l')}, {moment(at)}"


def near_moment(at: datetime) -> str:
    """A moment as one says it within a week of it: Monday 09:00; else with its day: 5 June, 15:04."""
    local, today = timezone.localtime(at), timezone.localdate()
    if abs((local.date() - today).days) >= 7:
        return moment(at)
    return f"{date_format(local, 'l')} {date_format(local, 'TIME_FORMAT')}"
