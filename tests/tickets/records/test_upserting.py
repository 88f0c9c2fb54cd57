"""What a program tells of records is kept once, as it is there now, whoever else tells of it."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from tests.factories import make_agent, make_customer
from tests.tickets.records.making import SYSTEM, at, make_record, make_type, row
from tickets import actions, clock
from tickets.actions import ActionError, NewRecord, NotAllowed
from tickets.actors import Actor
from tickets.models import Event, EventKind, ExternalId, Record, RecordType, RecordVersion

pytestmark = pytest.mark.django_db


def tell(record_type: RecordType, *rows: NewRecord) -> list[tuple[str, str]]:
    found = actions.upsert_records(actor=SYSTEM, record_type=record_type, rows=rows)
    return [(one.outcome, one.code) for one in found]


def test_a_record_is_created_changed_and_the_same_as_it_is_told() -> None:
    orders = make_type()
    assert tell(orders, row(status="packed", total=120)) == [("created", "")]
    assert tell(orders, row(status="packed", total=120)) == [("same", "")]
    assert tell(orders, row(status="sent", gift=True)) == [("changed", "")]
    record = Record.objects.get()
    assert record.values == {"status": "sent", "gift": True}, "what is not named is empty"
    version = RecordVersion.objects.get()
    assert version.changes == {
        "status": ["packed", "sent"],
        "total": [120, None],
        "gift": [None, True],
    }
    assert Event.objects.filter(kind=EventKind.RECORDS_STORED).count() == 2, "none for the same"


def test_older_news_is_passed_over() -> None:
    orders = make_type()
    new, old = at("2026-03-02T10:00:00+00:00"), at("2026-03-01T10:00:00+00:00")
    tell(orders, row(status="sent", changed_at=new))
    assert tell(orders, row(status="packed", changed_at=old)) == [("same", "older")]
    assert Record.objects.get().values == {"status": "sent"}


def test_news_that_said_the_same_still_outdates_what_came_before_it() -> None:
    orders = make_type()
    days = [at(f"2026-03-0{day}T10:00:00+00:00") for day in (1, 2, 3)]
    tell(orders, row(status="sent", changed_at=days[0]))
    assert tell(orders, row(status="sent", changed_at=days[2])) == [("same", "")]
    assert tell(orders, row(status="packed", changed_at=days[1])) == [("same", "older")]


@pytest.mark.parametrize(
    ("told", "code"),
    [
        (row(""), "external_id"),
        (row("x" * 101), "external_id"),
        (row(reference="--"), "reference"),
        (row(reference="K" * 61), "reference"),
        (row(reference="\N{GRINNING FACE}" * 2000), "reference"),
        (row(colour="red"), "unknown_field"),
        (row(status="lost"), "invalid_value"),
        (row(total="many"), "invalid_value"),
        (row(total=True), "invalid_value"),
        (row(total=float("inf")), "invalid_value"),
        (row(due="yesterday"), "invalid_value"),
        (row(items="tent"), "invalid_value"),
        (row(items=[["tent"]]), "invalid_value"),
        (row(items=["tent"] * 1000), "invalid_value"),
        (row(gift="perhaps"), "invalid_value"),
        (row(margin={"a": 1}), "invalid_value"),
        (row(margin="x" * 1_000_000), "invalid_value"),
        (row(margin="\N{GRINNING FACE}" * 2000), "invalid_value"),
        (row(customer_email="nobody"), "customer"),
        (row(customer_number="9" * 101), "customer"),
        (row(changed_at=at("2999-01-01T00:00:00+00:00")), "future"),
    ],
)
def test_a_row_that_cannot_be_is_refused_with_a_reason_and_stops_none_of_the_others(
    told: NewRecord, code: str
) -> None:
    orders = make_type()
    other = row(1)
    assert tell(orders, told, other) == [("refused", code), ("created", "")]
    assert Record.objects.get().external_id == "1"


def test_a_nul_and_marks_without_end_are_taken_out_of_a_text() -> None:
    record = make_record(make_type(), margin="a\x00b" + "\u0301" * 200)
    assert record.values["margin"].startswith("ab")
    assert len(record.values["margin"]) < 40


def test_of_a_thousand_rows_with_one_id_the_first_counts() -> None:
    orders = make_type()
    told = tell(orders, *(row(1, total=number) for number in range(1000)))
    assert told == [("created", ""), *[("refused", "twice")] * 999]
    assert Record.objects.get().values == {"total": 0}


def test_a_reference_is_of_one_record_however_it_is_written() -> None:
    orders = make_type()
    tell(orders, row(1, reference="KM-00001"), row(2, reference="KM-00002"))
    assert tell(orders, row(3, reference="km 00001")) == [("refused", "reference_taken")]
    assert tell(orders, row(2, reference="Km00001")) == [("refused", "reference_taken")]
    assert tell(orders, row(4, reference="X-9"), row(5, reference="x9")) == [
        ("created", ""),
        ("refused", "reference_taken"),
    ]
    assert tell(make_type("parcel"), row(1, reference="KM-00001")) == [("created", "")]


def test_a_record_is_the_customers_with_its_number_or_its_proved_address() -> None:
    orders = make_type(customer_system="shop")
    maya, noor = make_customer(email="maya@walkers.example"), make_customer()
    claims = make_customer(email=None)
    claims.claimed_email = "claimed@walkers.example"
    claims.save()
    ExternalId.objects.create(customer=noor, system="shop", value="77")
    ExternalId.objects.create(customer=noor, system="billing", value="78")
    tell(
        orders,
        row(1, customer_email="Maya@Walkers.example"),
        row(2, customer_number="77", customer_email="maya@walkers.example"),
        row(3, customer_number="78"),
        row(4, customer_email="claimed@walkers.example"),
    )
    whose = dict(Record.objects.values_list("external_id", "customer"))
    assert whose == {"1": maya.pk, "2": noor.pk, "3": None, "4": None}


def test_a_record_that_was_told_of_before_its_customer_was_known_becomes_theirs() -> None:
    orders = make_type()
    tell(orders, row(1, customer_email="maya@walkers.example"), row(2, customer_number="77"))
    maya = make_customer(email="maya@walkers.example")
    ExternalId.objects.create(customer=maya, system="shop", value="77")
    assert actions.adopt_records(actor=SYSTEM, customer=maya) == 2
    assert actions.adopt_records(actor=SYSTEM, customer=maya) == 0
    assert set(Record.objects.values_list("customer", flat=True)) == {maya.pk}


def test_neither_a_customer_nor_a_stranger_tells_of_records() -> None:
    orders = make_type()
    for actor in (Actor.nobody(), Actor.of_customer(make_customer()), Actor.assistant()):
        with pytest.raises(NotAllowed):
            actions.upsert_records(actor=actor, record_type=orders, rows=[row()])
    assert not Record.objects.exists()
    record = make_record(orders)
    with pytest.raises(NotAllowed):
        actions.delete_record(actor=Actor.of_customer(make_customer()), record=record)
    actions.delete_record(actor=Actor.agent(make_agent()), record=record)
    actions.delete_record(actor=Actor.agent(make_agent()), record=record)
    assert not Record.objects.exists()
    assert Event.objects.filter(kind=EventKind.RECORD_DELETED).count() == 1


def test_a_type_that_is_not_in_use_or_deleted_takes_nothing() -> None:
    orders, parcels = make_type(), make_type("parcel")
    RecordType.objects.filter(pk=orders.pk).update(active=False)
    RecordType.objects.filter(pk=parcels.pk).delete()
    for record_type in (orders, parcels):
        with pytest.raises(ActionError, match="not taken"):
            actions.upsert_records(actor=SYSTEM, record_type=record_type, rows=[row()])


def test_of_a_records_history_the_newest_fifty_are_kept() -> None:
    orders = make_type()
    for number in range(60):
        tell(orders, row(total=number))
    versions = RecordVersion.objects.order_by("pk")
    assert [version.changes["total"][1] for version in versions] == list(range(10, 60))


def test_a_thousand_rows_cost_as_many_statements_as_one(
    django_assert_num_queries: Any, django_assert_max_num_queries: Any
) -> None:
    orders = make_type()
    make_customer(email="maya@walkers.example")
    with django_assert_max_num_queries(16) as one:
        tell(orders, row(1, status="packed", customer_email="maya@walkers.example"))
    many = [row(n, status="packed", customer_email="maya@walkers.example") for n in range(2, 1001)]
    with django_assert_num_queries(len(one)):
        tell(orders, *many)
    with django_assert_max_num_queries(18) as one:
        tell(orders, row(1, status="sent", customer_email="maya@walkers.example"))
    changed = [row(n, status="sent", customer_email="maya@walkers.example") for n in range(2, 1001)]
    with django_assert_num_queries(len(one)):
        tell(orders, *changed)


def test_what_a_type_keeps_for_days_is_deleted_after_them() -> None:
    now = timezone.now()
    kept, for_ever = make_type(kept_days=30), make_type("parcel")
    for record_type in (kept, for_ever):
        make_record(record_type, 1, changed_at=now - timedelta(days=31))
        make_record(record_type, 2, changed_at=now - timedelta(days=29))
    with clock.at(now):
        assert Record.objects.forget_old() == 1
    left = Record.objects.order_by("pk").values_list("type__key", "external_id")
    assert set(left) == {("order", "2"), ("parcel", "1"), ("parcel", "2")}


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_who_tell_of_the_same_new_records_at_once_make_each_of_them_once() -> None:
    orders = make_type()
    gate, told = Barrier(2), []

    def write(numbers: list[int], total: int) -> None:
        gate.wait()
        told.append(tell(orders, *(row(number, total=total) for number in numbers)))
        connection.close()

    numbers = list(range(300))
    threads = [
        Thread(target=write, args=(numbers, 1)),
        Thread(target=write, args=(numbers[::-1], 2)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    outcomes = [outcome for outcomes in told for outcome, _code in outcomes]
    assert outcomes.count("created") == 300
    assert outcomes.count("created") + outcomes.count("changed") + outcomes.count("same") == 600
    assert Record.objects.count() == 300
