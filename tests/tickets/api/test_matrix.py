"""Every address of the API, with every kind of caller. What is not in the table fails."""

from __future__ import annotations

from typing import NoReturn

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import get_resolver, reverse

from bots.api import urls as of_the_assistant
from knowledgebase import embeddings
from knowledgebase.search import SearchResult
from tests.factories import make_admin, make_article, make_customer, make_team, make_ticket
from tests.tickets.api.conftest import Caller, MakeCaller, new_ticket
from tests.tickets.records.making import make_record, make_type
from tickets.api import urls
from tickets.api.views import articles as views
from tickets.api.views.base import ApiView
from tickets.intake import attachments
from tickets.models import (
    ExternalId,
    Macro,
    Message,
    Organization,
    Rating,
    SavedView,
    Scope,
    TicketLink,
    Turn,
)

pytestmark = pytest.mark.django_db

ACT = Scope.TICKETS_ACT
READ, WRITE, ARTICLES = Scope.TICKETS_READ, Scope.TICKETS_WRITE, Scope.ARTICLES_READ
READ_RECORDS, WRITE_RECORDS = Scope.RECORDS_READ, Scope.RECORDS_WRITE
# Route: for each method the scope that opens it (None: any key does) and the status with it. All else is 405.
TABLE: dict[str, dict[str, tuple[Scope | None, int]]] = {
    "api-tickets": {"GET": (READ, 200), "HEAD": (READ, 200), "POST": (WRITE, 201)},
    "api-ticket-search": {"GET": (READ, 200), "HEAD": (READ, 200)},
    "api-ticket": {"GET": (READ, 200), "HEAD": (READ, 200), "PATCH": (WRITE, 200)},
    "api-messages": {"GET": (READ, 200), "HEAD": (READ, 200), "POST": (WRITE, 201)},
    "api-replies": {"POST": (ACT, 201)},
    "api-notes": {"POST": (ACT, 201)},
    "api-drafts": {"POST": (ACT, 201)},
    "api-changes": {"POST": (ACT, 201)},
    "api-turn": {"POST": (ACT, 201)},
    "api-snooze": {"POST": (ACT, 201), "DELETE": (ACT, 204)},
    "api-merge": {"POST": (ACT, 201), "DELETE": (ACT, 204)},
    "api-links": {"POST": (ACT, 201)},
    "api-link": {"DELETE": (ACT, 204)},
    "api-handovers": {"GET": (Scope.HANDOVERS_READ, 200), "HEAD": (Scope.HANDOVERS_READ, 200)},
    "api-ticket-records": {
        "GET": (READ_RECORDS, 200),
        "HEAD": (READ_RECORDS, 200),
        "POST": (WRITE_RECORDS, 201),
    },
    "api-attachments": {"POST": (Scope.ATTACHMENTS_WRITE, 201)},
    "api-attachment": {
        "GET": (Scope.ATTACHMENTS_READ, 200),
        "HEAD": (Scope.ATTACHMENTS_READ, 200),
    },
    "api-customers": {
        "GET": (Scope.CUSTOMERS_READ, 200),
        "HEAD": (Scope.CUSTOMERS_READ, 200),
        "POST": (Scope.CUSTOMERS_WRITE, 201),
    },
    "api-customer": {
        "GET": (Scope.CUSTOMERS_READ, 200),
        "HEAD": (Scope.CUSTOMERS_READ, 200),
        "PATCH": (Scope.CUSTOMERS_WRITE, 200),
    },
    "api-numbered-customer": {
        "GET": (Scope.CUSTOMERS_READ, 200),
        "HEAD": (Scope.CUSTOMERS_READ, 200),
        "PUT": (Scope.CUSTOMERS_WRITE, 200),
    },
    "api-organizations": {
        "GET": (Scope.ORGANIZATIONS_READ, 200),
        "HEAD": (Scope.ORGANIZATIONS_READ, 200),
        "POST": (Scope.ORGANIZATIONS_WRITE, 201),
    },
    "api-organization": {
        "GET": (Scope.ORGANIZATIONS_READ, 200),
        "HEAD": (Scope.ORGANIZATIONS_READ, 200),
        "PATCH": (Scope.ORGANIZATIONS_WRITE, 200),
    },
    "api-numbered-organization": {
        "GET": (Scope.ORGANIZATIONS_READ, 200),
        "HEAD": (Scope.ORGANIZATIONS_READ, 200),
        "PUT": (Scope.ORGANIZATIONS_WRITE, 200),
    },
    "api-records": {"GET": (READ_RECORDS, 200), "HEAD": (READ_RECORDS, 200)},
    "api-record": {
        "GET": (READ_RECORDS, 200),
        "HEAD": (READ_RECORDS, 200),
        "PUT": (WRITE_RECORDS, 200),
        "DELETE": (WRITE_RECORDS, 204),
    },
    "api-records-bulk": {"POST": (WRITE_RECORDS, 201)},
    **{
        f"api-{name}": {"GET": (Scope.DESK_READ, 200), "HEAD": (Scope.DESK_READ, 200)}
        for name in (
            *("teams", "tags", "custom-fields", "segments", "opening-hours", "sla-policies"),
        )
    },
    "api-agents": {"GET": (Scope.AGENTS_READ, 200), "HEAD": (Scope.AGENTS_READ, 200)},
    "api-views": {"GET": (Scope.VIEWS_READ, 200), "HEAD": (Scope.VIEWS_READ, 200)},
    "api-view-tickets": {"GET": (READ, 200), "HEAD": (READ, 200)},
    "api-macros": {"GET": (Scope.MACROS_READ, 200), "HEAD": (Scope.MACROS_READ, 200)},
    "api-apply-macro": {"POST": (ACT, 201)},
    "api-ratings": {"GET": (Scope.RATINGS_READ, 200), "HEAD": (Scope.RATINGS_READ, 200)},
    "api-rating": {"GET": (Scope.RATINGS_READ, 200), "HEAD": (Scope.RATINGS_READ, 200)},
    "api-audit": {"GET": (Scope.AUDIT_READ, 200), "HEAD": (Scope.AUDIT_READ, 200)},
    "api-key": {"GET": (None, 200), "HEAD": (None, 200)},
    "api-rules": {"GET": (Scope.RULES_READ, 200), "HEAD": (Scope.RULES_READ, 200)},
    "api-preview": {"GET": (Scope.ASSISTANT_ASK, 200), "HEAD": (Scope.ASSISTANT_ASK, 200)},
    "api-events": {"GET": (Scope.EVENTS_READ, 200), "HEAD": (Scope.EVENTS_READ, 200)},
    "api-articles": {"GET": (ARTICLES, 200), "HEAD": (ARTICLES, 200)},
    "api-article": {"GET": (ARTICLES, 200), "HEAD": (ARTICLES, 200)},
    "api-article-search": {"GET": (ARTICLES, 200), "HEAD": (ARTICLES, 200)},
}
FOR_EVERYONE = {"api-schema", "api-docs"}
ROUTES = [*of_the_assistant.urlpatterns, *urls.urlpatterns]
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"]
ASKED = {
    "api-article-search": "?q=pole",
    "api-ticket-search": "?q=pole",
    "api-preview": "?q=pole",
    "api-attachments": "?name=pole.txt",
}
BYTES = "application/octet-stream"
OF_A_TICKET: dict[str, dict[str, object] | None] = {
    "api-ticket": {"external_id": ""},
    "api-changes": {"state": "resolved"},
    "api-turn": {"to": "person"},
    "api-snooze": {"note": "Later"},
    "api-handovers": None,
    "api-messages": {"body": "It still drips."},
    "api-replies": {"body": "It still drips."},
    "api-notes": {"body": "It still drips."},
    "api-drafts": {"body": "It still drips."},
}
CASES = [(route, method) for route in TABLE for method in METHODS]


