"""What is simple is done by the assistant: a parcel found, a return label made and taken back, on a phone."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import PHONE, Person
from tests.journeys.test_mail import agent_at, mail_to
from tests.journeys.test_story import ADMIN
from tests.live import LiveHelpdesk

pytestmark = [pytest.mark.browser, pytest.mark.model]

Somebody = Callable[..., Person]
WANTED = (
    "I want to move my appointment",
    "Can I come on another day?",
    "I can't make it on Tuesday, change my appointment",
    "please rebook me for next week",
    "The time of my fitting does not suit me any more",
)
MAYA, ORDER, OTHER = "maya@lindqvist.example", "KM-47790", "KM-48877"


def _asks(visitor: Person, words: str) -> None:
    """Begin a conversation with the assistant."""
    visitor.opens("/ask/")
    visitor.page.locator("main textarea[name=body]").fill(words)
    visitor.page.locator("main form button").first.click()
    visitor.page.wait_for_url(re.compile(r"/requests/\w+/$"))


def _proves(visitor: Person, company: LiveHelpdesk, address: str) -> None:
    card = visitor.page.get_by_role("region", name="Prove your e-mail address")
    card.get_by_label("Your e-mail address").fill(address)
    card.get_by_role("button", name="Mail me the code").click()
    field = card.get_by_label("Code from the mail")
    expect(field).to_be_visible()
    body = mail_to(company, address, "This is the code for it").get_body(("plain",))
    assert body is not None
    codes = re.findall(r"^([0-9]{6})$", body.get_content(), re.MULTILINE)
    field.fill(codes[0])
    card.get_by_role("button", name="Check the code").click()


def test_a_visitor_finds_a_parcel_gets_a_return_label_and_takes_it_back(
    somebody: Somebody, company: LiveHelpdesk
) -> None:
    visitor = somebody(PHONE)
    _asks(visitor, "hi, where's my parcel?")
    visitor.sees("Which one is it about?")
    visitor.writes(f"it's {ORDER}")
    visitor.sees("make sure that it is you")
    _proves(visitor, company, MAYA)
    visitor.sees("Handed over at the door")
    visitor.sees("Kestrel & Moor shop")

    visitor.writes("The stove leaks a bit. Can I get a return label for it?")
    visitor.sees("Shall I make a return label")
    visitor.page.locator("body").press("Escape")
    choices = visitor.page.locator("#conversation > li").last.locator(".answer__choices")
    expect(choices.get_by_role("button")).to_have_count(3)
    choices.get_by_role("button", name="Yes").click()
    visitor.sees("Your return has the number R-")
    visitor.page.locator(".answer__choices").get_by_role("button", name="Undo").click()
    visitor.sees("It is taken back.")
    expect(visitor.page.locator(".answer__choices:visible")).to_have_count(0)
    wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert not visitor.page.evaluate(wide)


def test_whoever_asks_about_an_order_that_is_not_theirs_learns_nothing(somebody: Somebody) -> None:
    visitor = somebody(PHONE)
    visitor.opens("/account/login/")
    visitor.logs_in(MAYA)
    _asks(visitor, f"Where is my order {OTHER}?")
    visitor.sees(f"I find no order {OTHER} of yours.")
    assert "Fell 2" not in visitor.page.locator("#conversation").inner_text()
    visitor.writes(OTHER)
    visitor.sees("You joined the queue")


def test_whoever_gets_angry_in_the_middle_is_with_a_person_who_sees_all_of_it(
    somebody: Somebody,
) -> None:
    visitor = somebody(PHONE)
    visitor.opens("/account/login/")
    visitor.logs_in(MAYA)
    _asks(visitor, f"I want to return something of {ORDER}, I need a return label")
    visitor.sees("Shall I make a return label")
    reference = visitor.page.url.rstrip("/").rpartition("/")[2]
    visitor.writes("This is ridiculous, you useless machine! I am absolutely furious!")
    visitor.sees("You joined the queue")
    agent = agent_at(somebody, reference)
    agent.sees("Get a return label")
    agent.sees(ORDER)


def test_an_admin_builds_a_task_keeps_a_scenario_and_is_told_what_a_rule_would_break(
    somebody: Somebody,
) -> None:
    """By the steps of docs/admins.md, each where the page has it."""
    admin = somebody()
    admin.logs_in(ADMIN)
    admin.opens("/admin/bots/task/add/")
    page = admin.page
    page.locator("[name=name]").press_sequentially("Change my appointment")
    expect(page.locator("[name=key]")).to_have_value("change-my-appointment")
    page.locator("[name=active]").check()
    page.locator("[name=sentences]").fill("\n".join(WANTED))
    page.locator("[name=others]").fill("What does a fitting cost?")
    page.locator("[name=does]").select_option("hand_over")
    page.locator("[name=answer]").fill("I have asked for {hour}. Somebody confirms it to you.")
    fact = page.locator("[name=facts-0-question]")
    page.get_by_text(re.compile("Add another")).first.click()
    fact.fill("On which day would you like to come?")
    page.locator("[name=facts-0-key]").fill("day")

    admin.presses("Show what customers read")
    admin.sees("{hour} is nothing that is known here.")
    page.locator("[name=answer]").fill("I have asked for {day}. Somebody confirms it to you.")
    admin.presses("Show what customers read")
    admin.sees("I have asked for what they wrote. Somebody confirms it to you.")
    admin.presses("Save")
    page.wait_for_url(lambda url: url.endswith("/bots/task/"))

    admin.opens("/admin/bots/assistantsettings/playground/")
    page.locator("textarea").first.fill("can I move my appointment to another day")
    page.locator("form:has(textarea) button").first.click()
    admin.sees("On which day would you like to come?")

    admin.opens("/admin/bots/scenario/add/")
    page.locator("[name=name]").fill("Somebody wants another day")
    page.locator("[name=turns-0-text]").fill("I need to change my appointment")
    page.locator("[name=turns-0-expected]").select_option("task")
    page.locator("[name=turns-0-task_key]").select_option("change_my_appointment")
    admin.presses("Save")
    page.wait_for_url(lambda url: "/scenario/add" not in url)

    admin.opens("/admin/tickets/escalationrule/add/")
    page.locator("[name=name]").fill("Appointments are for people")
    page.locator("[name=sentence]").fill("Somebody at the desk moves them.")
    page.locator("#field-0").select_option("text")
    page.locator("#value-0").fill("appointment")
    page.locator("[name=hand_over]").check()
    page.locator("[name=save]").click()
    admin.sees("1 scenario passes now and would break with this change.")
    admin.sees("Somebody wants another day")
    admin.presses("Back")
    expect(page.locator("[name=name]")).to_have_value("Appointments are for people")
    admin.opens("/admin/tickets/escalationrule/")
    expect(page.get_by_text("Appointments are for people")).to_have_count(0)
