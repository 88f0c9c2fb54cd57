"""Opening hours: is somebody there, and if not, when next; also where clocks change and days differ."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from tests.factories import make_hours, make_team, make_ticket
from tickets import conditions
from tickets.models import Holiday, OpeningHours, Team
from tickets.service.hours import Hours

pytestmark = pytest.mark.django_db

MONDAY, TUESDAY, FRIDAY, SATURDAY, SUNDAY = 0, 1, 4, 5, 6
OFFICE = tuple((day, "09:00", "17:00") for day in range(5))


def at(text: str, zone: str = "UTC") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def open_at(team: Team, when: datetime) -> bool:
    hours = Hours.load(team)
    return hours is None or hours.cover(when)


def opens_after(team: Team, when: datetime) -> datetime | None:
    hours = Hours.load(team)
    assert hours is not None
    return hours.next_opening(when)


def test_a_team_without_hours_is_always_there() -> None:
    team, now = make_team(), at("2026-03-01T03:00")
    assert Hours.load(team) is None
    assert conditions.of_ticket(make_ticket(team=team), text="", now=now)["open_now"].value


def test_hours_without_spans_are_never_open() -> None:
    team = make_team(hours=make_hours())
    assert not open_at(team, at("2026-03-02T12:00"))
    assert opens_after(team, at("2026-03-02T12:00")) is None


@pytest.mark.parametrize(
    ("when", "there"),
    [
        ("2026-03-02T08:59:59", False),
        ("2026-03-02T09:00", True),
        ("2026-03-02T16:59:59", True),
        ("2026-03-02T17:00", False),
        ("2026-03-07T12:00", False),
    ],
)
def test_the_first_minute_is_open_and_the_last_is_not(when: str, there: bool) -> None:
    team = make_team(hours=make_hours(*OFFICE, zone="Europe/London"))
    assert open_at(team, at(when, "Europe/London")) is there


def test_the_next_opening_is_the_next_span_of_any_day() -> None:
    team = make_team(
        hours=make_hours((MONDAY, "13:00", "17:00"), (MONDAY, "09:00", "12:00"), zone="UTC")
    )
    assert opens_after(team, at("2026-03-01T12:00")) == at("2026-03-02T09:00")
    assert opens_after(team, at("2026-03-02T12:30")) == at("2026-03-02T13:00")
    assert opens_after(team, at("2026-03-02T17:00")) == at("2026-03-09T09:00")  # a week later


def test_open_now_means_now() -> None:
    team, now = make_team(hours=make_hours(*OFFICE)), at("2026-03-02T10:00")
    assert opens_after(team, now) == now


def test_a_holiday_is_closed_and_passed_over() -> None:
    hours = make_hours(*OFFICE, zone="Europe/London")
    Holiday.objects.create(hours=hours, day=date(2026, 12, 25), name="Christmas")
    Holiday.objects.create(hours=hours, day=date(2026, 12, 28), name="Boxing Day, moved")
    team = make_team(hours=hours)
    assert not open_at(team, at("2026-12-25T12:00", "Europe/London"))
    assert opens_after(team, at("2026-12-24T18:00", "Europe/London")) == at("2026-12-29T09:00")


def test_whoever_is_closed_for_longer_than_a_month_says_nothing_about_when() -> None:
    hours = make_hours((MONDAY, "09:00", "17:00"))
    for week in range(6):
        Holiday.objects.create(
            hours=hours, day=date.fromordinal(date(2026, 3, 2).toordinal() + 7 * week)
        )
    assert opens_after(make_team(hours=hours), at("2026-03-01T12:00")) is None


@pytest.mark.parametrize(
    ("before", "opens"),
    [
        # The clocks go forward in the night to Sunday 29 March 2026 and back on 25 October.
        ("2026-03-28T12:00", "2026-03-29T08:00"),
        ("2026-10-24T12:00", "2026-10-25T09:00"),
    ],
)
def test_on_the_days_when_clocks_change_it_opens_at_nine_by_the_clock(
    before: str, opens: str
) -> None:
    team = make_team(hours=make_hours((SUNDAY, "09:00", "17:00"), zone="Europe/London"))
    assert opens_after(team, at(before, "Europe/London")) == at(opens)


def test_an_opening_in_the_hour_that_does_not_exist_is_right_after_it() -> None:
    team = make_team(hours=make_hours((SUNDAY, "01:30", "03:00"), zone="Europe/London"))
    opening = opens_after(team, at("2026-03-28T22:00"))
    assert opening == at("2026-03-29T01:00")  # two o'clock in summer time, which came at one
    assert open_at(team, at("2026-03-29T01:00"))


def test_the_hour_that_comes_twice_is_open_twice() -> None:
    team = make_team(hours=make_hours((SUNDAY, "01:00", "02:00"), zone="Europe/London"))
    assert open_at(team, at("2026-10-25T00:30"))  # 01:30 in summer time
    assert open_at(team, at("2026-10-25T01:30"))  # 01:30 again
    assert not open_at(team, at("2026-10-25T02:30"))


@pytest.mark.parametrize(
    ("zone", "when", "there"),
    [
        ("Pacific/Auckland", "2026-03-01T21:00", True),  # there it is Monday, 10:00
        ("America/Los_Angeles", "2026-03-03T00:30", True),  # there it is still Monday, 16:30
        ("America/Los_Angeles", "2026-03-02T10:00", False),  # there it is 02:00
        ("Asia/Kathmandu", "2026-03-02T03:15", True),  # 5:45 ahead: 09:00
        ("Asia/Kathmandu", "2026-03-02T03:14", False),
    ],
)
def test_the_day_is_that_of_the_teams_own_zone(zone: str, when: str, there: bool) -> None:
    team = make_team(hours=make_hours((MONDAY, "09:00", "17:00"), zone=zone))
    assert open_at(team, at(when)) is there


def test_a_holiday_is_that_of_the_teams_own_zone() -> None:
    hours = make_hours((MONDAY, "09:00", "17:00"), zone="Pacific/Auckland")
    Holiday.objects.create(hours=hours, day=date(2026, 3, 2))
    assert not open_at(make_team(hours=hours), at("2026-03-01T21:00"))


def test_the_answer_is_in_utc_and_the_29th_of_february_is_a_day() -> None:
    team = make_team(hours=make_hours((TUESDAY, "09:00", "17:00"), zone="Asia/Tokyo"))
    opening = opens_after(team, at("2028-02-28T12:00"))
    assert opening == datetime(2028, 2, 29, 0, 0, tzinfo=UTC)
    assert opening.tzinfo is UTC


def test_a_span_that_ends_before_it_begins_is_refused_by_the_database() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        make_hours((FRIDAY, "17:00", "09:00"))
    with pytest.raises(IntegrityError), transaction.atomic():
        make_hours((7, "09:00", "17:00"))


@pytest.mark.parametrize("zone", ["Mars/Base", "../../etc/passwd", "", "Europe/Lon\0don"])
def test_a_zone_that_does_not_exist_is_refused_in_words(zone: str) -> None:
    with pytest.raises(ValidationError, match="Europe/London"):
        OpeningHours(name="x", timezone=zone).clean()
