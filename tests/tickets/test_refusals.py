"""What is refused is said in words, with the right status, and never as a 500."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import InternalError, OperationalError
from django.test import Client, RequestFactory
from hypothesis import given
from hypothesis import strategies as st
from psycopg.errors import IdleInTransactionSessionTimeout

from tests.factories import make_agent, make_customer, make_ticket
from tickets.actions import ActionError, NotAllowed, Taken
from tickets.intake.limits import TooMany
from tickets.lists.keyset import BadCursor
from tickets.lists.orders import LATEST
from tickets.models import Ticket, Turn
from tickets.web.refusals import refuse


def _given_up() -> InternalError:
    """As Django raises it, of a transaction that stood still for too long."""
    error = InternalError("terminating connection due to idle-in-transaction timeout")
    error.__cause__ = IdleInTransactionSessionTimeout()
    return error


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("make", "status", "code"),
    [
        (NotAllowed, 403, "forbidden"),
        (lambda: Taken(make_agent("Dana Osei")), 409, "taken"),
        (lambda: ActionError("It is closed.", code="closed"), 409, "closed"),
        (lambda: ValidationError("Write a message first."), 422, "invalid"),
        (lambda: BadCursor("x"), 400, "bad_cursor"),
        (lambda: TooMany(60), 429, "too_many"),
        (lambda: OperationalError("canceling statement due to lock timeout"), 503, "busy"),
        (lambda: _given_up(), 503, "busy"),
    ],
)
def test_every_refusal_has_a_status_a_code_and_a_sentence(
    make: Any, status: int, code: str
) -> None:
    by_script = RequestFactory().post("/", headers={"X-Requested-With": "fetch"})
    told = refuse(by_script, make())
    assert told is not None
    error = json.loads(told.content)["error"]
    assert (told.status_code, error["code"]) == (status, code)
    assert error["message"].endswith(".")
    assert "lock timeout" not in error["message"]
    assert told.has_header("Retry-After") == (status in (429, 503))


def test_a_fault_of_ours_is_not_disguised_as_a_refusal() -> None:
    assert refuse(RequestFactory().get("/"), RuntimeError()) is None


@pytest.mark.django_db
def test_a_row_that_somebody_holds_too_long_is_a_503_in_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def busy(*args: object, **kwargs: object) -> None:
        raise OperationalError("canceling statement due to lock timeout")

    customer = make_customer(login=True)
    assert customer.user is not None
    ticket = make_ticket(turn=Turn.CUSTOMER, customer=customer)
    client = Client()
    client.force_login(customer.user)
    monkeypatch.setattr("tickets.actions.continue_conversation", busy)
    page = client.post(f"/requests/{ticket.reference}/messages/", {"body": "Hello?"})
    assert (page.status_code, page["Retry-After"]) == (503, "2")
    assert "did not save" in page.content.decode()


@given(st.text(max_size=200))
def test_any_text_for_a_cursor_is_refused_without_asking_the_database(cursor: str) -> None:
    if cursor:
        with pytest.raises(BadCursor):
            LATEST.page(Ticket.objects.all(), cursor, size=10)
