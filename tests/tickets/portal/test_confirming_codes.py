"""Codes that do not fit: wrong, used, too old, overtaken, guessed; and where a code never stands."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.tickets.ledger import kinds
from tests.tickets.portal.conftest import BY_SCRIPT, Browser, page_of
from tests.tickets.portal.test_confirming import (
    AGAIN,
    ANSWER,
    CONFIRM,
    VICTIM,
    asked,
    left,
    mailed,
    says,
    unseen,
)
from tickets.intake import limits
from tickets.models import Claim, Customer, Ticket

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("code", ["", "K7MXQ-2PB9R", "x" * 41, "\u0130" * 10, "'; --"])
def test_a_wrong_code_is_an_error_of_the_form(browser: Browser, code: str) -> None:
    left(asked())
    client = browser()
    for headers in ({}, BY_SCRIPT):
        refused = client.post(CONFIRM, {"code": code}, headers=headers)
        assert refused.status_code == 422
    assert "There is a problem" in client.post(CONFIRM, {"code": code}).content.decode()
    assert "Is this yours?" not in client.get(CONFIRM).content.decode()


def test_whoever_guesses_codes_gets_thirty_guesses_and_no_more(browser: Browser) -> None:
    code = left(asked())
    client = browser()
    for _ in range(limits.TRY_A_CODE.amount):
        assert client.post(CONFIRM, {"code": "K7MXQ-2PB9R"}).status_code == 422
    assert client.post(CONFIRM, {"code": code}).status_code == 429


def test_a_code_that_is_too_old_says_so_and_offers_another(browser: Browser) -> None:
    ticket = asked()
    code = left(ticket)
    Claim.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    client = browser()
    client.post(CONFIRM, {"code": code})
    page = client.get(CONFIRM)
    assert page.status_code == 410
    assert "This code is too old" in page.content.decode()
    assert client.post(AGAIN)["Location"] == CONFIRM
    assert kinds(ticket)[-1] == "email.code_asked"
    unseen(client, ticket)


def test_a_code_to_an_address_that_was_left_by_mistake_is_over_for_good(browser: Browser) -> None:
    ticket = asked()
    mistaken = left(ticket, "stranger@walkers.example")
    right = left(ticket)
    for _ in range(2):
        stranger = browser()
        stranger.post(CONFIRM, {"code": mistaken})
        page = stranger.get(CONFIRM)
        assert page.status_code == 410
        assert "Send another code" not in page.content.decode()
        before = kinds(ticket)
        assert stranger.post(AGAIN)["Location"] == CONFIRM
        assert kinds(ticket) == before
        unseen(stranger, ticket)
        if ticket.customer.email is None:
            says(browser(), right)
            ticket.refresh_from_db()


@pytest.mark.parametrize(
    "ask",
    [
        lambda client, ticket: client.post(ANSWER, {"mine": "yes"}),
        lambda client, ticket: client.post(AGAIN),
    ],
    ids=["answer", "again"],
)
def test_without_a_code_there_is_nothing_to_answer(
    browser: Browser, ask: Callable[[Client, Ticket], object]
) -> None:
    ticket = asked()
    left(ticket)
    before = kinds(ticket)
    client = browser()
    ask(client, ticket)
    assert client.post(page_of(ticket, "code/")).status_code == 404
    assert kinds(ticket) == before
    assert not Customer.objects.filter(email=VICTIM).exists()


def test_a_conversation_asks_for_its_code_until_it_was_typed(browser: Browser) -> None:
    ticket = asked()
    client = browser(ticket.customer)
    left(ticket)
    page = client.get(page_of(ticket)).content.decode()
    assert 'name="code"' in page
    assert client.post(page_of(ticket, "code/")).status_code == 302
    assert kinds(ticket)[-1] == "email.code_asked"
    for _ in range(limits.MAIL_TO_AN_UNCONFIRMED_ADDRESS.amount - 1):
        assert client.post(page_of(ticket, "code/")).status_code == 302
    before = kinds(ticket)
    assert client.post(page_of(ticket, "code/")).status_code == 429  # nothing is promised
    assert kinds(ticket) == before
    says(client, mailed(ticket))
    assert 'name="code"' not in client.get(page_of(ticket)).content.decode()


def test_a_token_stands_in_no_address_that_is_sent(browser: Browser) -> None:
    """Whatever a route takes in its path is in every log on the way."""
    code = left(asked())
    client = browser()
    seen = [client.post(CONFIRM, {"code": code})["Location"]]
    seen.append(client.post(ANSWER, {"mine": "yes"})["Location"])
    page = client.get(seen[-1]).content.decode()
    seen += re.findall(r'(?:href|action|src)="([^"]*)"', page)
    assert not [address for address in seen if code in address or code.replace("-", "") in address]
