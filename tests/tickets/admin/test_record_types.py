"""An admin defines types of records and their fields; what is used is not deleted."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.tickets.admin.conftest import Change, list_of, sent_by, url_of
from tests.tickets.records.making import make_record, make_type
from tickets.models import Event, EventKind, RecordField, RecordType

pytestmark = pytest.mark.django_db

FIELDS = {
    "fields-TOTAL_FORMS": "2",
    "fields-INITIAL_FORMS": "0",
    "fields-MIN_NUM_FORMS": "0",
    "fields-MAX_NUM_FORMS": "50",
}


def field(number: int, **values: str) -> dict[str, str]:
    known = {"name": f"Field {number}", "key": f"field{number}", "kind": "text", "position": "1"}
    return {f"fields-{number}-{name}": value for name, value in {**known, **values}.items()}


def form(**values: str) -> dict[str, str]:
    known = {"name": "Order", "plural": "Orders", "key": "order", "look": "KM-#####"}
    more = {"customer_system": "shop", "kept_days": "0", "position": "1", "active": "on"}
    return {**known, **more, **FIELDS, **values}


def test_a_type_is_added_with_its_fields_and_leaves_a_record(client: Client) -> None:
    status = {"kind": "choice", "options": "packed\nsent", "is_status": "on"}
    sent = form() | field(0, **status) | field(1)
    assert client.post(list_of(RecordType, "add"), sent).status_code == 302
    made = RecordType.objects.get()
    rows = made.fields.order_by("key").values_list("key", "kind", "options", "is_status")
    assert list(rows) == [
        ("field0", "choice", ["packed", "sent"], True),
        ("field1", "text", [], False),
    ]
    assert Event.objects.filter(kind=EventKind.SETTING_ADDED).count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        form(key="Order!") | field(0) | field(1),
        form(look="(.*") | field(0) | field(1),
        form(look="##") | field(0) | field(1),
        form() | field(0, key="x y") | field(1),
        form() | field(0, kind="choice") | field(1),
        form() | field(0, key="same") | field(1, key="same"),
        form() | field(0, is_status="on") | field(1, is_status="on"),
    ],
)
def test_what_cannot_be_a_type_is_refused_in_its_form(client: Client, wrong: Any) -> None:
    assert client.post(list_of(RecordType, "add"), wrong).status_code == 200
    assert not RecordType.objects.exists()


def test_the_key_and_the_kind_of_what_is_there_stay(change: Change, client: Client) -> None:
    orders = make_type()
    page = sent_by(client.get(url_of(orders)))
    assert "key" not in page
    assert change(orders, **{"name": "Purchase", "fields-0-key": "other"}).status_code == 302
    orders.refresh_from_db()
    assert orders.name == "Purchase"
    assert RecordField.objects.filter(type=orders, key="status").exists()


def test_a_type_with_records_is_not_deleted(client: Client) -> None:
    orders = make_type()
    make_record(orders)
    client.post(url_of(orders, "delete"), {"post": "yes"})
    assert RecordType.objects.exists()
    empty = make_type("parcel")
    client.post(url_of(empty, "delete"), {"post": "yes"})
    assert not RecordType.objects.filter(key="parcel").exists()
