"""The desk: nothing typed is lost, nothing is sent by mistake, and nobody writes across a colleague."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import UNDO_SECONDS, Person
from tests.live import LiveHelpdesk

pytestmark = [pytest.mark.browser]

Somebody = Callable[..., Person]
AMARA, ADMIN = "amara@kestrelmoor.example", "odhran@kestrelmoor.example"
# Conversations that Amara has, with customers who have no page open.
STAGE = """
from tickets import actions
from tickets.actors import Actor
from tickets.models import Channel, Customer, User
amara = User.objects.get(email="amara@kestrelmoor.example")
for number in range(3):
    customer = Customer.objects.create(name=f"Quiet Customer {number}")
    ticket = actions.open_ticket(
        actor=Actor.of_customer(customer), customer=customer, channel=Channel.EMAIL,
        subject=f"Quiet matter {number}", body="When will you open?", team=amara.teams.first(),
    )
    actions.accept(actor=Actor.agent(amara), ticket=ticket)
    print(ticket.reference)
"""


@pytest.fixture
def references(company: LiveHelpdesk) -> list[str]:
    return company.manage("shell", "-v", "0", "-c", STAGE).split()


def agent(somebody: Somebody, email: str, reference: str) -> Person:
    person = somebody()
    person.logs_in(email)
    person.opens(f"/workspace/{reference}/?view=mine")
    expect(person.page.locator("[data-conversation][data-live=yes]")).to_be_visible()
    return person


def composer(page: Page) -> str:
    return page.locator("#composer-body").input_value()


def replies(person: Person) -> list[str]:
    said = person.page.locator("#conversation > [data-author=agent] .message__body")
    return said.all_inner_texts()


def test_what_is_typed_survives_a_crash_and_undo_takes_a_reply_back(
    somebody: Somebody, references: list[str]
) -> None:
    amara = agent(somebody, AMARA, references[0])
    page = amara.page
    page.keyboard.press("r")
    page.keyboard.type("We open on Monday")
    expect(page.locator("[data-saved]")).to_have_text("Draft saved")
    page.context.close()  # the machine is gone, without a word

    amara = agent(somebody, AMARA, references[0])
    page = amara.page
    assert composer(page) == "We open on Monday"
    page.locator("#composer-body").focus()
    page.keyboard.press("Control+Enter")
    leaving = page.locator(".leaving__reply")
    expect(leaving).to_contain_text("We open on Monday")
    expect(leaving).to_contain_text("Leaves in")
    page.locator("#composer-body").blur()
    page.keyboard.press("z")
    expect(page.locator("#composer-body")).to_have_value("We open on Monday")
    page.wait_for_timeout((UNDO_SECONDS + 2) * 1000)
    assert replies(amara) == []


def test_two_who_answer_at_once_read_each_other_first(
    somebody: Somebody, references: list[str]
) -> None:
    amara = agent(somebody, AMARA, references[1])
    odhran = agent(somebody, ADMIN, references[1])
    odhran.page.keyboard.press("r")
    odhran.page.keyboard.type("At nine, I think")
    amara.sees("Odhrán MacAllister is writing")
    amara.writes("At nine on Monday.")
    odhran.sees("is sending a reply")
    odhran.page.keyboard.press("Control+Enter")
    odhran.sees("Read it, then send")
    expect(odhran.page.locator("#conversation > [data-author=agent]")).to_have_count(1)
    assert composer(odhran.page) == "At nine, I think"
    assert replies(amara) == ["At nine on Monday."]


def test_by_keyboard_each_act_leads_to_the_next_conversation(
    somebody: Somebody, references: list[str]
) -> None:
    amara = agent(somebody, AMARA, references[2])
    page = amara.page
    here = page.url
    page.keyboard.press("r")
    page.keyboard.type("On Monday at nine.")
    page.keyboard.press("Control+Shift+Enter")
    page.wait_for_url(lambda url: url != here)
    expect(page.locator(".toast--leaving")).to_contain_text("your reply leaves")
    expect(page.locator("[data-conversation]")).to_be_visible()
    page.goto(here)
    expect(page.locator("#conversation > [data-author=agent]")).to_have_count(1)
    page.keyboard.press("e")
    page.wait_for_url(lambda url: references[2] not in url)
    expect(page.locator(".toast--leaving")).to_contain_text("resolved")


def test_a_colleague_who_is_named_hears_of_it_at_once_and_opens_it_at_the_note(
    somebody: Somebody, references: list[str]
) -> None:
    odhran = somebody()
    odhran.logs_in(ADMIN)
    odhran.opens("/workspace/")
    bell = odhran.page.locator("[data-bell-count]")
    expect(bell).to_be_hidden()
    page = agent(somebody, AMARA, references[0]).page
    page.keyboard.press("n")
    page.keyboard.type("Would you look, @odh")
    expect(page.get_by_role("option", name="Odhrán MacAllister")).to_be_visible()
    page.keyboard.press("Enter")
    page.keyboard.type("please?")
    expect(page.locator("#composer-body")).to_have_value(
        "Would you look, @Odhrán MacAllister please?"
    )
    page.keyboard.press("Control+Enter")
    expect(page.locator(".mention")).to_have_text("@Odhrán MacAllister")
    expect(bell).to_have_text("1", timeout=15_000)
    odhran.page.locator("[data-bell]").click()
    centre = odhran.page.locator("#notifications")
    centre.get_by_role("link", name="Amara Okonkwo mentioned you").click()
    expect(odhran.page.locator("[data-author=note] .mention")).to_be_in_viewport()
    expect(bell).to_be_hidden(timeout=15_000)  # it is before their eyes
