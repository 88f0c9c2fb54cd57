"""How the desk is set up, by the API: read only, each to the keys that may, at the same cost for ten."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import make_agent, make_hours, make_lead, make_team, make_user
from tests.tickets.api.conftest import Caller, MakeCaller
from tickets.live import presence
from tickets.models import (
    CustomField,
    Holiday,
    OpeningHours,
    Role,
    Scope,
    Segment,
    SlaPolicy,
    SlaTarget,
    Tag,
    Team,
    User,
)

pytestmark = pytest.mark.django_db
V1 = "/api/v1/"


@pytest.fixture
def desk(caller: MakeCaller) -> Caller:
    return caller(Scope.DESK_READ)


def row(by: Caller, path: str, **wanted: Any) -> dict[str, Any]:
    """The one row of a list that is this."""
    rows = by.get(V1 + path).json()["results"]
    (found,) = [one for one in rows if wanted.items() <= one.items()]
    return dict(found)


def test_teams_are_told_and_who_is_in_them_only_to_keys_that_may_know(
    caller: MakeCaller, desk: Caller
) -> None:
    team = make_team(hours=make_hours((0, "09:00", "17:00")))
    dana = make_agent("Dana Whitfield", teams=[team])
    make_agent("Gone", teams=[team], is_active=False)
    shown = row(desk, "teams/", slug=team.slug)
    assert shown == {
        "slug": team.slug,
        "name": team.name,
        "description": "",
        "gives_out": "by_hand",
        "opening_hours": team.hours_id,
        "members": None,
    }
    assert dana.email not in desk.get(f"{V1}teams/").text
    staff = caller(Scope.DESK_READ, Scope.AGENTS_READ)
    assert row(staff, "teams/", slug=team.slug)["members"] == [
        {"email": dana.email, "name": "Dana Whitfield"}
    ]


def test_agents_are_told_with_whether_they_are_here(caller: MakeCaller) -> None:
    team = make_team()
    here, busy, away, forgot, off = (
        make_agent(name, teams=[team]) for name in ("Here", "Busy", "Away", "Forgot", "Off")
    )
    lead = make_lead("Priya", teams=[team])
    make_user("A customer")
    make_agent("Gone", is_active=False)
    for agent in (here, busy, away, forgot):
        presence.mark_agent_here(agent)
    for agent in (here, busy, away):
        presence.mark_agent_active(agent)
    presence.set_state(busy, presence.State.BUSY)
    presence.set_state(away, presence.State.AWAY)
    key = caller(Scope.AGENTS_READ)
    rows = key.get(f"{V1}agents/").json()["results"]
    found = {one["email"]: one["presence"] for one in rows}
    assert {one["role"] for one in rows} <= set(Role.values) - {Role.CUSTOMER}
    staff = User.objects.filter(is_active=True).exclude(role=Role.CUSTOMER)
    assert set(found) == {user.email for user in staff}
    assert [found[one.email] for one in (here, busy, away, forgot, off, lead)] == [
        *("here", "busy", "away", "away", "offline", "offline")
    ]
    assert row(key, "agents/", email=lead.email)["teams"] == [team.slug]


def test_what_an_admin_set_up_is_told(desk: Caller) -> None:
    CustomField.objects.create(
        about="ticket", key="plan", name="Plan", kind="choice", options=["gold"], required=True
    )
    CustomField.objects.create(about="customer", key="boots", name="Boots", kind="number")
    fields = desk.get(f"{V1}custom-fields/", {"about": "ticket"}).json()["results"]
    assert [one["key"] for one in fields] == ["plan"]
    assert (fields[0]["options"], fields[0]["needed_to_resolve"]) == (["gold"], True)
    assert row(desk, "custom-fields/", key="boots")["about"] == "customer"
    Tag.objects.bulk_create([Tag(name="refund"), Tag(name="return"), Tag(name="boots")])
    tags = desk.get(f"{V1}tags/", {"q": "RE"}).json()["results"]
    assert tags == [{"name": "refund"}, {"name": "return"}]
    conditions = {
        "match": "all",
        "conditions": [{"field": "tier", "op": "is", "value": "plus"}],
    }
    Segment.objects.create(name="Plus", key="plus", conditions=conditions)
    assert "plus" in row(desk, "segments/", key="plus")["in_words"].lower()
    hours = make_hours((0, "09:00", "17:30"), zone="Europe/London")
    Holiday.objects.create(hours=hours, day=date(2026, 12, 24), name="Eve")
    assert row(desk, "opening-hours/", id=hours.pk) == {
        "id": hours.pk,
        "name": hours.name,
        "timezone": "Europe/London",
        "country": "",
        "region": "",
        "spans": [{"weekday": 0, "opens": "09:00", "closes": "17:30"}],
        "holidays": [{"day": "2026-12-24", "name": "Eve"}],
    }
    policy = SlaPolicy.objects.create(
        name="Plus", active=False, conditions=conditions["conditions"]
    )
    SlaTarget.objects.create(policy=policy, metric="first", priority=4, minutes=60)
    shown = row(desk, "sla-policies/", name="Plus")
    assert (shown["active"], shown["warn_percent"], shown["business"]) == (False, 75, True)
    assert shown["targets"] == [{"metric": "first", "priority": "urgent", "minutes": 60}]
    assert "plus" in shown["in_words"].lower()


def test_nothing_of_it_is_changed_by_the_api(caller: MakeCaller) -> None:
    key = caller(Scope.DESK_READ, Scope.AGENTS_READ)
    for path in ("teams", "agents", "tags", "custom-fields", "segments", "opening-hours"):
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            assert key.call(method, f"{V1}{path}/", {}).status_code == 405


def test_pages_follow_by_their_cursor(desk: Caller) -> None:
    Tag.objects.bulk_create([Tag(name=f"tag {number}") for number in range(5)])
    seen: list[str] = []
    cursor = ""
    while cursor is not None:
        page = desk.get(f"{V1}tags/", {"page_size": 2, "cursor": cursor}).json()
        seen += [one["name"] for one in page["results"]]
        cursor = page["next_cursor"]
        assert (page["next"] is None) == (cursor is None)
        assert cursor is None or f"cursor={cursor}" in page["next"]
    assert seen == [f"tag {number}" for number in range(5)]
    begun = desk.get(f"{V1}tags/", {"page_size": 1}).json()["next_cursor"]
    assert desk.get(f"{V1}teams/", {"cursor": begun}).status_code == 404  # of another list


def _team(number: int) -> None:
    team = make_team(hours=make_hours((number % 7, "09:00", "17:00")))
    make_agent(teams=[team])
    Holiday.objects.create(hours=team.hours or OpeningHours(), day=date(2026, 1, 1))


def _policy(number: int) -> None:
    conditions = [{"field": "tier", "op": "is", "value": "plus"}]
    policy = SlaPolicy.objects.create(name=f"Policy {number}", conditions=conditions)
    SlaTarget.objects.create(policy=policy, metric="first", priority=1, minutes=5)


def _segment(number: int) -> None:
    conditions = [{"field": "tier", "op": "is", "value": "plus"}]
    group = {"match": "all", "conditions": conditions}
    Segment.objects.create(name=f"S {number}", key=f"s{number}", conditions=group)


def _field(number: int) -> None:
    CustomField.objects.create(about="ticket", key=f"f{number}", name="F", kind="text")


@pytest.mark.parametrize(
    ("path", "make", "most"),
    [
        ("teams/", _team, 3),  # the key, the teams, their members
        ("agents/", _team, 3),
        ("tags/", lambda number: Tag.objects.create(name=f"t{number}"), 2),
        ("custom-fields/", _field, 2),
        ("segments/", _segment, 3),
        ("opening-hours/", _team, 4),
        ("sla-policies/", _policy, 4),
    ],
)
def test_ten_rows_cost_what_one_costs(
    caller: MakeCaller, path: str, make: Callable[[int], object], most: int
) -> None:
    key = caller(Scope.DESK_READ, Scope.AGENTS_READ)

    def statements() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert key.get(V1 + path).status_code == 200
        return len(caught)

    make(0)
    key.get(V1 + path)  # notes that the key was used
    one = statements()
    for number in range(1, 10):
        make(number)
    assert statements() == one <= most
    assert Team.objects.exists()
