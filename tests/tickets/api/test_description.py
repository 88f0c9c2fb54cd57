"""The OpenAPI description is valid, complete and true; its page shows it under our strict policy."""

from __future__ import annotations

import re
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # it comes with drf-spectacular, untyped
import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from tests.factories import make_agent, make_answer, make_article, make_reply, make_ticket
from tests.tickets.api.conftest import ARTICLES, TICKETS, Caller, new_ticket
from tests.tickets.api.test_matrix import ROUTES, TABLE
from tickets.models import Scope, Turn

SEARCHES = {"api-ticket-search", "api-view-tickets"}
POLICY = "default-src 'self'"


@pytest.fixture(scope="module")
def openapi() -> dict[str, Any]:
    found: dict[str, Any] = Client().get("/api/schema/?format=json").json()
    return found


def test_it_is_valid_openapi_without_a_warning(tmp_path: Any) -> None:
    file = tmp_path / "schema.yml"
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(file))
    assert "/api/v1/tickets/:" in file.read_text()


def test_it_has_every_operation_with_its_scope_and_errors(openapi: dict[str, Any]) -> None:
    found = {
        (path, method.upper()): operation
        for path, methods in openapi["paths"].items()
        for method, operation in methods.items()
    }
    expected = set()
    for name, methods in TABLE.items():
        (pattern,) = [p for p in ROUTES if p.name == name]
        path = "/api/" + re.sub(r"<\w+:(\w+)>", r"{\1}", str(pattern.pattern))
        for method, (scope, status) in methods.items():
            if method == "HEAD":
                continue
            expected.add((path, method))
            operation = found[path, method]
            needed = f"`{scope}`" if scope else "any"
            assert f"Scope: {needed}." in operation["description"]
            assert operation["security"] == [{"ApiKey": []}]
            errors = {400, 401, 403, 429, 500, 503}
            pages = "cursor" in [p["name"] for p in operation.get("parameters", [])]
            errors |= {404} if "{" in path or pages else set()
            errors |= {411, 413, 415} if method in ("POST", "PUT", "PATCH") else set()
            errors |= {422} if method == "POST" or name in SEARCHES else set()
            errors |= {404, 409, 410} if name == "api-events" else set()
            acts = scope == Scope.TICKETS_ACT or name in {"api-ticket", "api-tickets"}
            errors |= {409} if acts and method != "GET" else set()
            told = name.endswith(("customer", "customers", "organization", "organizations"))
            errors |= {409} if told and method != "GET" else set()
            errors |= {409, 507} if name == "api-attachments" else set()
            errors |= {206, 416} if name == "api-attachment" else set()
            assert {int(code) for code in operation["responses"]} == {status} | errors
            headers = [p["name"] for p in operation.get("parameters", []) if p["in"] == "header"]
            assert headers == (["Idempotency-Key"] if method == "POST" else [])
    assert set(found) == expected
    assert openapi["components"]["securitySchemes"]["ApiKey"]["scheme"] == "bearer"


def test_it_says_where_it_is_and_leaves_no_object_open(
    openapi: dict[str, Any], settings: Settings
) -> None:
    assert openapi["servers"] == [{"url": settings.SITE_URL}]
    schemas = openapi["components"]["schemas"]
    no_objects = {name for name, one in schemas.items() if "enum" in one or "oneOf" in one}
    assert {
        name for name, one in schemas.items() if one.get("additionalProperties") is not False
    } == no_objects
    # a generated client would take a field with a default for one that must be sent
    fields = [field for one in schemas.values() for field in one.get("properties", {}).values()]
    assert fields
    assert not [field for field in fields if "default" in field]
    for methods in openapi["paths"].values():
        for operation in methods.values():
            assert all("X-Request-ID" in one["headers"] for one in operation["responses"].values())


def test_it_keeps_our_notes_to_ourselves(openapi: dict[str, Any]) -> None:
    """But for what a key writes for an agent, no word of it is about notes."""
    acts = {"NewNote", "NoteReceipt"}
    schemas = openapi["components"]["schemas"]
    kept = {name: one for name, one in schemas.items() if name not in acts}
    paths = {path: one for path, one in openapi["paths"].items() if not path.endswith("/notes/")}
    text = str([kept, paths])
    for inside in ("RELIABILITY", "R01", "Note", "internal"):
        assert inside not in text


@pytest.mark.django_db
def test_the_answers_are_what_it_says(shop: Caller, openapi: dict[str, Any]) -> None:
    ticket = make_ticket(turn=Turn.ASSISTANT)
    make_answer(ticket, articles=[article := make_article()])
    make_reply(ticket, make_agent(teams=[ticket.team]))
    one, messages = f"{TICKETS}{ticket.reference}/", f"{TICKETS}{ticket.reference}/messages/"
    answers = [
        ("TicketPage", shop.get(TICKETS)),
        ("Ticket", shop.get(one)),
        ("Ticket", shop.post(TICKETS, new_ticket())),
        ("MessagePage", shop.get(messages)),
        ("Message", shop.post(messages, {"body": "Hello?"})),
        ("EventPage", shop.get("/api/v1/events/")),
        ("ArticlePage", shop.get(ARTICLES)),
        ("ArticleWithBody", shop.get(f"{ARTICLES}{article.slug}/")),
        ("Problem", shop.get(f"{TICKETS}?x=1")),
        ("Problem", shop.get(f"{TICKETS}NOTTHERE/")),
        ("Problem", shop.post(TICKETS, new_ticket(customer={"email": "x", "is_staff": True}))),
    ]
    for name, response in answers:
        jsonschema.validate(response.json(), strict(openapi, name))


def test_it_is_for_everyone_and_the_same_in_every_language() -> None:
    plain = Client().get("/api/schema/")
    german = Client(headers={"Accept-Language": "de"}).get("/api/schema/?lang=de&version=2")
    assert plain["Content-Type"] == "application/yaml"
    assert plain.content == german.content


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["api-schema", "api-docs"])
def test_it_is_only_read(name: str) -> None:
    client = Client(enforce_csrf_checks=True)
    assert client.head(reverse(name)).status_code == 200
    for method in ("post", "put", "delete", "options"):
        response = getattr(client, method)(reverse(name))
        assert response.status_code == 405
        assert response.json()["error"]["code"] == "method_not_allowed"


@pytest.mark.django_db
def test_its_page_needs_no_exception_from_the_policy() -> None:
    response = Client().get("/api/docs/")
    policy = response["Content-Security-Policy"]
    assert policy.startswith(POLICY) or f" {POLICY}" in policy
    assert "unsafe" not in policy
    assert b"<style" not in response.content
    assert b"<script>" not in response.content


def strict(openapi: dict[str, Any], name: str) -> dict[str, Any]:
    """The component as JSON Schema that allows no field it does not name."""

    def convert(node: Any) -> Any:
        if isinstance(node, list):
            return [convert(part) for part in node]
        if not isinstance(node, dict):
            return node
        found = {key: convert(value) for key, value in node.items() if key != "nullable"}
        if "properties" in node:
            found["additionalProperties"] = False
        if node.get("nullable"):
            return {"anyOf": [found, {"type": "null"}]}
        return found

    return {"$ref": f"#/components/schemas/{name}", "components": convert(openapi["components"])}
