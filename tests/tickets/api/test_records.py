"""Records by the API: told of one by one or by the thousand, read, deleted, linked with tickets."""

from __future__ import annotations

import pytest

from tests.factories import make_customer, make_ticket
from tests.tickets.api.conftest import Caller, MakeCaller
from tests.tickets.records.making import make_record, make_type
from tickets.models import Event, EventKind, Record, RecordType, Scope, TicketRecord

pytestmark = pytest.mark.django_db

ORDERS = "/api/v1/records/order/"
BULK = f"{ORDERS}bulk/"


def test_a_record_is_put_read_and_deleted(shop: Caller) -> None:
    make_type()
    maya = make_customer("Maya", email="maya@walkers.example")
    sent = {
        "reference": "KM-48213",
        "customer": {"email": maya.email},
        "values": {"status": "packed", "total": 189.5},
        "changed_at": "2026-03-01T10:00:00Z",
    }
    put = shop.call("PUT", f"{ORDERS}48213/", sent)
    assert (put.status_code, put.json()["outcome"]) == (200, "created")
    assert shop.call("PUT", f"{ORDERS}48213/", sent).json()["outcome"] == "same"
    read = shop.get(f"{ORDERS}48213/").json()
    assert read.pop("updated_at")
    assert read == {
        **sent,
        "type": "order",
        "external_id": "48213",
        "customer": {"id": maya.pk, "email": maya.email, "name": "Maya"},
    }
    assert shop.call("DELETE", f"{ORDERS}48213/").status_code == 204
    assert shop.get(f"{ORDERS}48213/").status_code == 404
    assert shop.call("DELETE", f"{ORDERS}48213/").status_code == 404


def test_a_record_that_is_refused_says_why_and_is_not_kept(shop: Caller) -> None:
    make_type()
    for body, code in (
        ({"values": {"colour": "red"}}, "unknown_field"),
        ({"values": {"status": "lost"}}, "invalid_value"),
        ({"changed_at": "2999-01-01T00:00:00Z"}, "future"),
    ):
        refused = shop.call("PUT", f"{ORDERS}1/", body)
        assert refused.status_code == 400
        assert code in str(refused.json()), refused.content
    assert shop.call("PUT", f"{ORDERS}1/", {"colour": "red"}).status_code == 400
    assert shop.call("PUT", f"{ORDERS}%00/", {}).status_code == 400
    assert not Record.objects.exists()


def test_of_many_rows_each_has_its_own_result(shop: Caller) -> None:
    make_type()
    rows = [
        {"external_id": "1", "values": {"status": "packed"}},
        {"external_id": "1"},
        {"external_id": 7},
        "x",
        {"external_id": "2", "values": {"status": "lost"}},
        {"external_id": "3", "values": []},
        {"external_id": "4", "changed_at": "soon"},
        {"external_id": "5", "customer": {"email": "maya@walkers.example", "admin": True}},
        {"external_id": "6"},
    ]
    answer = shop.post(BULK, {"records": rows})
    assert answer.status_code == 201
    results = answer.json()["results"]
    assert [(one["external_id"], one["outcome"], one["code"]) for one in results] == [
        ("1", "created", ""),
        ("1", "refused", "twice"),
        ("", "refused", "invalid"),
        ("", "refused", "invalid"),
        ("2", "refused", "invalid_value"),
        ("3", "refused", "invalid"),
        ("4", "refused", "invalid"),
        ("5", "refused", "invalid"),
        ("6", "created", ""),
    ]
    assert results[7]["message"].startswith("customer.admin: ")
    assert set(Record.objects.values_list("external_id", flat=True)) == {"1", "6"}


def test_more_than_a_thousand_rows_or_half_a_megabyte_is_refused_whole(shop: Caller) -> None:
    make_type()
    many = [{"external_id": str(number)} for number in range(1001)]
    assert shop.post(BULK, {"records": many}).status_code == 400
    large = [{"external_id": "1", "values": {"margin": "x" * 1_000_000}}]
    assert shop.post(BULK, {"records": large}).status_code == 413
    assert not Record.objects.exists()
    assert shop.post(BULK, {"records": many[:1000]}).status_code == 201
    assert Record.objects.count() == 1000


def test_a_repeated_bulk_with_its_key_gets_the_first_answer(shop: Caller) -> None:
    make_type()
    body = {"records": [{"external_id": "1"}]}
    first = shop.post(BULK, body, Idempotency_Key="k1")
    again = shop.post(BULK, body, Idempotency_Key="k1")
    assert again.json() == first.json()
    assert again["Idempotent-Replayed"] == "true"


def test_records_are_listed_newest_first_page_by_page_and_found_by_whose_and_by_reference(
    shop: Caller,
) -> None:
    orders = make_type()
    make_type("parcel", look="")
    maya = make_customer(email="maya@walkers.example")
    for number in range(1, 6):
        make_record(orders, number, customer_email=maya.email if number % 2 else "")
    first = shop.get(ORDERS, {"page_size": 3}).json()
    rest = shop.get(first["next"]).json()
    ids = [one["external_id"] for one in first["results"] + rest["results"]]
    assert ids == ["5", "4", "3", "2", "1"]
    assert rest["next"] is None
    theirs = shop.get(ORDERS, {"customer": maya.email}).json()["results"]
    assert [one["external_id"] for one in theirs] == ["5", "3", "1"]
    (one,) = shop.get(ORDERS, {"reference": "km 3"}).json()["results"]
    assert one["external_id"] == "3"
    assert shop.get("/api/v1/records/parcel/").json()["results"] == []
    assert shop.get("/api/v1/records/invoice/").status_code == 404


def test_a_key_that_may_only_write_learns_no_more_than_it_sent(caller: MakeCaller) -> None:
    make_record(make_type(), margin="secret", customer_email="maya@walkers.example")
    ticket = make_ticket()
    writer = caller(Scope.RECORDS_WRITE)
    for answer in (
        writer.call("PUT", f"{ORDERS}48213/", {}),
        writer.post(BULK, {"records": [{"external_id": "48213"}]}),
        writer.post(
            f"/api/v1/tickets/{ticket.reference}/records/",
            {"type": "order", "external_id": "48213"},
        ),
    ):
        assert answer.status_code in (200, 201)
        assert b"48213" in answer.content
        assert b"secret" not in answer.content
        assert b"maya" not in answer.content


def test_a_program_says_what_a_ticket_is_about(shop: Caller) -> None:
    record, ticket = make_record(make_type()), make_ticket()
    place = f"/api/v1/tickets/{ticket.reference}/records/"
    body = {"type": "order", "external_id": "48213"}
    assert shop.post(place, body).json() == body
    assert shop.post(place, body).status_code == 201
    link = TicketRecord.objects.get()
    assert (link.ticket, link.record, link.found_by) == (ticket, record, "api")
    assert Event.objects.filter(kind=EventKind.RECORD_LINKED, ticket=ticket).count() == 1
    (shown,) = shop.get(place).json()["results"]
    assert shown["reference"] == "KM-48213"
    assert shop.post(place, {"type": "order", "external_id": "9"}).status_code == 404


def test_a_type_that_is_not_in_use_is_not_there(shop: Caller) -> None:
    make_record(make_type())
    RecordType.objects.update(active=False)
    assert shop.get(ORDERS).status_code == 404
    assert shop.get(f"{ORDERS}48213/").status_code == 404
    assert shop.call("PUT", f"{ORDERS}48213/", {}).status_code == 404
