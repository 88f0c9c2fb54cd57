"""A POST with an `Idempotency-Key` that is sent again has one effect and one answer."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from tests.factories import make_ticket
from tests.tickets.api.conftest import TICKETS, Caller, MakeCaller, new_ticket
from tickets import actions
from tickets.actions import ActionError
from tickets.models import Customer, Event, IdempotentRequest, Message, Ticket

REPLAYED = "Idempotent-Replayed"
KEY = "order-4711-question"


@pytest.mark.django_db
def test_the_same_again_gets_the_same_answer_byte_for_byte(shop: Caller) -> None:
    first = shop.post(TICKETS, new_ticket(), Idempotency_Key=KEY)
    events = Event.objects.count()
    again = shop.post(TICKETS, new_ticket(), Idempotency_Key=KEY)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert REPLAYED not in first.headers
    assert again[REPLAYED] == "true"
    assert Ticket.objects.count() == 1
    assert Event.objects.count() == events


@pytest.mark.django_db
def test_the_answer_is_the_first_one_even_when_the_ticket_has_changed(shop: Caller) -> None:
    first = shop.post(TICKETS, new_ticket(), Idempotency_Key=KEY)
    Ticket.objects.update(subject="Something else")
    assert shop.post(TICKETS, new_ticket(), Idempotency_Key=KEY).content == first.content


@pytest.mark.django_db
def test_spaces_and_order_do_not_make_another_request(shop: Caller) -> None:
    shop.post(TICKETS, b'{"customer": {"email": "a@b.example"}, "body": "Hi"}', Idempotency_Key=KEY)
    again = shop.post(
        TICKETS, b'{"body":"Hi","customer":{"email":"a@b.example"}}', Idempotency_Key=KEY
    )
    assert again[REPLAYED] == "true"


@pytest.mark.django_db
def test_another_body_or_address_with_the_same_key_is_422(shop: Caller) -> None:
    shop.post(TICKETS, new_ticket(), Idempotency_Key=KEY)
    ticket = Ticket.objects.get()
    messages = Message.objects.count()
    other = shop.post(TICKETS, new_ticket(body="Something else"), Idempotency_Key=KEY)
    elsewhere = shop.post(
        f"{TICKETS}{ticket.reference}/messages/", new_ticket(), Idempotency_Key=KEY
    )
    for response in (other, elsewhere):
        assert response.status_code == 422
        assert response.json()["error"]["code"] == "idempotency_key_reused"
    assert Ticket.objects.count() == 1
    assert Message.objects.count() == messages


@pytest.mark.django_db
def test_the_same_key_of_another_integrator_is_another_key(caller: MakeCaller) -> None:
    for shop in (caller(), caller()):
        response = shop.post(TICKETS, new_ticket(), Idempotency_Key=KEY)
        assert response.status_code == 201
        assert REPLAYED not in response.headers
    assert Ticket.objects.count() == 2


@pytest.mark.django_db
def test_without_a_key_every_request_counts(shop: Caller) -> None:
    for _ in range(2):
        shop.post(TICKETS, new_ticket())
    assert Ticket.objects.count() == 2
    assert not IdempotentRequest.objects.exists()


@pytest.mark.django_db
def test_a_message_is_added_once(shop: Caller) -> None:
    path = f"{TICKETS}{make_ticket().reference}/messages/"
    first = shop.post(path, {"body": "It still drips."}, Idempotency_Key=KEY)
    again = shop.post(path, {"body": "It still drips."}, Idempotency_Key=KEY)
    assert first.status_code == 201
    assert again.content == first.content
    assert Message.objects.filter(body="It still drips.").count() == 1


@pytest.mark.django_db
def test_a_refused_request_may_be_put_right_under_its_key(shop: Caller) -> None:
    refused = shop.post(TICKETS, new_ticket(body=""), Idempotency_Key=KEY)
    assert refused.status_code == 400
    assert not IdempotentRequest.objects.exists()
    assert shop.post(TICKETS, new_ticket(), Idempotency_Key=KEY).status_code == 201


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_failure_in_the_middle_leaves_neither_effect_nor_record(
    shop: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(**_named: Any) -> Ticket:
        raise ActionError("Not now.", code="not_now")

    with monkeypatch.context() as patched:
        patched.setattr(actions, "open_ticket", fails)
        response = shop.post(TICKETS, new_ticket(), Idempotency_Key=KEY)
    assert response.status_code == 409
    assert not Customer.objects.exists(), "the customer was made in the same transaction"
    assert not IdempotentRequest.objects.exists()
    assert shop.post(TICKETS, new_ticket(), Idempotency_Key=KEY).status_code == 201


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["", "x" * 201, "a\tb", "a\x7fb", "a\u0085b"])
def test_a_key_that_is_none_is_400_and_nothing_is_written(shop: Caller, key: str) -> None:
    response = shop.post(TICKETS, new_ticket(), Idempotency_Key=key)
    assert response.status_code == 400
    assert response.json()["error"]["code"] == "bad_idempotency_key"
    assert not Ticket.objects.exists()


@pytest.mark.django_db
def test_the_longest_key_works(shop: Caller) -> None:
    assert shop.post(TICKETS, new_ticket(), Idempotency_Key="x" * 200).status_code == 201


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_twenty_at_the_same_instant_make_one_ticket_and_get_one_answer(shop: Caller) -> None:
    answers = at_once(20, lambda: shop.post(TICKETS, new_ticket(), Idempotency_Key=KEY))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert [REPLAYED in answer.headers for answer in answers].count(False) == 1
    assert Ticket.objects.count() == Customer.objects.count() == 1
    assert Message.objects.filter(author_kind="customer").count() == 1
    assert IdempotentRequest.objects.count() == 1


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_twenty_messages_at_the_same_instant_are_one(shop: Caller) -> None:
    ticket = make_ticket()
    path = f"{TICKETS}{ticket.reference}/messages/"
    answers = at_once(20, lambda: shop.post(path, {"body": "Hello?"}, Idempotency_Key=KEY))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert Message.objects.filter(body="Hello?").count() == 1


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_different_keys_at_the_same_instant_are_different_messages_of_one_customer(
    shop: Caller,
) -> None:
    numbers = iter(range(8))
    answers = at_once(
        8, lambda: shop.post(TICKETS, new_ticket(), Idempotency_Key=f"{KEY}-{next(numbers)}")
    )
    assert {answer.status_code for answer in answers} == {201}
    assert Ticket.objects.count() == 8
    assert Customer.objects.count() == 1


def at_once(number: int, call: Callable[[], Any]) -> list[Any]:
    """Run `call` in so many threads that start together."""
    gate = Barrier(number)

    def run() -> Any:
        try:
            gate.wait(timeout=10)
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(number) as pool:
        return [future.result() for future in [pool.submit(run) for _ in range(number)]]
