"""A visitor on a phone proves by a mailed code who they are, and the agent who asked sees it at once."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import PHONE, Person
from tests.journeys.test_mail import agent_at, mail_to
from tests.live import LiveHelpdesk

pytestmark = [pytest.mark.browser, pytest.mark.model]

Somebody = Callable[..., Person]
NADIA = "nadia@carrickguides.example"


def test_a_visitor_on_a_phone_proves_an_address_by_the_mailed_code_and_the_agent_sees_it(
    somebody: Somebody, company: LiveHelpdesk
) -> None:
    visitor = somebody(PHONE)
    visitor.opens("/talk-to-a-human/")
    visitor.page.locator("main").get_by_role("button", name="Talk to a human").first.click()
    visitor.page.wait_for_url(re.compile(r"/requests/\w+/$"))
    reference = visitor.page.url.rstrip("/").rpartition("/")[2]
    visitor.writes("I need a return label for the tent that I ordered.")
    visitor.sees("I need a return label")

    agent = agent_at(somebody, reference)
    badge = agent.page.locator("[data-panel=head] [data-identity]")
    agent.presses("Accept")
    expect(badge).to_have_text("Unknown visitor")
    agent.page.locator("body").press("y")

    card = visitor.page.get_by_role("region", name="Prove your e-mail address")
    card.get_by_label("Your e-mail address").fill(NADIA)
    card.get_by_role("button", name="Mail me the code").click()
    code_field = card.get_by_label("Code from the mail")
    expect(code_field).to_be_visible()
    mail = mail_to(company, NADIA, "This is the code for it")
    body = mail.get_body(("plain",))
    assert body is not None
    (code,) = re.findall(r"^([0-9]{6})$", body.get_content(), re.MULTILINE)

    code_field.fill("111 111" if code != "111111" else "222 222")
    card.get_by_role("button", name="Check the code").click()
    expect(card).to_contain_text("2 tries are left")
    code_field.fill(f"{code[:3]} {code[3:]}")
    card.get_by_role("button", name="Check the code").click()
    visitor.sees("You proved your e-mail address.")
    expect(card).to_have_count(0)
    wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert not visitor.page.evaluate(wide)

    expect(badge).to_contain_text("Code, ")
    panel = agent.page.locator("[data-panel=customer]")
    expect(panel).to_contain_text(NADIA)
    expect(panel).to_contain_text("in this conversation only")
    assert code not in agent.page.content()
