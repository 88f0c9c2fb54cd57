"""Customers told of by programs: what is known of them, by which number, and never a way into anything."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.factories import make_agent, make_customer, make_ticket, make_user
from tests.tickets.api.conftest import Caller, MakeCaller
from tests.tickets.parallel import real_transactions, together
from tickets import access, actions
from tickets.actors import Actor
from tickets.models import (
    Contact,
    Customer,
    CustomField,
    Event,
    EventKind,
    ExternalId,
    Organization,
    Scope,
)

pytestmark = pytest.mark.django_db
CUSTOMERS = "/api/v1/customers/"
INES = "/api/v1/customers/shop/20417/"
ADDRESS = "ines@walkers.example"
BY_STATING = (Scope.CUSTOMERS_READ, Scope.CUSTOMERS_WRITE)


@pytest.fixture
def stating(caller: MakeCaller) -> Caller:
    """A shop that tells of customers, and vouches for no address."""
    return caller(*BY_STATING)


@pytest.fixture
def vouching(caller: MakeCaller) -> Caller:
    return caller(*BY_STATING, Scope.CUSTOMERS_CONFIRM)


def put(key: Caller, body: dict[str, Any], path: str = INES) -> Any:
    answer = key.call("PUT", path, body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_all_that_is_told_is_kept_and_read_and_telling_twice_changes_nothing(
    stating: Caller,
) -> None:
    CustomField.objects.create(about="customer", key="boot_size", name="Boots", kind="number")
    walkers = Organization.objects.create(name="Walkers")
    told = {
        "email": ADDRESS,
        "name": "Ines Pardo",
        "phone": "+44 20 7946 0018",
        "language": "de",
        "timezone": "Europe/Berlin",
        "organization": walkers.pk,
        "organization_role": "Guide",
        "tier": "plus",
        "prefers_person": True,
        "segment": "guides",
        "value": 189.5,
        "tags": ["VIP", "hut"],
        "external_ids": [{"system": "billing", "number": "B-9"}],
        "other_emails": ["Ines@Guides.example"],
        "other_phones": ["020 7946 0019"],
        "custom_fields": [{"key": "boot_size", "values": ["39"]}],
        "metadata": {"cart": "c-99"},
    }
    first = put(stating, told)
    assert first == put(stating, told) == stating.get(INES).json()
    assert first == stating.get(f"{CUSTOMERS}{first['id']}/").json()
    assert first["email"] is None  # it was stated, not proved
    assert first["stated_email"] == ADDRESS
    assert first["organization"] == {"id": walkers.pk, "name": "Walkers"}
    assert first["external_ids"] == [
        {"system": "billing", "number": "B-9"},
        {"system": "shop", "number": "20417"},
    ]
    assert [one["value"] for one in first["contacts"]] == ["ines@guides.example", "020 7946 0019"]
    assert not any(one["confirmed"] for one in first["contacts"])
    assert (first["value"], first["tags"], first["tier"]) == (189.5, ["vip", "hut"], "plus")
    assert first["custom_fields"] == [{"key": "boot_size", "values": ["39"]}]
    added = Event.objects.filter(kind=EventKind.SETTING_ADDED, subject="tickets.customer")
    assert added.get().actor_key is not None
    assert put(stating, {"metadata": {"cart": None, "step": "2"}})["metadata"] == {"step": "2"}
    changed = put(
        stating,
        {"other_emails": [], "other_phones": [], "tier": "", "value": None, "organization": None},
    )
    assert (changed["contacts"], changed["tier"], changed["value"]) == ([], "", None)
    assert (changed["organization"], changed["name"]) == (None, "Ines Pardo")


def test_a_stated_address_finds_nobody_and_opens_nothing(stating: Caller) -> None:
    ines = make_customer("Ines", email=ADDRESS, login=True)
    ticket = make_ticket(customer=ines)
    stranger = put(stating, {"email": ADDRESS, "name": "Mallory"})
    assert stranger["id"] != ines.pk
    assert (stranger["email"], stranger["stated_email"]) == (None, ADDRESS)
    ines.refresh_from_db()
    assert (ines.name, ines.email) == ("Ines", ADDRESS)
    found = Customer.objects.get(pk=stranger["id"])
    assert not access.tickets_for(Actor.of_customer(found)).exists()
    assert access.ticket_for(Actor.of_customer(ines), ticket.reference) == ticket
    # Whoever logs in with that address later is Ines, never the one of whom it was only stated.
    user = make_user("Other", email="other@walkers.example")
    put(stating, {"email": user.email}, "/api/v1/customers/shop/2/")
    joined = actions.join_account(actor=Actor.nobody(), user=user, visitor=None)
    assert not joined.external_ids.exists()


def test_a_key_that_vouches_finds_who_has_the_address_and_takes_it_from_nobody(
    vouching: Caller,
) -> None:
    ines = make_customer("Ines", email=ADDRESS)
    assert put(vouching, {"email": ADDRESS})["id"] == ines.pk
    assert ExternalId.objects.get().customer == ines
    other = put(vouching, {"name": "Kit"}, "/api/v1/customers/shop/2/")
    taken = vouching.call("PUT", "/api/v1/customers/shop/2/", {"email": ADDRESS})
    assert (taken.status_code, taken.json()["error"]["code"]) == (409, "taken")
    assert Customer.objects.get(pk=other["id"]).email is None
    two = vouching.call("PUT", "/api/v1/customers/shop/3/", {"email": ADDRESS})
    assert (two.status_code, two.json()["error"]["code"]) == (409, "two_numbers")
    staff = make_agent("Dana")
    refused = vouching.call("PUT", "/api/v1/customers/shop/4/", {"email": staff.email})
    assert refused.status_code == 409
    assert not ExternalId.objects.filter(value__in=["3", "4"]).exists()


def test_an_address_that_was_proved_is_never_replaced_by_a_program(
    vouching: Caller, stating: Caller
) -> None:
    ines = make_customer("Ines", email=ADDRESS, login=True)
    ExternalId.objects.create(customer=ines, system="shop", value="20417")
    for number, key in enumerate((stating, vouching)):
        told = put(key, {"email": f"new{number}@walkers.example"})
        assert told["email"] == ADDRESS
    assert [(one.value, one.confirmed_at) for one in Contact.objects.order_by("pk")] == [
        ("new0@walkers.example", None),
        ("new1@walkers.example", None),
    ]
    assert Event.objects.filter(kind=EventKind.CONTACT_ADDED, actor_key__isnull=False).count() == 2


def test_what_people_here_added_or_confirmed_is_not_forgotten_by_a_program(
    stating: Caller,
) -> None:
    ines = make_customer("Ines", email=ADDRESS)
    dana = make_agent("Dana")
    Contact.objects.create(customer=ines, kind="phone", value="112233", added_by=dana)
    told = stating.call("PATCH", f"{CUSTOMERS}{ines.pk}/", {"other_phones": []}).json()
    assert [one["value"] for one in told["contacts"]] == ["112233"]


def test_the_number_of_who_was_merged_is_the_number_of_the_person(
    stating: Caller,
) -> None:
    one, other = make_customer("Ines"), make_customer("Ines P")
    ExternalId.objects.create(customer=one, system="shop", value="20417")
    Customer.objects.filter(pk=one.pk).update(merged_into=other)
    told = put(stating, {"tier": "premier"})
    assert told["id"] == other.pk
    assert told["external_ids"] == [{"system": "shop", "number": "20417"}]
    assert stating.get(f"{CUSTOMERS}{one.pk}/").json()["id"] == other.pk
    assert [row["id"] for row in stating.get(CUSTOMERS).json()["results"]] == [other.pk]
    assert set(Customer.objects.values_list("tier", flat=True)) == {"premier"}


def test_what_agents_note_of_a_customer_goes_to_no_program(stating: Caller) -> None:
    ines = make_customer("Ines", note="Shouts at us.")
    text = stating.get(f"{CUSTOMERS}{ines.pk}/").text + stating.get(CUSTOMERS).text
    assert "Shouts" not in text
    refused = stating.call("PATCH", f"{CUSTOMERS}{ines.pk}/", {"note": "x"})
    assert "note" in refused.json()["error"]["fields"]


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"email": "no address"}, "email"),
        ({"email": "ines\u200b@walkers.example"}, "email"),
        ({"language": "xx"}, "language"),
        ({"timezone": "../etc/passwd"}, "timezone"),
        ({"tier": "gold"}, "tier"),
        ({"organization": 9}, "organization"),
        ({"prefers_person": "yes"}, "prefers_person"),
        ({"value": "1"}, "value"),
        ({"value": 1e300}, "value"),
        ({"tags": ["x"] * 51}, "tags"),
        ({"metadata": {"x": 1}}, "metadata"),
        ({"metadata": {str(n): "" for n in range(51)}}, "metadata"),
        ({"other_phones": ["12"]}, "other_phones.0"),
        ({"other_emails": ["x"]}, "other_emails.0"),
        ({"external_ids": [{"system": "A B", "number": "1"}]}, "external_ids.0.system"),
        ({"claimed_email": "x@walkers.example"}, "claimed_email"),
    ],
)
def test_what_cannot_be_is_refused_by_its_name_and_nothing_is_written(
    stating: Caller, sent: dict[str, Any], field: str
) -> None:
    answer = stating.call("PUT", INES, {"name": "Ines", **sent})
    assert answer.status_code == 400, answer.text
    paths = answer.json()["error"]["fields"]
    assert any(path.startswith(field.rsplit(".", 1)[0]) for path in paths), paths
    assert not Customer.objects.exists()
    assert not Event.objects.filter(subject="tickets.customer").exists()


def test_data_of_programs_is_bounded_by_the_database_too(stating: Caller) -> None:
    for _again in range(2):
        told = stating.call("PUT", INES, {"metadata": {"bear": "🐻" * 500, "😀" * 90: "x"}})
        assert told.status_code == 200
    too_much = {f"n{number}": "🐻" * 500 for number in range(12)}
    refused = stating.call("PUT", INES, {"metadata": too_much})
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "too_much")
    for wrong in ([1], {"x": "y" * 20_000}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Customer.objects.update(metadata=wrong)


def test_a_key_that_may_not_read_gets_a_receipt(caller: MakeCaller) -> None:
    ines = make_customer("Ines", email=ADDRESS)
    key = caller(Scope.CUSTOMERS_WRITE, Scope.CUSTOMERS_CONFIRM)
    assert set(key.post(CUSTOMERS, {"name": "Kit"}).json()) == {"id", "created_at"}
    assert set(put(key, {"email": ADDRESS})) == {"id", "created_at"}
    changed = key.call("PATCH", f"{CUSTOMERS}{ines.pk}/", {"name": "Ines Pardo"})
    assert set(changed.json()) == {"id", "created_at"}
    assert key.get(CUSTOMERS).status_code == 403


def test_a_list_costs_the_same_for_one_and_for_ten(stating: Caller) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert stating.get(CUSTOMERS).status_code == 200
        return len(caught)

    def make() -> None:
        customer = make_customer(organization=Organization.objects.get_or_create(name="W")[0])
        Contact.objects.create(customer=customer, kind="phone", value="112233")
        ExternalId.objects.create(customer=customer, system="shop", value=str(customer.pk))

    make()
    stating.get(CUSTOMERS)  # notes that the key was used
    one = statements()
    for _more in range(9):
        make()
    assert statements() == one == 2  # the key and the list
    page = stating.get(CUSTOMERS, {"page_size": "4"}).json()
    rest = stating.get(page["next"]).json()
    keys = [row["id"] for row in page["results"] + rest["results"]]
    assert keys == sorted(Customer.objects.values_list("pk", flat=True))[: len(keys)]


@real_transactions
def test_many_who_tell_of_the_same_number_at_once_make_one_customer() -> None:
    key, _secret = actions.create_api_key(actor=Actor.system(), name="Shop", scopes=BY_STATING)

    def tell(number: int) -> Customer:
        found, _new = actions.upsert_customer(
            actor=Actor.integrator(key),
            system="shop",
            number="20417",
            told={"name": [f"Ines {number}"], "email": ADDRESS},
        )
        return found

    told = together(8, tell)
    assert len({one.pk for one in told if isinstance(one, Customer)}) == 1, told
    assert Customer.objects.count() == ExternalId.objects.count() == 1