@pytest.fixture(autouse=True)
def nothing_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The search itself, with its model, is not what this table is about."""
    monkeypatch.setattr(embeddings, "encode", _away)
    monkeypatch.setattr(
        views, "search", lambda query, *, limit: SearchResult(hits=[], by_meaning=False)
    )


def _away(*_given: object, **_more: object) -> NoReturn:
    raise embeddings.EncoderUnavailable("away")


def test_every_route_stands_in_the_table() -> None:
    names = {pattern.name for pattern in ROUTES if pattern.name}
    assert names == TABLE.keys() | FOR_EVERYONE
    assert [pattern.name for pattern in ROUTES].count(None) == 1, "the 404 of all others"


def test_every_view_stands_behind_a_key_unless_it_is_for_everyone() -> None:
    for name in TABLE:
        (pattern,) = [p for p in ROUTES if p.name == name]
        view = vars(pattern.callback)["view_class"]
        assert issubclass(view, ApiView), name
        assert set(view.scopes) == set(TABLE[name]) - {"HEAD"}, name
        if "POST" in view.scopes:
            assert hasattr(view.post, "__wrapped__"), f"{name} ignores idempotency keys"


@pytest.mark.parametrize(("route", "method"), CASES)
def test_who_may_call_what(caller: MakeCaller, route: str, method: str) -> None:
    path, body = place(route)
    kind = BYTES if route == "api-attachments" else "application/json"
    allowed = TABLE[route].get(method)
    for stranger in (Caller(None), Caller("hd_nobodys")):
        assert stranger.call(method, path, body, kind=kind).status_code == 401
    for scope in Scope:
        response = caller(scope).call(method, path, body, kind=kind)
        said = b"".join(response)  # so that a file is closed, too
        assert response.status_code == expected(allowed, scope), (scope, said)


@pytest.mark.parametrize("route", ["api-ticket", "api-messages", "api-article"])
def test_what_is_missing_is_404_only_for_those_who_may_look(caller: MakeCaller, route: str) -> None:
    argument = "slug" if route == "api-article" else "reference"
    path = reverse(route, kwargs={argument: "NOTTHERE"})
    scope = TABLE[route]["GET"][0]
    assert Caller(None).get(path).status_code == 401
    for other in set(Scope) - {scope}:
        assert caller(other).get(path).status_code == 403
    assert caller(scope).get(path).status_code == 404


def expected(allowed: tuple[Scope | None, int] | None, scope: Scope) -> int:
    if allowed is None:
        return 405
    return allowed[1] if allowed[0] in (None, scope) else 403


def place(route: str) -> tuple[str, dict[str, object] | None]:
    """An address of this route that exists, and a body that it takes."""
    arguments: dict[str, str] = {}
    body: dict[str, object] | None = None
    if route in OF_A_TICKET:
        arguments = {"reference": make_ticket().reference}
        body = OF_A_TICKET[route]
    elif route in {"api-merge", "api-links", "api-link"}:
        return place_of_two(route)
    elif route.startswith(("api-record", "api-ticket-records")):
        return record_place(route)
    elif "customer" in route or "organization" in route:
        return told_place(route)
    elif route == "api-attachment":
        message = Message.objects.filter(ticket=make_ticket()).latest("pk")
        file = SimpleUploadedFile("pole.txt", b"It drips.")
        attachments.store(message, attachments.check([file]))
        arguments = {"id": str(message.attachments.get().pk)}
    elif route == "api-attachments":
        body = {}
    elif route == "api-rating":
        rated = make_ticket(turn=Turn.CLOSED)
        Rating.objects.create(ticket=rated, satisfaction=4, effort=2)
        arguments = {"reference": rated.reference}
    elif route == "api-view-tickets":
        kept = {"name": "Ours", "query": "status:open", "sort": "newest", "owner": make_admin()}
        arguments = {"id": str(SavedView.objects.create(**kept, team=make_team()).pk)}
    elif route == "api-apply-macro":
        arguments = {"reference": make_ticket().reference}
        name = f"Tag {Macro.objects.count()}"
        macro = Macro.objects.create(name=name, acts={"add_tags": ["refund"]})
        body = {"macro": macro.pk}
    elif route == "api-article":
        arguments = {"slug": make_article().slug}
    elif route == "api-tickets":
        body = new_ticket()
    path = reverse(route, kwargs=arguments)
    assert get_resolver().resolve(path).url_name == route
    return path + ASKED.get(route, ""), body


def place_of_two(route: str) -> tuple[str, dict[str, object]]:
    """The same where two tickets have to do with each other."""
    ticket = make_ticket()
    other = make_ticket(customer=ticket.customer)
    arguments = {"reference": ticket.reference}
    if route == "api-merge":
        return reverse(route, kwargs=arguments), {"into": other.reference}
    if route == "api-links":
        return reverse(route, kwargs=arguments), {"kind": "related", "ticket": other.reference}
    TicketLink.objects.create(from_ticket=ticket, to_ticket=other, kind="related")
    arguments |= {"kind": "related", "other": other.reference}
    return reverse(route, kwargs=arguments), {}


def told_place(route: str) -> tuple[str, dict[str, object]]:
    """The same where a customer or an organisation is told of."""
    arguments: dict[str, object] = {}
    if route == "api-numbered-customer":
        ExternalId.objects.create(customer=make_customer(), system="shop", value="20417")
        arguments = {"system": "shop", "number": "20417"}
    elif route == "api-customer":
        arguments = {"id": make_customer().pk}
    elif route != "api-customers":
        name = f"Fell Walkers {Organization.objects.count()}"
        organization = Organization.objects.create(name=name, external_id=name)
        numbered: dict[str, object] = {"id": organization.pk}
        if "numbered" in route:
            numbered = {"number": name}
        arguments = {} if route == "api-organizations" else numbered
    return reverse(route, kwargs=arguments), {"name": "Somebody"}


def record_place(route: str) -> tuple[str, dict[str, object]]:
    """The same where a record is told of, read or linked."""
    record = make_record(make_type(), status="packed")
    body: dict[str, object] = {"values": {"status": "sent"}}
    arguments = {"type": "order"}
    if route == "api-ticket-records":
        arguments = {"reference": make_ticket().reference}
        body = {"type": "order", "external_id": record.external_id}
    elif route == "api-record":
        arguments["external_id"] = record.external_id
    elif route == "api-records-bulk":
        body = {"records": [{"external_id": "1"}]}
    return reverse(route, kwargs=arguments), body
