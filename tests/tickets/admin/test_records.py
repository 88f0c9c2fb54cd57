"""Every change made in the admin leaves an event with what was before."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.db import transaction
from django.db.models import Model
from django.test import Client

from bots.models import AssistantSettings
from knowledgebase.models import Category
from tests.factories import make_agent, make_customer, make_hours, make_organization, make_team
from tests.tickets.admin.conftest import Change, list_of, sent_by, url_of
from tickets.models import (
    Event,
    Holiday,
    OpeningHours,
    Organization,
    SiteSettings,
    Team,
    Ticket,
    User,
)

pytestmark = pytest.mark.django_db


def _category() -> Category:
    return Category.objects.create(name="Tents", slug="tents", icon="tent", description="Old")


def _assistant(**values: Any) -> AssistantSettings:
    AssistantSettings.objects.update(**values)
    return AssistantSettings.load()


@pytest.mark.parametrize(
    ("make", "field", "before", "after"),
    [
        (SiteSettings.load, "company_name", "Helpdesk", "Kestrel & Moor"),
        (lambda: _assistant(answer_threshold=0.6), "answer_threshold", 0.6, 0.7),
        (AssistantSettings.load, "enabled", True, False),
        (lambda: make_team("Gear"), "name", "Gear", "Gear & repairs"),
        (lambda: make_hours(zone="UTC"), "timezone", "UTC", "Europe/London"),
        (lambda: make_organization("Loch Arden"), "tier", "standard", "premier"),
        (lambda: make_customer("Fiona"), "phone", "", "+44 7700 900 907"),
        (lambda: make_agent("Dana"), "role", "agent", "lead"),
        (lambda: make_agent("Dana"), "is_active", True, False),
        (_category, "description", "Old", "Tents and poles"),
    ],
)
def test_a_changed_field_is_recorded_with_what_was_before(
    change: Change, odhran: User, make: Any, field: str, before: Any, after: Any
) -> None:
    row: Model = make()
    others = {each.pk: str(each) for each in type(row)._default_manager.exclude(pk=row.pk)}

    saved = change(row, **{field: after if after is not False else ""})

    assert saved.status_code == 302
    row.refresh_from_db()
    assert getattr(row, field) == after
    event = Event.objects.get()
    assert (event.kind, event.actor_user, event.subject_id) == (
        "setting.changed",
        odhran,
        str(row.pk),
    )
    assert event.subject == row._meta.label_lower
    assert event.data["changes"] == {field: [before, after]}
    now = {each.pk: str(each) for each in type(row)._default_manager.exclude(pk=row.pk)}
    assert now == others
    assert not LogEntry.objects.exists()  # the event is the record, there is no second one


def test_saving_a_form_as_it_was_opened_records_nothing(change: Change) -> None:
    for row in (SiteSettings.load(), AssistantSettings.load(), make_hours((0, "09:00", "17:00"))):
        assert change(row).status_code == 302
    assert not Event.objects.exists()


def test_an_added_row_is_recorded_with_what_it_is(client: Client) -> None:
    url = list_of(Organization, "add")
    saved = client.post(url, {**sent_by(client.get(url)), "name": "Carrick Guide School"})

    assert saved.status_code == 302
    school = Organization.objects.get()
    event = Event.objects.get()
    assert (event.kind, event.subject_id) == ("setting.added", str(school.pk))
    assert event.data["changes"]["name"] == [None, "Carrick Guide School"]


def test_a_removed_row_is_recorded_with_all_that_it_was(client: Client, odhran: User) -> None:
    hours = make_hours((0, "09:00", "17:00"), zone="Europe/London")
    Holiday.objects.create(hours=hours, day=date(2026, 12, 25), name="Christmas Day")

    client.post(url_of(hours, "delete"), {"post": "yes"})

    assert not OpeningHours.objects.exists()
    event = Event.objects.get()
    assert (event.kind, event.actor_user) == ("setting.removed", odhran)
    assert event.data["was"]["timezone"] == "Europe/London"
    assert event.data["was"]["spans"] == ["Monday 09:00-17:00"]
    assert event.data["was"]["holidays"] == ["2026-12-25 Christmas Day"]


def test_rows_removed_together_are_recorded_one_by_one(client: Client) -> None:
    first, second, third = make_team("One"), make_team("Two"), make_team("Three")
    client.post(
        list_of(Team),
        {"action": "delete_selected", "_selected_action": [first.pk, second.pk], "post": "yes"},
    )

    assert set(Team.objects.exclude(slug="support")) == {third}
    events = Event.objects.order_by("pk")
    assert {event.kind for event in events} == {"setting.removed"}
    assert {event.data["was"]["name"] for event in events} == {"One", "Two"}


def test_a_list_within_a_row_is_recorded_with_the_row(change: Change) -> None:
    hours = make_hours((0, "09:00", "17:00"))
    added = {
        "spans-TOTAL_FORMS": "2",
        "spans-1-hours": hours.pk,
        "spans-1-weekday": "1",
        "spans-1-opens": "10:00",
        "spans-1-closes": "12:00",
    }
    assert change(hours, **added).status_code == 302

    assert hours.spans.count() == 2
    assert hours.spans.filter(weekday=1, opens=time(10)).exists()
    assert Event.objects.get().data["changes"] == {
        "spans": [["Monday 09:00-17:00"], ["Monday 09:00-17:00", "Tuesday 10:00-12:00"]]
    }


def test_a_change_of_members_is_recorded_with_the_team_and_with_each_person(
    change: Change,
) -> None:
    team = make_team("Gear")
    stays, _leaves = make_agent("Amara", teams=[team]), make_agent("Bethan", teams=[team])
    joins = make_agent("Tomasz")

    assert change(team, members=[stays.pk, joins.pk]).status_code == 302

    assert set(User.objects.filter(teams=team)) == {stays, joins}
    changes = {event.data["name"]: event.data["changes"] for event in Event.objects.all()}
    assert changes == {
        "Gear": {"members": [["Amara", "Bethan"], ["Amara", "Tomasz"]]},
        "Bethan": {"teams": [["Gear"], []]},
        "Tomasz": {"teams": [[], ["Gear"]]},
    }


def test_a_change_of_teams_is_recorded_with_the_person_and_with_each_team(change: Change) -> None:
    old, new = make_team("Billing"), make_team("Gear")
    dana = make_agent("Dana", teams=[old])

    assert change(dana, teams=[new.pk]).status_code == 302

    changes = {event.data["name"]: event.data["changes"] for event in Event.objects.all()}
    assert changes == {
        "Dana": {"teams": [["Billing"], ["Gear"]]},
        "Billing": {"members": [["Dana"], []]},
        "Gear": {"members": [[], ["Dana"]]},
    }


def test_without_the_record_there_is_no_change(
    change: Change, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Row and event are one transaction: if the event cannot be written, nothing is."""

    def fail(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("The ledger is full.")

    settings = SiteSettings.load()
    monkeypatch.setattr("tickets.actions.settings.events.record", fail)
    with pytest.raises(RuntimeError), transaction.atomic():
        change(settings, company_name="Another name")
    settings.refresh_from_db()
    assert settings.company_name == "Helpdesk"


def test_what_an_admin_changes_is_no_conversation(change: Change) -> None:
    change(SiteSettings.load(), company_name="Kestrel & Moor")
    assert not Ticket.objects.exists()
