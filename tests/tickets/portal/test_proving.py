"""Proving an address on the page of a conversation: by script and without, and what a stranger learns."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.factories import make_agent, make_customer, make_ticket, make_visitor
from tests.tickets.email.mail_server import owe_due
from tests.tickets.portal.conftest import BY_SCRIPT, Browser, page_of
from tests.tickets.proofs import INES, by, made, other_than
from tickets import actions
from tickets.actors import Actor
from tickets.models import Delivery, IdentityCheck, Ticket, Turn, Verification

pytestmark = pytest.mark.django_db

TALK = "Talk to a human"


@pytest.fixture
def ticket() -> Ticket:
    """A visitor talks with an agent, who asked who they are."""
    ticket = make_ticket(turn=Turn.ASSISTANT, customer=make_visitor())
    actions.ask_to_prove(actor=Actor.agent(make_agent(teams=[ticket.team])), ticket=ticket)
    return ticket


def asks(client: Client, ticket: Ticket, email: str = INES, **options: Any) -> Any:
    return client.post(page_of(ticket, "proof/"), {"email": email}, **options)


def types(client: Client, ticket: Ticket, code: str, **options: Any) -> Any:
    return client.post(page_of(ticket, "proof/code/"), {"code": code}, **options)


def shown(client: Client, ticket: Ticket) -> str:
    return client.get(page_of(ticket)).content.decode()


def code_of(ticket: Ticket) -> str:
    """What the mail says, as the worker makes it."""
    position = IdentityCheck.objects.get(ticket=ticket).position or 0
    return actions.make_code(actor=Actor.system(), ticket=ticket, position=position)


def test_a_visitor_proves_an_address_without_script(browser: Browser, ticket: Ticket) -> None:
    owner = make_customer(email=INES)
    client = browser(ticket.customer)
    page = shown(client, ticket)
    assert 'name="email"' in page
    assert TALK in page
    assert asks(client, ticket)["Location"] == page_of(ticket)
    page = shown(client, ticket)
    assert "If we know <bdi>ines@walkers.example</bdi>, a code is on its way there." in page
    assert 'inputmode="numeric"' in page
    assert 'autocomplete="one-time-code"' in page
    assert TALK in page
    code = code_of(ticket)
    assert code not in page
    answered = types(client, ticket, f" {code[:3]} {code[3:]}")
    assert answered["Location"] == page_of(ticket)
    assert Verification.objects.get().customer == owner
    page = shown(client, ticket)
    assert "You proved your e-mail address." in page
    assert 'id="proof-title"' not in page


def test_by_script_the_card_comes_as_news(browser: Browser, ticket: Ticket) -> None:
    make_customer(email=INES)
    client = browser(ticket.customer)
    news = asks(client, ticket, headers=BY_SCRIPT).json()
    assert 'name="code"' in news["panels"]["proof"]
    wrong = types(client, ticket, other_than(code_of(ticket)), headers=BY_SCRIPT)
    assert wrong.status_code == 200
    assert "2 tries are left" in wrong.json()["panels"]["proof"]
    right = types(client, ticket, code_of(ticket), headers=BY_SCRIPT).json()
    assert right["panels"]["proof"].strip() == ""


@pytest.mark.parametrize(
    ("by_script", "address"),
    [(True, INES), (False, INES)],
)
def test_nothing_that_a_browser_gets_tells_a_known_address_from_an_unknown_one(
    browser: Browser, by_script: bool, address: str
) -> None:
    """The answers word for word, and the statements that they cost, to the last wrong code."""
    make_customer(email=address)
    headers = BY_SCRIPT if by_script else {}
    told = []
    for email in (address, "ivos@walkers.example"):  # as long as the other
        ticket = make_ticket(turn=Turn.ASSISTANT, customer=make_visitor(), body="Where is it?")
        client = browser(ticket.customer)
        shown(client, ticket)
        steps = []
        for step in ("ask", "page", "wrong", "wrong", "wrong", "wrong", "page"):
            with CaptureQueriesContext(
                connection,
            ) as asked:
                if step == "ask":
                    response = asks(client, ticket, email, headers=headers)
                elif step == "wrong":
                    response = types(client, ticket, "000000", headers=headers)
                else:
                    response = client.get(page_of(ticket))
            words = response.content.decode().replace(email, "ADDRESS")
            words = words.replace(ticket.reference, "REFERENCE")
            steps.append((response.status_code, len(asked), visible(words)))
            if step == "ask":  # what the worker does is seen by nobody
                owe_due()
                code_of(ticket)
        told.append(steps)
    assert Delivery.objects.count() == 1
    for known, unknown in zip(*told, strict=True):
        assert known == unknown


def visible(words: str) -> list[str]:
    """A page line by line, without what differs from one page of a conversation to the next."""
    drawn = ("csrfmiddlewaretoken", "client_id", "datetime=", "nonce=", "X-CSRFToken", "data-holds")
    return [line for line in words.splitlines() if not any(one in line for one in drawn)]


def test_what_is_no_code_is_no_try(browser: Browser, ticket: Ticket) -> None:
    client = browser(ticket.customer)
    asks(client, ticket)
    for typed in ("", "12345", "1234567", "abcdef", "12\x0034 56", "²²²²²²", "😀" * 40, "1" * 5000):
        answered = types(client, ticket, typed)
        assert answered.status_code == 422, typed
        assert 'role="alert"' in answered.content.decode()
    assert IdentityCheck.objects.get().tries == 0


@pytest.mark.parametrize("zero", ["0", "٠", "０", "०"], ids=["latin", "arabic", "wide", "hindi"])
def test_digits_of_every_script_are_the_same_digits(
    browser: Browser, ticket: Ticket, zero: str
) -> None:
    make_customer(email=INES)
    client = browser(ticket.customer)
    asks(client, ticket)
    typed = "".join(chr(ord(zero) + int(digit)) for digit in code_of(ticket))
    assert types(client, ticket, f"{typed[:3]}\u00a0{typed[3:]}").status_code == 302
    assert Verification.objects.exists()


def test_after_three_wrong_codes_a_new_one_can_be_asked_for(
    browser: Browser, ticket: Ticket
) -> None:
    make_customer(email=INES)
    client = browser(ticket.customer)
    asks(client, ticket)
    code = code_of(ticket)
    for _ in range(3):
        refused = types(client, ticket, other_than(code))
        assert refused.status_code == 422
    page = refused.content.decode()
    assert "Three codes were wrong" in page
    assert 'name="code"' not in page
    assert TALK in page
    asks(client, ticket)
    assert types(client, ticket, code_of(ticket)).status_code == 302


def test_an_old_code_is_said_to_be_old(browser: Browser, ticket: Ticket) -> None:
    client = browser(ticket.customer)
    asks(client, ticket)
    IdentityCheck.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert "The code is too old by now." in shown(client, ticket)


def test_ten_codes_in_a_minute_are_three_and_words_that_say_what_to_do(
    browser: Browser, ticket: Ticket
) -> None:
    make_customer(email=INES)
    client = browser(ticket.customer)
    answers = [asks(client, ticket, headers=BY_SCRIPT) for _ in range(10)]
    assert [answer.status_code for answer in answers] == [200] * 3 + [429] * 7
    said = answers[-1].json()["error"]["message"]
    assert "Try again in 10 minutes, or talk to a human." in said
    page = asks(client, ticket)
    assert page.status_code == 429
    assert "or talk to a human" in page.content.decode()
    owe_due()
    assert Delivery.objects.count() == 1  # of the newest: the others are asked for no more


def test_an_address_gets_no_more_than_ten_codes_a_day_from_whomever(browser: Browser) -> None:
    statuses = []
    for _ in range(11):
        ticket = make_ticket(turn=Turn.ASSISTANT, customer=make_visitor())
        statuses.append(asks(browser(ticket.customer), ticket).status_code)
    assert statuses == [302] * 10 + [429]


def test_a_stranger_finds_no_conversation_to_prove_anything_in(
    browser: Browser, ticket: Ticket
) -> None:
    make_customer(email=INES)
    code = made(ticket)
    for who in (None, make_visitor(), make_customer(login=True)):
        client = browser(who)
        assert asks(client, ticket).status_code == 404
        assert types(client, ticket, code).status_code == 404
    assert not Verification.objects.exists()


def test_a_page_that_answered_is_the_conversation_when_it_is_reloaded(
    browser: Browser, ticket: Ticket
) -> None:
    client = browser(ticket.customer)
    for part in ("proof/", "proof/code/"):
        assert client.get(page_of(ticket, part))["Location"] == page_of(ticket)


def test_whoever_left_an_address_or_is_known_need_not_type_it_again(browser: Browser) -> None:
    customer = make_customer(login=True)
    ticket = make_ticket(turn=Turn.ASSISTANT, customer=customer)
    actions.ask_to_prove(actor=Actor.agent(make_agent(teams=[ticket.team])), ticket=ticket)
    page = shown(browser(customer), ticket)
    assert f'<input type="hidden" name="email" value="{customer.email}">' in page
    assert f"We mail a code to <bdi>{customer.email}</bdi>" in page


def test_the_card_is_shown_only_while_something_is_to_be_proved(browser: Browser) -> None:
    ticket = make_ticket(turn=Turn.ASSISTANT, customer=make_visitor())
    client = browser(ticket.customer)
    assert 'id="proof-title"' not in shown(client, ticket)
    actions.ask_to_prove(actor=Actor.agent(make_agent(teams=[ticket.team])), ticket=ticket)
    assert 'id="proof-title"' in shown(client, ticket)
    IdentityCheck.objects.update(wanted_at=timezone.now() - timedelta(days=1, seconds=1))
    assert 'id="proof-title"' not in shown(client, ticket)
    actions.ask_to_prove(actor=Actor.agent(make_agent(teams=[ticket.team])), ticket=ticket)
    assert 'id="proof-title"' in shown(client, ticket)
    actions.confirm_solved(actor=by(ticket), ticket=ticket)
    assert 'id="proof-title"' not in shown(client, ticket)
