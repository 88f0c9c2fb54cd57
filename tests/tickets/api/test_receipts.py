"""A key that may write and not read learns nothing that it did not send."""

from __future__ import annotations

from typing import Any

import jsonschema  # type: ignore[import-untyped]  # it comes with drf-spectacular, untyped
import pytest
from django.test import Client

from tests.factories import make_customer, make_ticket
from tests.tickets.api.conftest import TICKETS, Caller, MakeCaller, new_ticket
from tests.tickets.api.test_description import strict
from tickets.models import Message, Scope, Ticket

CANARY = "canary8979"


@pytest.fixture
def form(caller: MakeCaller) -> Caller:
    """A contact form's key."""
    return caller(Scope.TICKETS_WRITE, Scope.ARTICLES_READ)


@pytest.fixture(scope="module")
def openapi() -> dict[str, Any]:
    found: dict[str, Any] = Client().get("/api/schema/?format=json").json()
    return found


def test_who_a_customer_is_stays_here(form: Caller, openapi: dict[str, Any]) -> None:
    make_customer(f"Ines {CANARY}", email="ines@walkers.example")
    sent = new_ticket(customer={"email": "INES@walkers.example", "name": "Somebody"})
    opened = form.post(TICKETS, sent, Idempotency_Key="one")
    again = form.post(TICKETS, sent, Idempotency_Key="one")
    ticket = Ticket.objects.get()
    for answer in (opened, again):
        assert answer.status_code == 201
        assert set(answer.json()) == {"reference", "created_at"}
        assert answer.json()["reference"] == ticket.reference
        assert CANARY not in answer.content.decode() + str(answer.headers)
        jsonschema.validate(answer.json(), strict(openapi, "TicketReceipt"))
    assert again["Idempotent-Replayed"] == "true"


def test_a_new_customer_is_answered_like_a_known_one(form: Caller) -> None:
    make_customer(CANARY, email="ines@walkers.example")
    answers = [
        form.post(TICKETS, new_ticket(customer={"email": email}))
        for email in ("ines@walkers.example", "nobody@walkers.example")
    ]
    assert [set(answer.json()) for answer in answers] == [{"reference", "created_at"}] * 2
    assert answers[0].headers.keys() == answers[1].headers.keys()


def test_what_a_conversation_is_about_stays_here(form: Caller, openapi: dict[str, Any]) -> None:
    ticket = make_ticket(subject=CANARY, body=CANARY, customer=make_customer(CANARY))
    messages = f"{TICKETS}{ticket.reference}/messages/"
    for key in ("one", "one", None):
        named = {"Idempotency_Key": key} if key else {}
        answer = form.post(messages, {"body": "It drips."}, **named)
        assert answer.status_code == 201
        assert set(answer.json()) == {"position", "created_at"}
        assert CANARY not in answer.content.decode() + str(answer.headers)
        jsonschema.validate(answer.json(), strict(openapi, "MessageReceipt"))
    assert Message.objects.filter(body="It drips.").count() == 2
    assert form.get(messages).status_code == 403
    assert form.get(f"{TICKETS}{ticket.reference}/").status_code == 403


def test_a_key_that_may_read_is_told_everything(shop: Caller) -> None:
    make_customer("Ines Pardo", email="ines@walkers.example")
    opened = shop.post(TICKETS, new_ticket(customer={"email": "ines@walkers.example"})).json()
    assert opened["customer"]["name"] == "Ines Pardo"


def test_both_answers_stand_in_the_description(openapi: dict[str, Any]) -> None:
    for path, names in (
        ("/api/v1/tickets/", ["Ticket", "TicketReceipt"]),
        ("/api/v1/tickets/{reference}/messages/", ["Message", "MessageReceipt"]),
    ):
        answer = openapi["paths"][path]["post"]["responses"]["201"]["content"]["application/json"]
        component = answer["schema"]["$ref"].rpartition("/")[2]
        found = openapi["components"]["schemas"][component]["oneOf"]
        assert [one["$ref"].rpartition("/")[2] for one in found] == names
