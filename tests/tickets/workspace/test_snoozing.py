"""The form of a snooze: its times in the agent's zone, and what the screens say meanwhile."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories import make_ticket
from tests.tickets.workspace.conftest import BY_SCRIPT
from tickets import clock
from tickets.models import Team, Turn, User
from tickets.portal import news as portal_news
from tickets.workspace.snoozing import presets

LONDON = ZoneInfo("Europe/London")


@pytest.mark.parametrize(
    ("now", "expected"),
    [  # the clocks go forward on Sunday, 29 March
        (datetime(2026, 3, 27, 10, tzinfo=UTC), ["27 13:00", "28 09:00", "30 08:00"]),
        (datetime(2026, 3, 23, 10, tzinfo=UTC), ["23 13:00", "24 09:00", "30 08:00"]),
        (datetime(2026, 3, 29, 10, tzinfo=UTC), ["29 13:00", "30 08:00"]),
        (datetime(2026, 3, 28, 23, 30, tzinfo=UTC), ["29 02:30", "29 08:00", "30 08:00"]),
    ],
)
def test_the_presets_are_mornings_where_the_agent_is(now: datetime, expected: list[str]) -> None:
    with timezone.override(LONDON):
        found = [preset.at.astimezone(UTC).strftime("%d %H:%M") for preset in presets(now)]
    assert found == expected


def test_a_date_is_read_in_the_zone_of_the_agent(danas: Client, team: Team, dana: User) -> None:
    dana.timezone = "Europe/London"
    dana.save()
    ticket = make_ticket(team=team, turn=Turn.AGENT, agent=dana)
    with clock.at(datetime(2026, 6, 1, 12, tzinfo=UTC)):
        danas.post(
            f"/workspace/{ticket.reference}/snooze/",
            {"until": "at", "at": "2026-06-03T09:30", "note": "the poles"},
        )
    ticket.refresh_from_db()
    assert ticket.snoozed_until == datetime(2026, 6, 3, 8, 30, tzinfo=UTC)
    page = danas.get(f"/workspace/{ticket.reference}/").text
    assert "09:30" in page or "9:30" in page
    assert ", by <bdi>Dana Osei</bdi>" in page
    assert "the poles" in page
    assert "the poles" not in danas.get("/workspace/?view=snoozed").text


@pytest.mark.parametrize(
    "sent",
    [
        {"until": "at", "at": ""},
        {"until": "at", "at": "soon"},
        {"until": "at", "at": "2001-01-01T09:00"},
        {"until": "x"},
        {},
    ],
)
def test_what_is_no_time_is_refused(
    danas: Client, team: Team, dana: User, sent: dict[str, str]
) -> None:
    ticket = make_ticket(team=team, turn=Turn.AGENT, agent=dana)
    for headers in ({}, BY_SCRIPT):
        answer = danas.post(f"/workspace/{ticket.reference}/snooze/", sent, headers=headers)
        assert answer.status_code == 422
    ticket.refresh_from_db()
    assert ticket.snoozed_at is None


def test_until_the_customer_writes_has_no_time(danas: Client, team: Team, dana: User) -> None:
    ticket = make_ticket(team=team, turn=Turn.CUSTOMER, agent=dana)
    danas.post(f"/workspace/{ticket.reference}/snooze/", {"until": "customer"})
    ticket.refresh_from_db()
    assert (ticket.snoozed_until, ticket.snoozed_at is None) == (None, False)
    assert "Back when they write" in danas.get("/workspace/?view=snoozed").text
    danas.post(f"/workspace/{ticket.reference}/unsnooze/")
    ticket.refresh_from_db()
    assert ticket.snoozed_at is None


def test_the_customer_is_not_told_that_they_are_talking_with_whoever_put_it_aside(
    danas: Client, team: Team, dana: User
) -> None:
    ticket = make_ticket(team=team, turn=Turn.AGENT, agent=dana)
    danas.post(f"/workspace/{ticket.reference}/snooze/", {"until": "3h", "note": "canary"})
    ticket.refresh_from_db()
    assert ticket.snoozed_until is not None
    assert ticket.snoozed_until - timezone.now() < timedelta(hours=3)
    shown = str(portal_news.news(ticket, after=0))
    assert "Dana looks after this" in shown
    assert "You are talking with" not in shown
    assert "canary" not in shown
