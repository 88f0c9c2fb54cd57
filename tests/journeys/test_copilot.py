"""A reply begins as a suggestion, is edited, and carries where it came from into the API."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import UNDO_SECONDS, Person
from tests.live import LiveHelpdesk

pytestmark = [pytest.mark.browser]

Somebody = Callable[..., Person]
AMARA = "amara@kestrelmoor.example"
STAGE = """
from tickets import actions
from tickets.actors import Actor
from tickets.models import Channel, Customer, Scope, User
amara = User.objects.get(email="amara@kestrelmoor.example")
customer = Customer.objects.create(name="Odile Marchetti")
ticket = actions.open_ticket(
    actor=Actor.of_customer(customer), customer=customer, channel=Channel.EMAIL,
    subject="Good morning", body="Good morning, I would like to write to you.",
    team=amara.teams.first(),
)
actions.accept(actor=Actor.agent(amara), ticket=ticket)
_key, secret = actions.create_api_key(
    actor=Actor.system(), name="Journey", scopes=[Scope.TICKETS_READ, Scope.TICKETS_WRITE]
)
print(ticket.reference, secret)
"""
TO_BE_READ = """
from knowledgebase import indexing
print(indexing.due(indexing.current_encoder()).count())
"""
ASKS = "The link to reset my password says that it has expired. What do I do?"


def wait_until_articles_are_found_by_meaning(company: LiveHelpdesk) -> None:
    until = time.monotonic() + 120
    while company.manage("shell", "-v", "0", "-c", TO_BE_READ).split()[-1] != "0":
        assert time.monotonic() < until, "the articles were not read in two minutes"
        time.sleep(1)


def test_a_reply_that_began_as_a_suggestion_carries_that_into_the_api(
    somebody: Somebody, company: LiveHelpdesk
) -> None:
    wait_until_articles_are_found_by_meaning(company)
    reference, secret = company.manage("shell", "-v", "0", "-c", STAGE).split()[-2:]
    amara = somebody()
    amara.logs_in(AMARA)
    page = amara.page
    amara.opens(f"/workspace/{reference}/?view=mine")
    expect(page.locator("[data-conversation][data-live=yes]")).to_be_visible()
    expect(page.locator("#copilot-fit")).to_contain_text("No suggested reply.")

    messages = f"{company.url}/api/v1/tickets/{reference}/messages/"
    by_key = {"Authorization": f"Bearer {secret}"}
    written = page.request.post(messages, headers=by_key, data={"body": ASKS})
    assert written.status == 201
    expect(page.locator("#copilot-fit")).to_contain_text("Suggested reply", timeout=15_000)
    expect(page.locator("#copilot-fit")).to_contain_text("Reset your password")
    # Nobody answers what they have not read: the page counts it as read after a moment.
    expect(page.locator("#composer [name=seen]")).to_have_value(str(written.json()["position"]))

    text = page.locator("#composer-body")
    text.fill("One moment please.")
    text.press("Escape")
    page.keyboard.press("i")
    expect(text).to_have_value(re.compile("Hi Odile,"))
    assert text.input_value().startswith("One moment please.\n\nHi Odile,")
    expect(page.locator("#conversation > [data-author=agent]")).to_have_count(0)
    text.fill(text.input_value().replace("One moment please.\n\n", "") + "\n(Billing)")
    page.keyboard.press("Control+Enter")
    reply = page.locator("#conversation > [data-author=agent]")
    expect(reply).to_have_count(1, timeout=(UNDO_SECONDS + 10) * 1000)
    expect(reply).to_contain_text("Began as a suggestion")
    expect(reply).to_contain_text("Reset your password")

    answer = page.request.get(messages, headers=by_key)
    (told,) = [one["suggested"] for one in answer.json()["results"] if one["suggested"]]
    assert told["by"] == "Amara"
    assert 0 < told["edited"] < 20
    assert told["sources"][0]["title"] == "Reset your password"
