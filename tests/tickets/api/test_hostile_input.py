"""Input that is meant to break something: it is refused in JSON, never a 500, and writes nothing."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Iterator

import pytest

from tests.factories import make_ticket
from tests.tickets.api.conftest import ARTICLES, TICKETS, Caller, new_ticket
from tickets.api.parsing import MAX_BYTES, MAX_DEPTH
from tickets.lists.orders import LATEST
from tickets.models import Customer, Ticket, User

pytestmark = pytest.mark.django_db

GOOD = new_ticket()


def nested(depth: int) -> bytes:
    return b'{"body": ' + b"[" * depth + b"]" * depth + b"}"


def everywhere(raw: bytes) -> Iterator[bytes]:
    """A JSON value in the place of every field, and (if it is a text) of every name."""
    mark = "0-mark-0"
    for changes in (
        {"body": mark},
        {"subject": mark},
        {"channel": mark},
        {"customer": mark},
        {"customer": {"email": mark}},
        {"customer": {"email": "a@b.example", "name": mark}},
        {"unknown": [{"deep": mark}]},
    ):
        yield json.dumps({**GOOD, **changes}).encode().replace(f'"{mark}"'.encode(), raw)
    if raw.startswith(b'"'):
        yield json.dumps({**GOOD, mark: 1}).encode().replace(f'"{mark}"'.encode(), raw)
        customer = {"email": "a@b.example", mark: 1}
        yield json.dumps({**GOOD, "customer": customer}).encode().replace(f'"{mark}"'.encode(), raw)


@pytest.mark.parametrize(
    "value",
    [
        rb'"a\u0000b"',
        rb'"\ud800"',
        rb'"\udfff\ud800"',
        b'"\x00"',
        b'"\xff"',
        b'"\xed\xa0\x80"',
        b"NaN",
        b"-Infinity",
        b"1e999",
        b"9" * 5000,
        b"-" + b"9" * 5000,
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a":' * 1000 + b"1" + b"}" * 1000,
        b"",
        b"'x'",
        b"1,",
    ],
    ids=lambda value: repr(value[:20]),
)
def test_unkeepable_values_are_400_wherever_they_stand(shop: Caller, value: bytes) -> None:
    for body in everywhere(value):
        response = shop.post(TICKETS, body)
        assert response.status_code == 400, (body[:80], response.content)
        assert response.json()["error"]["code"] == "parse_error"
    assert not Ticket.objects.exists()
    assert not Customer.objects.exists()


@pytest.mark.parametrize("body", [b"[]", b"null", b"3", b'"x"', b"true"])
def test_a_body_that_is_no_object_is_400(shop: Caller, body: bytes) -> None:
    response = shop.post(TICKETS, body)
    assert response.status_code == 400
    assert response.json()["error"]["message"]


def test_a_name_that_stands_twice_is_400(shop: Caller) -> None:
    body = json.dumps(GOOD).encode().replace(b'"subject"', b'"body": "other", "subject"')
    assert shop.post(TICKETS, body).json()["error"]["code"] == "parse_error"


def test_nesting_is_refused_just_past_the_limit(shop: Caller) -> None:
    """Up to the limit it is the field that is wrong, past it the nesting."""
    assert "fields" in shop.post(TICKETS, nested(MAX_DEPTH - 1)).json()["error"]
    assert "fields" not in shop.post(TICKETS, nested(MAX_DEPTH)).json()["error"]


def test_a_whole_pair_of_surrogates_is_a_letter_like_any_other(shop: Caller) -> None:
    body = json.dumps(GOOD | {"body": "\U0001f3d5 dripping"}).encode()
    assert rb"\ud83c\udfd5" in body
    assert shop.post(TICKETS, body).status_code == 201


@pytest.mark.parametrize("size", [MAX_BYTES + 1, 3_000_000])
def test_too_large_a_body_is_413(shop: Caller, size: int) -> None:
    response = shop.post(TICKETS, b'{"body": "' + b"x" * size + b'"}')
    assert response.status_code == 413
    assert response.json()["error"]["code"] == "too_large"


def test_the_longest_message_fits_however_it_is_escaped(shop: Caller) -> None:
    response = shop.post(TICKETS, json.dumps(GOOD | {"body": "\U0001f3d5" * 20_000}).encode())
    assert response.status_code == 201


def test_a_body_without_a_length_is_411(shop: Caller) -> None:
    """REST framework would take it for an empty one."""
    response = shop.call("POST", TICKETS, Transfer_Encoding="chunked")
    assert response.status_code == 411
    assert response.json()["error"]["code"] == "length_required"


@pytest.mark.parametrize("kind", ["text/xml", "application/x-www-form-urlencoded", "text/plain"])
def test_only_json_is_read(shop: Caller, kind: str) -> None:
    response = shop.call("POST", TICKETS, GOOD, kind=kind)
    assert response.status_code == 415
    assert response.json()["error"]["code"] == "unsupported_media_type"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"priority": 4}, "priority"),
        ({"id": 1}, "id"),
        ({"status": "closed"}, "status"),
        ({"assignee": 1}, "assignee"),
        ({"team": "billing"}, "team"),
        ({"created_at": "2001-01-01T00:00:00Z"}, "created_at"),
        ({"customer_id": 1}, "customer_id"),
        ({"_connector": "OR"}, "_connector"),
        ({"customer__user__is_staff": True}, "customer__user__is_staff"),
        ({"customer.email": "a@b.example"}, "customer.email"),
        ({"body\u0007": "x"}, "body\u0007"),
        ({"customer": {"email": "a@b.example", "is_staff": True}}, "customer.is_staff"),
        ({"customer": {"email": "a@b.example", "user": {"role": "admin"}}}, "customer.user"),
    ],
)
def test_a_field_that_nobody_asked_for_is_400_and_named(
    shop: Caller, changes: dict[str, object], field: str
) -> None:
    response = shop.post(TICKETS, GOOD | changes)
    assert response.status_code == 400
    assert response.json()["error"]["fields"][field][0]["code"] == "unknown"
    assert not Ticket.objects.exists()
    assert not User.objects.exists()


def test_a_thousand_unknown_fields_get_a_short_answer(shop: Caller) -> None:
    body = GOOD | {f"{number}" * 100: 1 for number in range(1000)}
    response = shop.post(TICKETS, body)
    assert response.status_code == 400
    assert len(response.content) < 10_000


@pytest.mark.parametrize("path", [TICKETS, ARTICLES, f"{ARTICLES}search/?q=pole&x=1"])
@pytest.mark.parametrize(
    "name",
    ["ordering", "customer__user__password__startswith", "expand", "format", "fields", "page"],
)
def test_a_parameter_that_does_not_exist_is_400(shop: Caller, path: str, name: str) -> None:
    """No list answers differently to what it does not know."""
    address = f"{path}{'&' if '?' in path else '?'}{name}=password"
    response = shop.get(address)
    assert response.status_code == 400
    assert response.json()["error"]["fields"][name][0]["code"] == "unknown"


def test_a_single_ticket_takes_no_parameters(shop: Caller) -> None:
    ticket = make_ticket()
    assert shop.get(f"{TICKETS}{ticket.reference}/?expand=customer.sessions").status_code == 400
    assert shop.post(f"{TICKETS}?dry_run=1", GOOD).status_code == 400
    assert Ticket.objects.count() == 1


@pytest.mark.parametrize(
    "query",
    [
        "page_size=0",
        "page_size=-1",
        "page_size=ten",
        "page_size=" + "9" * 5000,
        "page_size=1&page_size=2",
        "turn=nobody",
        "customer=nobody",
        "last_message_after=yesterday",
        "last_message_after=0001-01-01T00:00:00%2B23:59",
        "last_message_after=2026-99-01",
        "cursor=" + "A" * 201,
    ],
)
def test_a_parameter_that_is_not_right_is_400(shop: Caller, query: str) -> None:
    response = shop.get(f"{TICKETS}?{query}")
    assert response.status_code == 400, response.content
    assert set(response.json()["error"]["fields"]) == {query.split("=")[0]}


@pytest.mark.parametrize("query", ["after=-1", "after=x", "after=" + "9" * 30, "page_size=0"])
def test_a_position_that_is_none_is_400(shop: Caller, query: str) -> None:
    ticket = make_ticket()
    assert shop.get(f"{TICKETS}{ticket.reference}/messages/?{query}").status_code == 400


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-01T00:00:00 1",
        "2026-01-01T00:00:00+00:00 0",
        "2026-01-01T00:00:00+00:00 99999999999999999999",
        "0001-01-01T00:00:00+23:59 1",
        "9999-12-31T23:59:59-23:59 1",
        "2026-01-01T00:00:00+00:00 1 1",
        "2026-13-01T00:00:00+00:00 1",
        "x x",
        "\0",
    ],
)
@pytest.mark.parametrize("query", [{}, {"updated_after": "2026-01-01T00:00:00Z"}])
def test_a_forged_cursor_is_a_page_that_does_not_exist(
    shop: Caller, text: str, query: dict[str, str]
) -> None:
    for cursor in (urlsafe_b64encode(text.encode()).decode(), text):
        response = shop.get(TICKETS, {"cursor": cursor, **query})
        if "\0" in cursor:
            assert response.status_code == 400
        else:
            assert response.status_code == 404
            assert response.json()["error"]["code"] == "bad_cursor"


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+00:00", "9999-12-31T23:59:59+00:00"])
def test_a_cursor_from_the_ends_of_time_is_only_a_place(shop: Caller, at: str) -> None:
    cursor = urlsafe_b64encode(json.dumps(["tickets", at, 1]).encode()).decode()
    assert shop.get(TICKETS, {"cursor": cursor}).json() == {
        "results": [],
        "next": None,
        "next_cursor": None,
    }


def test_a_cursor_of_one_list_is_none_of_another(shop: Caller) -> None:
    for _ in range(2):
        make_ticket()
    cursor = LATEST.page(Ticket.objects.all(), "", size=1).next
    assert shop.get(ARTICLES, {"cursor": cursor or ""}).status_code == 404


def test_a_page_has_a_hundred_rows_at_most(shop: Caller) -> None:
    """Asking for more is not refused, it just gets no more."""
    first = make_ticket()
    Ticket.objects.bulk_create(
        Ticket(
            customer=first.customer,
            team=first.team,
            channel=first.channel,
            turn="customer",
            turn_since=first.turn_since,
            last_message_at=first.last_message_at,
        )
        for _ in range(100)
    )
    assert len(shop.get(TICKETS, {"page_size": 1_000_000_000}).json()["results"]) == 100


@pytest.mark.parametrize(
    "path",
    [
        f"{TICKETS}%00/",
        f"{TICKETS}?turn=%00",
        f"{TICKETS}?%00=1",
        f"{TICKETS}?turn=%ff",
        f"{ARTICLES}search/?q=%00",
        f"{ARTICLES}search/?q=%ED%A0%80",
    ],
)
def test_broken_text_in_the_address_is_400(shop: Caller, path: str) -> None:
    response = shop.get(path)
    assert response.status_code == 400
    assert response.json()["error"]["code"] == "parse_error"


def test_no_other_site_may_read_the_answers(shop: Caller) -> None:
    response = shop.get(TICKETS, Origin="https://evil.example")
    assert not [name for name in response.headers if name.lower().startswith("access-control")]
