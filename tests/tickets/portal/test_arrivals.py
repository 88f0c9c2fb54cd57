"""Asking for a person is never refused: what a flood meets, and what an office does not notice."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core import signing
from django.test import Client
from limits import parse

from tests.factories import make_customer, make_ticket
from tests.tickets.parallel import real_transactions, together
from tests.tickets.portal.conftest import Browser
from tickets import access
from tickets.actions import visitors
from tickets.intake import limits
from tickets.models import Customer, Message, SiteSettings, Ticket, Turn
from tickets.portal import arrivals

WORDS = "My pole snapped at the joint."
HUMAN = "/talk-to-a-human/"


@pytest.fixture(autouse=True)
def _fresh() -> None:
    limits._shared.cache_clear()
    limits._own.storage.reset()


@pytest.fixture
def crowded(monkeypatch: pytest.MonkeyPatch) -> None:
    """From this address two new visitors came already, which is all without a proof."""
    monkeypatch.setattr(limits, "NEW_VISITORS", parse("2/10 minutes"))
    for _ in range(2):
        limits.spend(limits.NEW_VISITORS, "address", "127.0.0.1")


def sent_again(page: Any, **changes: str) -> dict[str, str]:
    """What the browser sends when the button on this page is pressed."""
    html = page.content.decode()
    form = html[html.index('class="form again"') :]
    form = form[: form.index("</form>")]
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))
    if found := re.search(r"<textarea[^>]*>([^<]*)</textarea>", form):
        fields["body"] = found[1]
    return {**fields, **changes}


# --- many from one address ------------------------------------------------------------------------


@pytest.mark.django_db
def test_an_office_behind_one_address_talks_to_a_person_each_of_them() -> None:
    for _ in range(40):
        assert Client().post(HUMAN).status_code == 302
    assert Ticket.objects.filter(turn=Turn.QUEUE).count() == 40


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/ask/", HUMAN])
def test_a_crowd_presses_one_more_button_and_its_words_stay(address: str, crowded: None) -> None:
    settings = SiteSettings.load()
    settings.phone, settings.contact_email = "+44 1632 960 000", "help@kestrelmoor.example"
    settings.save()
    client = Client()
    client_id = str(uuid4())
    page = client.post(address, {"body": WORDS, "client_id": client_id})
    html = page.content.decode()
    assert (page.status_code, page["Retry-After"]) == (429, "1")
    assert "I am a person, go on" in html
    assert f'action="{address}"' in html
    assert 'href="tel:+441632960000"' in html
    assert 'href="mailto:help@kestrelmoor.example"' in html
    assert f'action="{HUMAN}"' in html, "the way to a person stays"
    assert not Customer.objects.exists()
    again = sent_again(page)
    assert (again["body"], again["client_id"]) == (WORDS, client_id)
    assert client.post(address, again).status_code == 302
    ticket = Ticket.objects.get()
    assert ticket.messages.get(author_kind="customer").body == WORDS
    assert ticket.messages.get(author_kind="customer").client_id == UUID(client_id)
    assert (ticket.turn == Turn.QUEUE) == (address == HUMAN)


@pytest.mark.django_db
def test_a_click_without_words_goes_on_after_one_more(crowded: None) -> None:
    client = Client()
    again = sent_again(client.post(HUMAN))
    assert "body" not in again
    assert client.post(HUMAN, again).status_code == 302
    assert Ticket.objects.get().turn == Turn.QUEUE


@pytest.mark.django_db
def test_a_script_is_told_in_json(crowded: None) -> None:
    told = Client().post("/ask/", {"body": WORDS}, headers={"X-Requested-With": "fetch"})
    assert (told.status_code, told.json()["error"]["code"]) == (429, "one_more_press")


@pytest.mark.django_db
def test_a_proof_is_good_once_for_an_hour_and_only_if_it_is_ours(
    crowded: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    again = sent_again(Client().post(HUMAN))
    assert Client().post(HUMAN, again).status_code == 302
    assert Client().post(HUMAN, again).status_code == 429
    forged = signing.dumps("x", salt="another")
    assert Client().post(HUMAN, {"proof": forged}).status_code == 429
    assert Client().post(HUMAN, {"proof": "x"}).status_code == 429
    old = sent_again(Client().post(HUMAN))
    monkeypatch.setattr(arrivals, "PROOF_SECONDS", -1)
    assert Client().post(HUMAN, old).status_code == 429
    assert Ticket.objects.count() == 1


@pytest.mark.django_db
def test_a_script_that_presses_the_button_fills_no_queue_and_the_words_wait_with_it(
    crowded: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "NEW_VISITORS_WITH_PROOF", parse("3/10 minutes"))
    for _ in range(6):
        client = Client()
        page = client.post("/ask/", sent_again(client.post("/ask/", {"body": WORDS})))
    assert Ticket.objects.count() == 3
    assert page.status_code == 429
    assert 0 < int(page["Retry-After"]) <= 60
    assert "Please wait" in page.content.decode()
    assert sent_again(page)["body"] == WORDS
    elsewhere = Client().post("/ask/", {"body": WORDS}, REMOTE_ADDR="192.0.2.7")
    assert elsewhere.status_code == 302


@pytest.mark.django_db
def test_whoever_is_known_notices_nothing_of_a_crowd(crowded: None, browser: Browser) -> None:
    for customer in (make_ticket().customer, make_customer(login=True)):
        assert browser(customer).post(HUMAN).status_code == 302
        assert browser(customer).post("/ask/", {"body": WORDS}).status_code == 302


# --- many from one visitor ------------------------------------------------------------------------


@pytest.mark.django_db
def test_whoever_opens_one_conversation_after_the_other_goes_on_in_the_newest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limits, "OPEN_A_CONVERSATION", parse("3/10 minutes"))
    client = Client()
    for number in range(8):
        answered = client.post("/ask/", {"body": f"Question {number}"}, follow=True)
        assert answered.status_code == 200
        assert f"Question {number}" in answered.content.decode()
    assert Ticket.objects.count() == 3
    assert Message.objects.filter(author_kind="customer").count() == 8
    assert "go on in the newest" in answered.content.decode()
    asked = client.post(HUMAN, {"body": "A person, please"}, follow=True)
    assert "A person, please" in asked.content.decode()
    assert client.post(HUMAN).status_code == 302
    assert Ticket.objects.filter(turn=Turn.QUEUE).count() == 1
    assert Ticket.objects.count() == 3


@pytest.mark.django_db
def test_no_limit_at_all_keeps_anybody_from_a_person(
    monkeypatch: pytest.MonkeyPatch, browser: Browser
) -> None:
    """Whichever of them are used up: the person is asked for, and the words are there."""
    nothing = parse("1/10 minutes")
    for name in ("OPEN_A_CONVERSATION", "OPEN_WITHOUT_AN_ACCOUNT", "WRITE_A_MESSAGE"):
        monkeypatch.setattr(limits, name, nothing)
    ticket = make_ticket(turn=Turn.CUSTOMER, customer=make_customer(login=True))
    client = browser(ticket.customer)
    for _ in range(2):
        limits.count(nothing, "customer", str(ticket.customer_id))
    page = client.post(HUMAN, {"body": WORDS})
    assert page.status_code == 429
    assert f"{WORDS}</textarea>" in page.content.decode()
    ticket.refresh_from_db()
    assert ticket.turn == Turn.QUEUE
    assert "You are next" in page.content.decode()
    assert client.post(HUMAN).status_code == 302
    assert Ticket.objects.count() == 1


@pytest.mark.django_db
def test_a_question_to_the_assistant_goes_to_a_person_when_it_is_sent_there_again() -> None:
    client = Client()
    sent = {"body": WORDS, "client_id": str(uuid4())}
    address = client.post("/ask/", sent)["Location"]
    assert client.post(HUMAN, sent)["Location"] == address
    assert Ticket.objects.get().turn == Turn.QUEUE
    assert Message.objects.filter(author_kind="customer").count() == 1


@pytest.mark.django_db
def test_visitors_of_one_address_together_open_only_so_many_more(
    monkeypatch: pytest.MonkeyPatch, browser: Browser
) -> None:
    monkeypatch.setattr(limits, "OPEN_WITHOUT_AN_ACCOUNT", parse("4/10 minutes"))
    clients = [Client() for _ in range(3)]
    for client in clients:
        for _ in range(3):
            assert client.post("/ask/", {"body": WORDS}).status_code == 302
    assert Ticket.objects.count() == 4 + 0 + 1, "a first one each, whatever the others did"
    account = make_customer(login=True)
    for _ in range(3):
        browser(account).post("/ask/", {"body": WORDS})
    assert Ticket.objects.filter(customer=account).count() == 3, "accounts are not among them"


@pytest.mark.django_db
def test_a_repetition_costs_nothing_and_is_never_added_to_another_conversation(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limits, "OPEN_A_CONVERSATION", parse("2/10 minutes"))
    client = Client()
    first = {"body": "The first", "client_id": str(uuid4())}
    address = client.post("/ask/", first)["Location"]
    client.post("/ask/", {"body": "The second"})
    for _ in range(4):
        assert client.post("/ask/", first)["Location"] == address
    assert Message.objects.filter(body="The first").count() == 1


@pytest.mark.django_db
def test_words_that_were_typed_already_go_along_to_the_person() -> None:
    client = Client()
    assert client.post(HUMAN, {"body": WORDS}).status_code == 302
    ticket = Ticket.objects.get()
    assert (ticket.turn, ticket.subject) == (Turn.QUEUE, WORDS)
    page = client.post(HUMAN, {"body": "y" * 20_001})
    assert page.status_code == 422
    assert "y" * 20_000 in page.content.decode()


# --- the first contact ----------------------------------------------------------------------------


def browser_with_a_form() -> Client:
    """A browser that has opened the page with the form, and nothing else."""
    client = Client(enforce_csrf_checks=True)
    client.get("/")
    assert "session" not in client.cookies
    return client


def send(client: Client, address: str, **fields: str) -> Any:
    """As if it had no session yet: what comes back is not kept."""
    fresh = Client(enforce_csrf_checks=True)
    fresh.cookies["csrf"] = client.cookies["csrf"].value
    return fresh.post(address, {**fields, "csrfmiddlewaretoken": client.cookies["csrf"].value})


@real_transactions
@pytest.mark.parametrize("address", ["/ask/", HUMAN])
def test_twenty_first_requests_at_once_are_one_visitor_and_one_conversation(address: str) -> None:
    client = browser_with_a_form()
    fields = {"body": WORDS, "client_id": str(uuid4())} if address == "/ask/" else {}
    answers = together(20, lambda _number: send(client, address, **fields))
    assert [getattr(answer, "status_code", answer) for answer in answers] == [302] * 20
    assert len({answer["Location"] for answer in answers if not isinstance(answer, Exception)}) == 1
    assert (Customer.objects.count(), Ticket.objects.count()) == (1, 1)
    assert Message.objects.filter(author_kind="customer").count() == len(fields) // 2


@real_transactions
def test_twenty_first_requests_of_a_browser_that_was_here_long_ago_are_one_new_visitor() -> None:
    client = browser_with_a_form()
    send(client, HUMAN)
    Customer.objects.update(created_at="2020-01-01T00:00Z")
    answers = together(20, lambda _number: send(client, HUMAN))
    assert len({answer["Location"] for answer in answers if not isinstance(answer, Exception)}) == 1
    assert (Customer.objects.count(), Ticket.objects.count()) == (2, 2)


@pytest.mark.django_db
def test_another_browser_with_the_same_client_id_is_another_visitor() -> None:
    client_id = str(uuid4())
    one, other = browser_with_a_form(), browser_with_a_form()
    first = send(one, "/ask/", body=WORDS, client_id=client_id)
    second = send(other, "/ask/", body="Show me theirs", client_id=client_id)
    assert first["Location"] != second["Location"]
    assert Customer.objects.count() == 2
    bare = Client()  # that has no form of ours, and no token
    assert bare.post("/ask/", {"body": "Mine?", "client_id": client_id})["Location"] not in (
        first["Location"],
        second["Location"],
    )


def long_ago(visitor: Customer) -> None:
    visitor.created_at = visitor.created_at - visitors.AT_ONCE


def confirmed(visitor: Customer) -> None:
    visitor.email = "ines@walkers.example"


def joined(visitor: Customer) -> None:
    visitor.joined_into = make_customer()


def logged_in(visitor: Customer) -> None:
    visitor.user = make_customer(login=True).user
    Customer.objects.filter(user=visitor.user).delete()


@pytest.mark.django_db
@pytest.mark.parametrize("change", [long_ago, confirmed, joined, logged_in])
def test_the_browsers_secret_never_stands_for_a_session(
    change: Callable[[Customer], None],
) -> None:
    """Who logs out, or comes back when the session is over, finds nothing by it."""
    client = browser_with_a_form()
    first = send(client, "/ask/", body=WORDS)
    visitor = Customer.objects.get()
    change(visitor)
    visitor.save()
    second = send(client, HUMAN)
    assert first["Location"] != second["Location"]
    assert Ticket.objects.order_by("-pk")[0].customer != visitor
    third = send(client, HUMAN)
    assert third["Location"] == second["Location"], "the new one is one again"


@pytest.mark.django_db
def test_a_page_that_sets_a_cookie_is_in_no_shared_cache() -> None:
    page = Client().get("/")
    assert "csrf" in page.cookies
    assert page.cookies["csrf"]["httponly"]
    assert "private" in page["Cache-Control"]
    assert access.VISITOR not in Client().session
