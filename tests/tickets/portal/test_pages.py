"""The portal's other pages: home, asking, my requests; and the way to a person on every one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.sessions.models import Session
from django.test import Client

from knowledgebase.models import Category
from tests.factories import (
    PASSWORD,
    make_agent,
    make_article,
    make_customer,
    make_ticket,
    make_visitor,
)
from tests.tickets.portal.conftest import Browser, page_of
from tickets import access
from tickets.models import Customer, Event, Ticket, Turn

pytestmark = pytest.mark.django_db
AtMost = Callable[..., Any]

HUMAN = 'action="/talk-to-a-human/"'


def fill_help_centre(number: int) -> None:
    """Popular articles in categories of their own."""
    for index in range(number):
        name = f"Topic {Category.objects.count() + index}"
        article = make_article()
        article.category = Category.objects.create(name=name, slug=name.lower().replace(" ", "-"))
        article.popular = True
        article.save()


# --- a person is one step away --------------------------------------------------------------------


def test_talk_to_a_human_is_on_every_page_that_a_visitor_can_open(browser: Browser) -> None:
    visitor = make_visitor()
    ticket = make_ticket(turn=Turn.CUSTOMER, customer=visitor)
    closed = make_ticket(turn=Turn.CLOSED, customer=visitor)
    fill_help_centre(1)
    article = make_article("Mend a pole")
    category = Category.objects.get()
    client = browser(visitor)
    for address in (
        "/",
        "/requests/",
        page_of(ticket),
        page_of(closed),
        "/help/",
        "/help/search/",
        f"/help/category/{category.slug}/",
        f"/help/{article.slug}/",
        "/account/login/",
        "/account/signup/",
        "/account/password/reset/",
        "/confirm/",
        "/requests/MISSING2/",
        "/nowhere/",
    ):
        page = client.get(address)
        assert page.status_code in (200, 404, 410), address
        assert HUMAN in page.content.decode(), address
    for refused in (client.post("/ask/", {"body": ""}), client.post(page_of(ticket, "rating/"))):
        assert refused.status_code == 422
        assert HUMAN in refused.content.decode()


def test_the_call_for_a_person_comes_back_when_the_agent_who_had_it_is_gone(
    browser: Browser,
) -> None:
    agent = make_agent()
    ticket = make_ticket(turn=Turn.CUSTOMER, agent=agent, customer=make_customer(login=True))
    client = browser(ticket.customer)
    assert HUMAN not in client.get(page_of(ticket)).content.decode()  # they have one
    agent.is_active = False
    agent.save()
    assert HUMAN in client.get(page_of(ticket)).content.decode()


def test_one_click_reaches_a_person_before_anything_was_typed(client: Client) -> None:
    answered = client.post("/talk-to-a-human/")
    ticket = Ticket.objects.get()
    assert answered["Location"] == page_of(ticket)
    page = client.get(page_of(ticket)).content.decode()
    assert "You are next" in page
    assert client.post("/talk-to-a-human/")["Location"] == page_of(ticket)
    assert Ticket.objects.count() == Customer.objects.count() == 1


def test_a_customer_who_is_logged_in_stays_who_they_are(browser: Browser) -> None:
    customer = make_customer(login=True)
    browser(customer).post("/talk-to-a-human/")
    assert Ticket.objects.get().customer == customer


# --- asking ---------------------------------------------------------------------------------------


def test_a_question_is_stored_and_shown_at_once(client: Client) -> None:
    answered = client.post("/ask/", {"body": "My pole snapped."})
    ticket = Ticket.objects.get()
    assert answered["Location"] == page_of(ticket)
    page = client.get(page_of(ticket)).content.decode()
    assert "My pole snapped." in page
    assert "The AI assistant is looking for an answer" in page
    assert ticket.turn == Turn.ASSISTANT


def test_the_addresses_of_asking_are_pages_when_they_are_opened_or_reloaded(client: Client) -> None:
    """Opening them does nothing; the form on them does."""
    for address in ("/ask/", "/talk-to-a-human/"):
        page = client.get(address)
        assert page.status_code == 200
        assert f'action="{address}"' in page.content.decode()
        assert client.head(address).status_code == 200
    assert 'name="client_id" value="' in client.get("/ask/").content.decode()
    assert not Ticket.objects.exists()
    assert not Customer.objects.exists()


def test_a_form_that_came_back_with_a_problem_is_sent_with_an_id_of_its_own(client: Client) -> None:
    """So that sending it twice after the correction opens one conversation."""
    page = client.post("/ask/", {"body": ""})
    client_id = page.context["client_id"]
    assert f'name="client_id" value="{client_id}"' in page.content.decode()
    for _click in range(2):
        client.post("/ask/", {"body": "My pole snapped.", "client_id": client_id})
    assert Ticket.objects.count() == 1


def test_a_question_that_cannot_be_sent_is_422_and_stays(client: Client) -> None:
    page = client.post("/ask/", {"body": "y" * 20_001})
    assert page.status_code == 422
    assert "too long" in page.content.decode()
    assert "y" * 20_000 in page.content.decode()
    assert not Ticket.objects.exists()
    assert not Customer.objects.exists()


# --- home and my requests -------------------------------------------------------------------------


def test_home_takes_as_many_queries_for_ten_articles_as_for_one(
    client: Client, django_assert_max_num_queries: AtMost
) -> None:
    fill_help_centre(1)
    client.get("/")
    with django_assert_max_num_queries(12) as one:
        assert client.get("/").status_code == 200
    fill_help_centre(9)
    with django_assert_max_num_queries(12) as ten:
        client.get("/")
    assert len(ten) == len(one)


def test_my_requests_are_mine_newest_first_and_cost_the_same(
    browser: Browser, django_assert_max_num_queries: AtMost
) -> None:
    customer = make_customer(login=True)
    make_ticket(subject="canary of another")
    make_ticket(customer=customer, subject="The first")
    client = browser(customer)
    client.get("/requests/")
    with django_assert_max_num_queries(12) as one:
        client.get("/requests/")
    for index in range(9):
        make_ticket(customer=customer, subject=f"Another {index}", turn=Turn.CLOSED)
    with django_assert_max_num_queries(12) as ten:
        page = client.get("/requests/").content.decode()
    assert len(ten) == len(one)
    assert page.index("Another 8") < page.index("Another 0") < page.index("The first")
    assert "canary" not in page


def test_nobody_has_no_requests_and_is_told_how_to_find_them(client: Client) -> None:
    page = client.get("/requests/")
    assert page.status_code == 200
    assert "Nothing here yet" in page.content.decode()


def test_the_next_page_goes_on_where_the_first_ended(browser: Browser) -> None:
    customer = make_customer(login=True)
    for index in range(23):
        make_ticket(customer=customer, subject=f"Number {index:02}", ago=timedelta(minutes=index))
    client = browser(customer)
    first = client.get("/requests/")
    second = client.get("/requests/", {"after": first.context["next"]})
    listed = [*first.context["tickets"], *second.context["tickets"]]
    assert [ticket.subject for ticket in listed] == [f"Number {index:02}" for index in range(23)]
    assert second.context["next"] is None


@pytest.mark.parametrize("cursor", ["x", "AAAA", "9" * 300, "MjAyNi0wMS0wMVQwMDowMCAx"])
def test_a_forged_cursor_is_400(browser: Browser, cursor: str) -> None:
    client = browser(make_customer(login=True))
    assert client.get("/requests/", {"after": cursor}).status_code == 400


# --- logging in -----------------------------------------------------------------------------------


def test_what_a_visitor_wrote_is_in_their_account_after_the_log_in(client: Client) -> None:
    account = make_customer(email="ines@walkers.example", login=True)
    assert account.user is not None
    account.user.set_password(PASSWORD)
    account.user.save()
    EmailAddress.objects.create(user=account.user, email=account.email, verified=True, primary=True)
    client.post("/ask/", {"body": "My pole snapped."})
    ticket = Ticket.objects.get()
    before = client.session.session_key
    answered = client.post("/account/login/", {"login": account.email, "password": PASSWORD})
    assert answered.status_code == 302
    ticket.refresh_from_db()
    assert ticket.customer == account
    assert client.get(page_of(ticket)).status_code == 200
    assert access.VISITOR not in client.session
    assert client.session.session_key != before
    assert not Session.objects.filter(pk=before).exists()


def test_staff_who_log_in_take_nobodys_conversation_along(browser: Browser) -> None:
    ticket = make_ticket(customer=make_visitor())
    client = browser(ticket.customer)
    client.force_login(make_agent())
    ticket.refresh_from_db()
    assert ticket.customer.user is None
    assert not Event.objects.filter(kind="customer.joined").exists()


def test_after_the_log_in_everybody_is_where_they_work(browser: Browser) -> None:
    assert browser(make_agent()).get("/after-login/")["Location"] == "/workspace/"
    assert browser(make_customer(login=True)).get("/after-login/")["Location"] == "/requests/"


def test_logging_out_forgets_what_the_browser_knew(browser: Browser) -> None:
    ticket = make_ticket(customer=make_customer(login=True))
    client = browser(ticket.customer)
    client.post("/account/logout/")
    assert client.get(page_of(ticket)).status_code == 404
