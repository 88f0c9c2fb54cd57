"""Business time: how much of it lies between two moments, and when so much of it has gone by."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.factories import make_hours, make_team
from tickets.models import Holiday
from tickets.service import hours, public_holidays
from tickets.service.hours import ALWAYS, Hours, Spans

ZONES = (
    *("UTC", "Europe/London", "Europe/Berlin", "America/New_York", "America/Santiago"),
    # Half an hour of summer time; 45 minutes off; a date line; midnight that is left out.
    *("Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia", "Africa/Cairo", "America/Havana"),
)
MINUTE = timedelta(minutes=1)
OFFICE: Spans = tuple((day, time(9), time(17)) for day in range(5))

moments = st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=2900)).map(
    lambda gone: datetime(2023, 1, 1, tzinfo=UTC) + gone
)
# Where clocks change and days are rare, more often than chance would have it.
near_changes = st.builds(
    lambda day, off: day + timedelta(minutes=off),
    st.sampled_from(
        [
            datetime(2026, 3, 29, 1, tzinfo=UTC),
            datetime(2026, 10, 25, 1, tzinfo=UTC),
            datetime(2026, 3, 8, 7, tzinfo=UTC),
            datetime(2026, 11, 1, 6, tzinfo=UTC),
            datetime(2026, 4, 4, 15, tzinfo=UTC),
            datetime(2026, 10, 3, 15, 30, tzinfo=UTC),
            datetime(2028, 2, 28, 22, tzinfo=UTC),
            datetime(2026, 4, 23, 22, tzinfo=UTC),
        ]
    ),
    st.integers(-3000, 3000),
)
whens = st.one_of(moments, near_changes)


@st.composite
def spans(draw: st.DrawFn) -> tuple[int, time, time]:
    opens = draw(st.integers(0, 23 * 60 + 57))
    closes = draw(st.integers(opens + 1, 23 * 60 + 58))
    return draw(st.integers(0, 6)), time(*divmod(opens, 60)), time(*divmod(closes, 60))


weeks = st.one_of(
    st.just(OFFICE),
    st.just(ALWAYS.spans),
    st.lists(spans(), min_size=1, max_size=12).map(tuple),
)
free_days = st.frozensets(
    st.dates(min_value=date(2023, 1, 1), max_value=date(2031, 1, 1)), max_size=20
)
calendars = st.builds(Hours, st.sampled_from(ZONES), weeks, free_days)
amounts = st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=20))


def counted_by_hand(calendar: Hours, start: datetime, end: datetime) -> timedelta:
    """By looking at the clock on the wall, minute after minute."""
    zone, found, at = ZoneInfo(calendar.timezone), timedelta(0), start
    while at < end:
        local = at.astimezone(zone)
        is_open = local.date() not in calendar.holidays and any(
            day == local.weekday()
            and opens <= local.time()
            and (local.time() < closes or closes >= hours.LAST_MINUTE)
            for day, opens, closes in calendar.spans
        )
        found += MINUTE if is_open else timedelta(0)
        at += MINUTE
    return found


@given(calendars, whens, st.integers(0, 4000))
@settings(max_examples=150, deadline=None)
@example(
    Hours("Europe/London", ALWAYS.spans, frozenset()), datetime(2026, 10, 24, tzinfo=UTC), 3000
)
@example(
    Hours("Africa/Cairo", ALWAYS.spans, frozenset()), datetime(2026, 4, 23, 20, tzinfo=UTC), 300
)
def test_time_between_two_moments_is_what_the_clock_on_the_wall_shows(
    calendar: Hours, start: datetime, minutes: int
) -> None:
    start = start.replace(second=0, microsecond=0)
    end = start + minutes * MINUTE
    assert calendar.between(start, end) == counted_by_hand(calendar, start, end)


@given(calendars, whens, amounts)
@settings(max_examples=300, deadline=None)
def test_adding_time_and_measuring_it_are_inverse(
    calendar: Hours, start: datetime, amount: timedelta
) -> None:
    due = calendar.add(start, amount)
    if due is None:  # of a calendar that hardly ever opens, rightly
        assert calendar.between(start, start + timedelta(days=hours.FAR)) < amount
        return
    assert due >= start
    assert calendar.between(start, due) == amount
    # And it is the first such moment: just before it less had gone by.
    if amount:
        assert calendar.between(start, due - timedelta(microseconds=1)) < amount


@given(calendars, whens, amounts, amounts)
@settings(max_examples=150, deadline=None)
def test_time_adds_up_however_it_is_divided(
    calendar: Hours, start: datetime, one: timedelta, other: timedelta
) -> None:
    """So a pause in the middle costs nothing and gives nothing away."""
    middle, whole = calendar.add(start, one), calendar.add(start, one + other)
    if middle is None or whole is None:
        return
    assert calendar.add(middle, other) == whole
    assert calendar.between(start, middle) + calendar.between(middle, whole) == one + other


@given(calendars, whens)
@settings(max_examples=150, deadline=None)
def test_whoever_is_there_is_there_in_a_window_and_the_next_opening_begins_one(
    calendar: Hours, at: datetime
) -> None:
    opening = calendar.next_opening(at)
    assert calendar.cover(at) is (opening == at)
    if opening is not None:
        assert calendar.cover(opening)
        assert calendar.between(at, opening) == timedelta(0)


@given(whens, amounts)
@settings(max_examples=100, deadline=None)
def test_around_the_clock_business_time_is_time(start: datetime, amount: timedelta) -> None:
    assert ALWAYS.add(start, amount) == start + amount
    assert ALWAYS.between(start, start + amount) == amount


@given(whens, amounts)
@settings(max_examples=50, deadline=None)
def test_what_never_opens_is_never_due_and_takes_no_time(
    start: datetime, amount: timedelta
) -> None:
    never = Hours("Europe/London", (), frozenset())
    assert never.between(start, start + amount) == timedelta(0)
    assert never.add(start, amount + MINUTE) is None
    assert never.next_opening(start) is None


def test_what_is_not_reached_within_ten_years_is_never_reached() -> None:
    hardly = Hours("UTC", ((0, time(9), time(9, 1)),), frozenset())
    assert hardly.add(datetime(2026, 1, 1, tzinfo=UTC), timedelta(hours=8)) is not None
    assert hardly.add(datetime(2026, 1, 1, tzinfo=UTC), timedelta(hours=9)) is None


@given(whens, whens)
@settings(max_examples=100, deadline=None)
def test_no_time_goes_by_backwards(one: datetime, other: datetime) -> None:
    earlier, later = min(one, other), max(one, other)
    assert ALWAYS.between(later, earlier) == timedelta(0)


@pytest.mark.parametrize(
    ("zone", "start", "due"),
    [
        # The night in which an hour is left out, and the one in which an hour comes twice.
        ("Europe/London", "2026-03-28T16:00+00:00", "2026-03-29T11:00+01:00"),
        ("Europe/London", "2026-10-24T16:00+01:00", "2026-10-25T11:00+00:00"),
        ("America/New_York", "2026-03-07T16:00-05:00", "2026-03-08T11:00-04:00"),
    ],
)
def test_three_hours_over_a_change_of_the_clocks_are_three_hours_of_somebody_being_there(
    zone: str, start: str, due: str
) -> None:
    daily = Hours(zone, tuple((day, time(9), time(17)) for day in range(7)), frozenset())
    found = daily.add(datetime.fromisoformat(start), timedelta(hours=3))
    assert found == datetime.fromisoformat(due)


def test_a_span_that_ends_in_the_last_minute_ends_at_midnight() -> None:
    daily = Hours("UTC", tuple((day, time(), time(23, 59)) for day in range(7)), frozenset())
    start = datetime(2028, 2, 28, 12, tzinfo=UTC)
    assert daily.add(start, timedelta(days=3)) == datetime(2028, 3, 2, 12, tzinfo=UTC)


def test_spans_that_overlap_are_counted_once() -> None:
    twice = Hours("UTC", ((0, time(9), time(13)), (0, time(12), time(17))), frozenset())
    monday = datetime(2026, 3, 2, tzinfo=UTC)
    assert twice.between(monday, monday + timedelta(days=1)) == timedelta(hours=8)


@pytest.mark.django_db
def test_the_public_holidays_of_a_country_and_of_its_part_are_free() -> None:
    kept = make_hours(*((day, "09:00", "17:00") for day in range(7)))
    for country, region, free in (
        ("", "", False),
        ("GB", "ENG", True),
        ("GB", "SCT", False),  # Easter Monday is none in Scotland
        ("DE", "", True),
        ("XX", "", False),  # no such country: nothing is free, and nothing breaks
    ):
        kept.country, kept.region = country, region
        kept.save()
        found = Hours.load(make_team(hours=kept))
        assert found is not None
        assert found.cover(datetime(2026, 4, 6, 12, tzinfo=UTC)) is not free, (country, region)


@pytest.mark.django_db
def test_own_days_stand_beside_the_holidays_of_the_country() -> None:
    kept = make_hours(*((day, "09:00", "17:00") for day in range(7)))
    kept.country = "DE"
    kept.save()
    Holiday.objects.create(hours=kept, day=date(2026, 4, 7))
    calendar = Hours.load(make_team(hours=kept))
    assert calendar is not None
    found = calendar.add(datetime(2026, 4, 5, 16, tzinfo=UTC), timedelta(hours=2))
    assert found == datetime(2026, 4, 8, 10, tzinfo=UTC)  # Sunday 16 to 17, then Wednesday


@pytest.mark.django_db
def test_the_hours_of_several_teams_are_the_same_as_those_of_each() -> None:
    kept = make_hours((0, "09:00", "12:00"), (0, "13:00", "17:00"), zone="Europe/London")
    Holiday.objects.create(hours=kept, day=date(2026, 4, 7))
    one, other = make_team(hours=kept), make_team()
    found = hours.of_teams([one.pk, other.pk])
    assert (found[one.pk].timezone, set(found[one.pk].spans)) == (
        "Europe/London",
        set(Hours.load(one).spans),  # type: ignore[union-attr]
    )
    assert found[one.pk].holidays == {date(2026, 4, 7)}
    assert found[other.pk] is ALWAYS


def test_every_country_that_is_offered_is_known() -> None:
    names = dict(public_holidays.countries())
    assert names["GB"] == "United Kingdom"
    assert set(names) == set(public_holidays.regions())
