"""Every error of the API is JSON of one shape, and says nothing of what is inside."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import InternalError, OperationalError, connection, transaction
from django.test import Client
from limits import parse

from tests.factories import make_ticket
from tests.tickets.api.conftest import ARTICLES, TICKETS, Caller, MakeCaller, new_ticket
from tickets import access, actions
from tickets.actions import ActionError, NotAllowed
from tickets.api.views import base
from tickets.intake import limits
from tickets.intake.text import TextError
from tickets.models import Message, Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def raised(monkeypatch: pytest.MonkeyPatch) -> list[Exception]:
    """Whatever is put in here happens in the middle of the list of tickets."""
    errors: list[Exception] = []

    def fails(*_parts: Any) -> None:
        raise errors[0]

    monkeypatch.setattr(access, "tickets_for", fails)
    return errors


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (NotAllowed(), 403, "forbidden"),
        (ActionError("It is closed.", code="closed"), 409, "closed"),
        (RequestDataTooBig(), 413, "too_large"),
        (SuspiciousOperation(), 400, "bad_request"),
        (OperationalError("canceling statement due to statement timeout"), 503, "busy"),
        (OperationalError("the connection is closed"), 503, "busy"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else str(value),
)
def test_an_expected_error_has_its_status_and_code(
    shop: Caller, raised: list[Exception], error: Exception, status: int, code: str
) -> None:
    raised.append(error)
    response = shop.get(TICKETS)
    assert response.status_code == status
    assert response.json()["error"]["code"] == code
    assert ("Retry-After" in response.headers) == (status == 503)


def test_a_fault_of_ours_says_only_the_number_to_find_it_by(
    shop: Caller, raised: list[Exception], caplog: pytest.LogCaptureFixture
) -> None:
    raised.append(RuntimeError("SELECT secret FROM /etc/passwd"))
    response = shop.get(TICKETS)
    assert response.status_code == 500
    error = response.json()["error"]
    assert set(error) == {"code", "message", "request_id"}
    assert error["code"] == "server_error"
    for inside in (b"SELECT", b"passwd", b"RuntimeError", b"Traceback", b".py"):
        assert inside not in response.content
    assert error["request_id"] in caplog.text
    assert "SELECT secret" in caplog.text


def test_a_server_that_takes_no_writes_is_busy_and_a_bug_is_not(
    shop: Caller, raised: list[Exception]
) -> None:
    read_only = InternalError("cannot execute INSERT in a read-only transaction")
    read_only.__cause__ = psycopg.errors.ReadOnlySqlTransaction()
    raised.append(read_only)
    assert shop.get(TICKETS).status_code == 503
    raised[0] = InternalError("something else")
    assert shop.get(TICKETS).status_code == 500


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_ticket_that_somebody_holds_is_503_and_nothing_is_half_written(shop: Caller) -> None:
    """The lock is waited for as long as the settings say, then the caller is told to come back."""
    ticket = make_ticket()
    before = Message.objects.count()
    with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": None}) as other:
        other.execute("SELECT FROM tickets_ticket WHERE id = %s FOR UPDATE", [ticket.pk])
        response = shop.post(f"{TICKETS}{ticket.reference}/messages/", {"body": "Hello?"})
    assert response.status_code == 503
    assert response["Retry-After"] == "2"
    assert Message.objects.count() == before
    assert shop.post(f"{TICKETS}{ticket.reference}/messages/", {"body": "x"}).status_code == 201


@pytest.mark.parametrize(
    "path",
    ["/api/", "/api/v1/", "/api/v2/tickets/", "/api/v1/tickets/a/b/", "/api/v1/x%0Ay/", "/api/%0A"],
)
@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_an_unknown_address_is_404_in_json(path: str, method: str) -> None:
    response = getattr(Client(enforce_csrf_checks=True), method)(path)
    assert response.status_code == 404
    assert response.json()["error"]["code"] == "not_found"


def test_a_forgotten_slash_is_named() -> None:
    response = Client().post("/api/v1/tickets")
    assert response.status_code == 404
    assert "end with a slash" in response.json()["error"]["message"]


def test_the_errors_of_an_action_have_no_field_but_their_code(
    shop: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(**_named: Any) -> Ticket:
        raise TextError("Write a message first.", code="empty")

    monkeypatch.setattr(actions, "open_ticket", fails)
    response = shop.post(TICKETS, new_ticket())
    assert response.status_code == 400
    error = {"code": "empty", "message": "Write a message first."}
    assert response.json() == {"error": {**error, "request_id": response["X-Request-ID"]}}


def test_too_many_requests_of_one_key_are_429_and_those_of_another_are_not(
    caller: MakeCaller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base, "REQUESTS", parse("3/minute"))
    busy, other = caller(), caller()
    statuses = [busy.get(path).status_code for path in (TICKETS, ARTICLES, TICKETS)]
    assert statuses == [200, 200, 200]
    response = busy.post(TICKETS, new_ticket())
    assert response.status_code == 429
    assert response.json()["error"]["code"] == "throttled"
    assert 1 <= int(response["Retry-After"]) <= 60
    assert response["RateLimit-Remaining"] == "0"
    assert response["RateLimit-Reset"] == response["Retry-After"]
    assert not Ticket.objects.exists()
    assert other.get(TICKETS).status_code == 200


def test_six_hundred_requests_a_minute_is_what_a_key_has() -> None:
    assert (base.REQUESTS.amount, base.REQUESTS.get_expiry()) == (600, 60)


def test_without_redis_the_api_answers_and_this_process_counts(
    shop: Caller, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    limits._shared.cache_clear()
    try:
        monkeypatch.setattr(base, "REQUESTS", parse("2/minute"))
        assert shop.get(TICKETS).status_code == 200
        assert shop.get(ARTICLES).status_code == 200
        assert shop.get(TICKETS).status_code == 429
    finally:
        limits._shared.cache_clear()


def test_a_refused_transaction_leaves_the_connection_usable(shop: Caller) -> None:
    with transaction.atomic():
        assert shop.post(TICKETS, new_ticket(body="")).status_code == 400
        assert shop.get(TICKETS).status_code == 200
