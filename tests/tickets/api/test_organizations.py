"""Organisations told of by programs; their domains and who belongs to them stay an admin's to say."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.tickets.api.conftest import Caller, MakeCaller
from tickets.models import CustomField, Event, EventKind, Organization, OrganizationDomain, Scope

pytestmark = pytest.mark.django_db
ALL = "/api/v1/organizations/"
WALKERS = "/api/v1/organizations/external/W-1/"


@pytest.fixture
def crm(caller: MakeCaller) -> Caller:
    return caller(Scope.ORGANIZATIONS_READ, Scope.ORGANIZATIONS_WRITE)


def test_one_is_told_of_by_its_number_and_telling_twice_changes_nothing(crm: Caller) -> None:
    CustomField.objects.create(
        about="organization", key="plan", name="Plan", kind="choice", options=["gold"]
    )
    told = {
        "name": "Fell Walkers",
        "tier": "plus",
        "tags": ["B2B"],
        "custom_fields": [{"key": "plan", "values": ["gold"]}],
        "metadata": {"crm": "7"},
    }
    first = crm.call("PUT", WALKERS, told).json()
    events = Event.objects.count()
    assert first == crm.call("PUT", WALKERS, told).json() == crm.get(WALKERS).json()
    assert Event.objects.count() == events
    assert (first["external_id"], first["tags"], first["tier"]) == ("W-1", ["b2b"], "plus")
    assert first["custom_fields"] == [{"key": "plan", "values": ["gold"]}]
    renamed = crm.call("PATCH", f"{ALL}{first['id']}/", {"name": "Walkers", "external_id": ""})
    assert (renamed.json()["name"], renamed.json()["external_id"]) == ("Walkers", "")
    event = Event.objects.filter(kind=EventKind.ORGANIZATION_CHANGED, data__field="name").get()
    assert (event.data["before"], event.data["after"]) == (["Fell Walkers"], ["Walkers"])
    assert event.actor_key is not None


def test_one_that_has_the_name_gets_the_number_unless_it_has_another(crm: Caller) -> None:
    known = Organization.objects.create(name="Walkers")
    assert crm.call("PUT", WALKERS, {"name": "Walkers"}).json()["id"] == known.pk
    other = crm.call("PUT", f"{ALL}external/W-2/", {"name": "Walkers"})
    assert (other.status_code, other.json()["error"]["code"]) == (409, "taken")
    assert crm.post(ALL, {"name": "Walkers"}).status_code == 409
    assert crm.post(ALL, {"name": "Else", "external_id": "W-1"}).status_code == 409
    assert crm.call("PUT", f"{ALL}external/W-3/", {}).status_code == 409  # a new one needs a name
    assert Organization.objects.count() == 1


def test_domains_and_notes_are_no_programs_to_say(crm: Caller) -> None:
    known = Organization.objects.create(name="Walkers", note="Late payers.")
    OrganizationDomain.objects.create(organization=known, domain="walkers.example")
    answer = crm.get(f"{ALL}{known.pk}/")
    assert answer.json()["domains"] == ["walkers.example"]
    assert "Late" not in answer.text
    for name in ("domains", "note"):
        refused = crm.call("PATCH", f"{ALL}{known.pk}/", {name: "x"})
        assert name in refused.json()["error"]["fields"]


def test_a_key_that_may_not_read_gets_a_receipt(caller: MakeCaller) -> None:
    Organization.objects.create(name="Walkers", external_id="W-1", metadata={"secret": "x"})
    key = caller(Scope.ORGANIZATIONS_WRITE)
    assert set(key.call("PUT", WALKERS, {"tier": "plus"}).json()) == {"id"}


def test_a_list_costs_the_same_for_one_and_for_ten(crm: Caller) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert crm.get(ALL).status_code == 200
        return len(caught)

    def make(number: int) -> None:
        made = Organization.objects.create(name=f"W {number}")
        OrganizationDomain.objects.create(organization=made, domain=f"w{number}.example")

    make(0)
    crm.get(ALL)  # notes that the key was used
    one = statements()
    for number in range(1, 10):
        make(number)
    assert statements() == one == 3  # the key, the list, the domains
