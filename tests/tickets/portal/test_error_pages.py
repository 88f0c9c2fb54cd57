"""Every page that says no: in our words, with the other ways to reach us, and nothing typed is lost."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client

from tests.factories import make_customer, make_ticket, make_visitor
from tests.tickets.portal.conftest import BY_SCRIPT, Browser, page_of
from tickets.intake import limits
from tickets.models import SiteSettings, Turn
from tickets.web import reachable

pytestmark = pytest.mark.django_db

PHONE = 'href="tel:+441632960000"'
MAIL = 'href="mailto:help@kestrelmoor.example"'
HUMAN = 'action="/talk-to-a-human/"'


@pytest.fixture(autouse=True)
def _ways() -> None:
    settings = SiteSettings.load()
    settings.phone, settings.contact_email = "+44 1632 960 000", "help@kestrelmoor.example"
    settings.save()


def too_large(client: Client, **more: Any) -> Any:
    return client.post("/ask/", {"body": "x", "more": "y" * 3_000_000}, **more)


def unreadable(client: Client, **more: Any) -> Any:
    return client.get("/help/?q=%00", **more)


def missing(client: Client, **more: Any) -> Any:
    return client.get("/requests/MISSING2/", **more)


def without_a_token(client: Client, **more: Any) -> Any:
    strict = Client(enforce_csrf_checks=True)
    return strict.post("/ask/", {"body": "My pole snapped."}, **more)


def wrong_page(client: Client, **more: Any) -> Any:
    return client.get("/requests/?after=x", **more)


def closed(client: Client, **more: Any) -> Any:
    customer = make_customer(login=True)
    ticket = make_ticket(turn=Turn.QUEUE, customer=customer)
    assert customer.user is not None
    client.force_login(customer.user)
    return client.post(page_of(ticket, "rating/"), {"satisfaction": "5", "effort": "5"}, **more)


def too_often(client: Client, **more: Any) -> Any:
    for _ in range(limits.SEARCH_THE_ARTICLES.amount):
        limits.spend(limits.SEARCH_THE_ARTICLES, "search", "127.0.0.1")
    return client.get("/help/search/?q=pole", **more)


def log_in_pages_too_often(client: Client, **more: Any) -> Any:
    for _ in range(21):
        found = client.post("/account/password/reset/", {"email": "x@walkers.example"})
    return found


CASES = [
    (too_large, 413),
    (unreadable, 400),
    (missing, 404),
    (without_a_token, 403),
    (wrong_page, 400),
    (closed, 409),
    (too_often, 429),
    (log_in_pages_too_often, 429),
]


@pytest.mark.parametrize(("ask", "status"), CASES)
def test_every_refusal_names_a_person_and_the_other_ways(
    client: Client, ask: Any, status: int
) -> None:
    page = ask(client)
    html = page.content.decode()
    assert page.status_code == status
    for way in (PHONE, MAIL, HUMAN):
        assert way in html, way


@pytest.mark.parametrize(("ask", "status"), CASES[:-1])
def test_a_script_gets_the_same_as_json(client: Client, ask: Any, status: int) -> None:
    told = ask(client, headers=BY_SCRIPT)
    assert told.status_code == status
    assert told.json()["error"]["message"].endswith(".")


def test_what_is_not_set_is_not_shown(client: Client) -> None:
    SiteSettings.objects.update(phone="", contact_email="")
    html = client.get("/no/such/page/").content.decode()
    assert "other-ways" not in html
    assert HUMAN in html


def test_the_ways_stand_where_somebody_looks_for_help(client: Client) -> None:
    for address in ("/", "/help/", "/requests/", "/account/login/"):
        html = client.get(address).content.decode()
        assert PHONE in html, address
        assert MAIL in html, address


def test_a_form_that_is_too_old_keeps_its_words_and_works_the_second_time() -> None:
    client = Client(enforce_csrf_checks=True)
    page = client.post("/ask/", {"body": "My <b>pole</b> snapped.", "client_id": "x"})
    html = page.content.decode()
    assert page.status_code == 403
    assert "My &lt;b&gt;pole&lt;/b&gt; snapped.</textarea>" in html
    token = html.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
    sent = {"body": "My pole snapped.", "csrfmiddlewaretoken": token}
    assert client.post("/ask/", sent).status_code == 302


def test_what_an_agent_typed_is_never_offered_to_be_sent_to_the_customer(client: Client) -> None:
    strict = Client(enforce_csrf_checks=True)
    page = strict.post("/workspace/ABCD2345/write/", {"kind": "note", "body": "canary"})
    assert page.status_code == 403
    assert "canary" not in page.content.decode()


def test_writing_too_often_is_429_in_words_with_when_to_come_back(browser: Browser) -> None:
    ticket = make_ticket(turn=Turn.CUSTOMER, customer=make_customer(login=True))
    for _ in range(limits.WRITE_A_MESSAGE.amount):
        limits.spend(limits.WRITE_A_MESSAGE, "customer", str(ticket.customer_id))
    client = browser(ticket.customer)
    page = client.post(page_of(ticket, "messages/"), {"body": "again"})
    told = client.post(page_of(ticket, "messages/"), {"body": "again"}, headers=BY_SCRIPT)
    for refused in (page, told):
        assert refused.status_code == 429
        assert int(refused["Retry-After"]) > 0
    assert told.json()["error"]["code"] == "too_many"
    shown = page.content.decode()
    assert "again</textarea>" in shown, "what was written is still in the composer"
    assert "That was a lot at once" in shown
    assert client.post("/talk-to-a-human/", {"ticket": ticket.reference}).status_code == 302
    ticket.refresh_from_db()
    assert ticket.turn == Turn.QUEUE


def test_an_address_that_is_left_too_often_stays_in_its_field(browser: Browser) -> None:
    ticket = make_ticket(turn=Turn.QUEUE, customer=make_visitor())
    for _ in range(limits.LEAVE_AN_ADDRESS.amount):
        limits.spend(limits.LEAVE_AN_ADDRESS, "customer", str(ticket.customer_id))
    page = browser(ticket.customer).post(
        page_of(ticket, "email/"), {"email": "ines@walkers.example"}
    )
    assert page.status_code == 429
    assert 'value="ines@walkers.example"' in page.content.decode()
    ticket.customer.refresh_from_db()
    assert ticket.customer.claimed_email == ""


@pytest.fixture
def busy(monkeypatch: pytest.MonkeyPatch) -> None:
    def wait(*args: object, **kwargs: object) -> None:
        cause = Exception()
        cause.sqlstate = "55P03"  # type: ignore[attr-defined]  # as psycopg's errors have
        raise OperationalError("canceling statement due to lock timeout") from cause

    monkeypatch.setattr("tickets.actions.continue_conversation", wait)


def test_a_database_that_is_busy_keeps_the_words(busy: None, browser: Browser) -> None:
    ticket = make_ticket(turn=Turn.CUSTOMER, customer=make_customer(login=True))
    client = browser(ticket.customer)
    page = client.post(page_of(ticket, "messages/"), {"body": "Is it on its way?"})
    html = page.content.decode()
    assert (page.status_code, page["Retry-After"]) == (503, "2")
    assert "Is it on its way?</textarea>" in html
    assert f'action="{page_of(ticket, "messages/")}"' in html
    assert PHONE in html


def away(*args: object, **kwargs: object) -> None:
    raise OperationalError("connection refused")


def test_a_database_that_is_away_is_said_without_asking_it(
    monkeypatch: pytest.MonkeyPatch, browser: Browser, django_assert_num_queries: Any
) -> None:
    ticket = make_ticket(turn=Turn.CUSTOMER, customer=make_customer(login=True))
    client = browser(ticket.customer)
    client.get("/")  # this process knows the ways from here on
    monkeypatch.setattr("tickets.access.actor_of", away)
    monkeypatch.setattr(SiteSettings, "load", away)
    page = client.post(page_of(ticket, "messages/"), {"body": "Is it on its way?"})
    html = page.content.decode()
    assert (page.status_code, page["Retry-After"]) == (503, "2")
    assert "Is it on its way?" in html
    assert PHONE in html


def test_a_fault_of_ours_asks_nothing_and_still_names_the_ways(
    monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    client = Client(raise_request_exception=False)
    client.get("/")

    def broken(*args: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("tickets.access.actor_of", broken)
    with django_assert_num_queries(0):
        page = client.get("/requests/")
        told = client.get("/requests/", headers=BY_SCRIPT)
    assert (page.status_code, told.status_code) == (500, 500)
    assert PHONE in page.content.decode()
    assert told.json()["error"]["code"] == "server_error"
    monkeypatch.setattr(reachable, "_last", None)
    assert "other-ways" not in client.get("/requests/").content.decode()
