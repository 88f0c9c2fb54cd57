"""What makes no sense is refused in words that say what to do."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from bots.models import AssistantSettings
from tests.factories import make_hours
from tests.tickets.admin.conftest import Change, errors_on, list_of, url_of
from tickets.models import Event, OpeningHours, SiteSettings, Team

pytestmark = pytest.mark.django_db


def _span(hours: OpeningHours, day: int, opens: str, closes: str) -> dict[str, Any]:
    return {
        "spans-TOTAL_FORMS": "2",
        "spans-1-hours": hours.pk,
        "spans-1-weekday": day,
        "spans-1-opens": opens,
        "spans-1-closes": closes,
    }


@pytest.mark.parametrize(
    ("opens", "closes", "complaint"),
    [
        ("18:00", "09:00", "The closing time must be after the opening time."),
        ("18:00", "18:00", "The closing time must be after the opening time."),
        ("16:00", "19:00", "Monday: 09:00-17:00 and 16:00-19:00 overlap."),
        ("25:00", "26:00", "Enter a valid time."),
    ],
)
def test_times_that_cannot_be_are_refused(
    change: Change, opens: str, closes: str, complaint: str
) -> None:
    hours = make_hours((0, "09:00", "17:00"))
    assert complaint in errors_on(change(hours, **_span(hours, 0, opens, closes)))
    assert hours.spans.count() == 1
    assert not Event.objects.exists()


def test_two_spans_of_a_day_may_touch(change: Change) -> None:
    hours = make_hours((0, "09:00", "12:00"))
    assert change(hours, **_span(hours, 0, "12:00", "17:00")).status_code == 302
    assert hours.spans.count() == 2


def test_a_time_zone_is_one_that_exists(change: Change) -> None:
    hours = make_hours()
    assert "not one of the available choices" in errors_on(change(hours, timezone="Moon/Base"))
    assert change(hours, timezone="Asia/Kolkata").status_code == 302


def test_there_is_always_a_default_team(client: Client, change: Change) -> None:
    settings = SiteSettings.load()
    assert "Choose a team" in errors_on(change(settings, default_team=""))

    page = client.post(url_of(settings.default_team, "delete"), {"post": "yes"})

    assert "protected" in page.content.decode()
    assert Team.objects.filter(pk=settings.default_team_id).exists()


@pytest.mark.parametrize(
    ("answer", "offer", "complaint"),
    [
        ("0.3", "0.5", "must offer articles from a lower value"),
        ("0.5", "0.5", "must offer articles from a lower value"),
        ("0.5", "0", "must offer articles from a lower value"),
        ("1.5", "0.5", "less than or equal to 1"),
        ("nan", "0.5", "Enter a number"),
    ],
)
def test_the_assistant_offers_before_it_answers(
    change: Change, answer: str, offer: str, complaint: str
) -> None:
    before = AssistantSettings.load().answer_threshold
    page = change(AssistantSettings.load(), answer_threshold=answer, offer_threshold=offer)
    assert complaint in errors_on(page)
    assert AssistantSettings.load().answer_threshold == before
    assert not Event.objects.exists()


def test_settings_open_on_their_form_and_stay_one_row(client: Client) -> None:
    for settings in (SiteSettings.load(), AssistantSettings.load()):
        assert client.get(list_of(type(settings)))["Location"] == url_of(settings)
        assert client.get(list_of(type(settings), "add")).status_code == 403
        assert client.post(url_of(settings, "delete"), {"post": "yes"}).status_code == 403
        assert type(settings).objects.count() == 1
