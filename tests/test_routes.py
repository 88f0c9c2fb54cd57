"""Every address says what it may be asked: reading never changes anything, writing needs a token."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve

from tests.factories import make_admin, make_customer
from tickets.models import Event

pytestmark = pytest.mark.django_db

# An address that is in none of these lists fails the first test below.
READ = {
    # These two lead to an identity provider and back: see tests/tickets/portal/test_providers.py.
    *("log-in-at-provider", "log-in-came-back"),
    *("healthz", "readyz", "portal-home", "my-requests", "conversation", "conversation-news"),
    *("help-article-markdown", "help-changes", "llms", "robots", "site-map"),
    *("attachment", "after-login", "help-centre", "help-search", "help-category", "help-article"),
    *("workspace", "workspace-ticket", "workspace-news", "workspace-questions"),
    *(
        "workspace-tags",
        "workspace-history",
        "workspace-similar",
        "workspace-tasks",
        "workspace-transcript",
    ),
    *("workspace-search-words", "workspace-by-name", "workspace-completions"),
    *("workspace-notifications", "workspace-push-worker", "workspace-account"),
    *("workspace-mails", "workspace-mail", "workspace-mail-original", "workspace-mail-source"),
    *("workspace-filter", "workspace-counts", "workspace-jobs", "workspace-job"),
    *("workspace-macros", "workspace-macro-list"),
    *("workspace-customer", "workspace-duplicates", "workspace-organization"),
    *("workspace-segments", "workspace-segment", "workspace-customer-choices"),
    *("workspace-copilot", "workspace-ask", "workspace-summary"),
    *("workspace-leads", "workspace-day"),
    *("workspace-records", "workspace-record", "workspace-customer-records"),
}
# Opened by a link or by a reload, each leads to the page that its form stands on.
WRITE = {
    *("conversation-post", "conversation-helpful"),
    *("conversation-solved", "conversation-reopen", "conversation-rate", "conversation-email"),
    *("conversation-code", "confirm-answer", "confirm-again"),
    *("conversation-proof", "conversation-proof-code", "workspace-ask-proof"),
    *("workspace-presence", "workspace-write", "workspace-accept", "workspace-hand-back"),
    *("workspace-resolve", "workspace-reopen", "workspace-known", "workspace-draft"),
    *("workspace-take-back", "workspace-send-now", "workspace-remove-file"),
    *("workspace-change", "workspace-unsnooze", "workspace-bulk", "workspace-remove-view"),
    *("workspace-unlink", "workspace-unmerge", "workspace-stop"),
    *("workspace-decide-question", "suggest"),
    *("workspace-read-all", "workspace-read", "workspace-follow", "workspace-unfollow"),
    *("workspace-copy", "workspace-add-browser", "workspace-remove-browser"),
    *("workspace-stop-job", "workspace-undo-job"),
    *("workspace-end-log-in", "workspace-end-other-log-ins"),
    *("workspace-let-mail-in", "workspace-open-mail", "workspace-dismiss-mail"),
    "workspace-read-mail-again",
    *("workspace-mail-again", "workspace-mail-hold", "workspace-mail-open"),
    *("workspace-spam", "workspace-not-spam", "workspace-unblock", "workspace-undo"),
    *("workspace-sensitive", "workspace-stop-seeing"),
    *("workspace-apply-macro", "workspace-leave-macro-out", "workspace-remove-macro"),
    *("workspace-join", "workspace-step-out", "workspace-take-over", "workspace-give-back"),
    "workspace-preview",
    *("workspace-change-customer", "workspace-add-contact", "workspace-change-contact"),
    *("workspace-external-id", "workspace-part-customers", "workspace-change-organization"),
    *("workspace-organization-domains", "workspace-remove-segment"),
    *("workspace-use-suggestion", "workspace-language"),
    *("workspace-withdraw-approval", "workspace-keep-scenario"),
    *("workspace-link-record", "workspace-unlink-record", "workspace-fetch-record"),
}
FORM = {
    "ask",
    "talk-to-a-human",
    "by-mail",
    "workspace-call",
    "workspace-new-call",
    "confirm-address",
    "workspace-transfer",
    "workspace-snooze",
    "workspace-link",
    "workspace-merge",
    "workspace-split",
    "workspace-affected",
    "workspace-block",
    "workspace-whisper",
    "workspace-ask-approval",
    "workspace-do-task",
    "workspace-approval",
    "workspace-keep-view",
    "workspace-add-macro",
    "workspace-change-macro",
    "workspace-merge-customers",
    "workspace-add-segment",
    "workspace-change-segment",
    "workspace-notification-settings",
    "workspace-change-view",
    "workspace-correct",
    "workspace-report",
}  # GET shows the form, POST sends it
HANDED = {
    "mail-in"
}  # called by mail providers, who have a secret; see tests/tickets/test_handed_mail.py
API_READ = {
    *("api-events", "api-articles", "api-article-search", "api-article"),
    *("api-ticket-search", "api-handovers", "api-rules", "api-key", "api-preview"),
    *("api-attachment", "api-teams", "api-agents", "api-tags", "api-custom-fields"),
    *("api-segments", "api-opening-hours", "api-sla-policies"),
    *("api-views", "api-view-tickets", "api-macros"),
    *("api-ratings", "api-rating", "api-audit"),
}
API_BOTH = {
    *("api-tickets", "api-messages", "api-attachments", "api-apply-macro"),
    *("api-records", "api-record", "api-records-bulk", "api-ticket-records"),
    *("api-replies", "api-notes", "api-changes", "api-drafts", "api-ticket"),
    *("api-turn", "api-snooze", "api-merge", "api-links", "api-link"),
    *("api-customers", "api-customer", "api-numbered-customer"),
    *("api-organizations", "api-organization", "api-numbered-organization"),
}
API_OPEN = {"api-schema", "api-docs"}
OTHERS = ("admin/", "account/")  # Django's and allauth's own, which have tests of their own

SAMPLES = {
    "<str:reference>": "MISSING2",
    "<slug:reference>": "MISSING2",
    "<int:position>": "1",
    "<int:pk>": "1",
    "<int:contact>": "1",
    "<int:other>": "1",
    "<slug:key>": "login_help",
    "<int:mailbox>": "1",
    "<uuid:pk>": str(uuid4()),
    "<uuid:file>": str(uuid4()),
    "<uuid:id>": str(uuid4()),
    "<slug:slug>": "missing",
    "<slug:type>": "missing",
    "<str:external_id>": "missing",
    "<int:id>": "1",
    "<slug:system>": "shop",
    "<str:number>": "missing",
    "<slug:kind>": "related",
    "<slug:other>": "MISSING2",
    "<str:token>": "missing",
}


def routes(patterns: list[URLPattern | URLResolver], before: str = "") -> Iterator[tuple[str, str]]:
    """(name, address) of all our routes; the name is "" for what only says 404."""
    for pattern in patterns:
        address = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, address)
        elif not address.startswith(OTHERS):
            for placeholder, sample in SAMPLES.items():
                address = address.replace(placeholder, sample)
            yield pattern.name or "", f"/{address}"


ROUTES = {name: address for name, address in routes(get_resolver().url_patterns) if name}
HTML = sorted(READ | WRITE | FORM)
API = sorted(API_READ | API_BOTH | API_OPEN)


@pytest.fixture(autouse=True)
def _without_a_second_factor(settings: Any) -> None:
    """Staff are let in by their password alone, so that the addresses themselves answer."""
    settings.STAFF_NEED_SECOND_FACTOR = False


def of(names: set[str]) -> list[str]:
    return sorted(names & set(ROUTES))


def test_every_address_says_what_it_may_be_asked() -> None:
    assert set(ROUTES) == set(HTML) | set(API) | HANDED


def strict(*, admin: bool) -> Client:
    """Somebody who is logged in, in a browser that sends no token unless told to."""
    user = make_admin() if admin else make_customer(login=True).user
    client = Client(enforce_csrf_checks=True)
    assert user is not None
    client.force_login(user)
    return client


@pytest.mark.parametrize("name", of(WRITE))
def test_reading_an_address_that_changes_something_leads_to_its_page(name: str) -> None:
    client = strict(admin=name.startswith("workspace"))
    before = Event.objects.count()
    for method in ("GET", "HEAD", "PUT", "DELETE", "PATCH"):
        asked = client.generic(method, ROUTES[name])
        # Without a token an unsafe method does not even get as far as that.
        assert asked.status_code == (302 if method in ("GET", "HEAD") else 403), method
        if asked.status_code == 302:
            page = resolve(asked["Location"])
            assert page.url_name in READ | FORM
            assert page.kwargs.get("reference") in (None, "MISSING2")
    assert Event.objects.count() == before


@pytest.mark.parametrize("name", of(WRITE | FORM))
def test_writing_without_a_token_is_403(name: str) -> None:
    client = strict(admin=name.startswith("workspace"))
    assert client.post(ROUTES[name], {"body": "x"}).status_code == 403
    forged = client.post(ROUTES[name], {"body": "x", "csrfmiddlewaretoken": "x" * 64})
    assert forged.status_code == 403


@pytest.mark.parametrize("name", of(READ))
def test_what_only_reads_refuses_to_be_written_to(name: str) -> None:
    client = Client()
    user = make_admin()
    client.force_login(user)
    assert client.post(ROUTES[name]).status_code == 405


@pytest.mark.parametrize("name", of(API_READ | API_BOTH))
def test_the_api_tells_nobody_anything_without_a_key(name: str) -> None:
    client = strict(admin=True)  # a session is no key
    for method in ("GET", "POST", "PUT", "DELETE", "PATCH"):
        asked = client.generic(method, ROUTES[name])
        assert asked.status_code == 401, method
        assert asked["Content-Type"] == "application/json"


@pytest.mark.parametrize("name", of(READ | FORM))
def test_no_address_breaks_for_whoever_asks(name: str) -> None:
    clients = [Client(), strict(admin=False), strict(admin=True)]
    for client in clients:
        assert client.get(ROUTES[name]).status_code in (200, 302, 404, 410, 503)
