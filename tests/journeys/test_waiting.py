"""Whoever waits reads what is true now, while nothing happens on their own page; and dangers first."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import PHONE, Person
from tests.journeys.test_story import AGENT, ask

pytestmark = [pytest.mark.browser, pytest.mark.model]

Somebody = Callable[..., Person]


def reference(person: Person) -> str:
    return person.page.url.rstrip("/").rsplit("/", 1)[1]


def asks_for_a_person(somebody: Somebody) -> Person:
    customer = somebody(PHONE)
    customer.page.clock.install()
    customer.opens("/")
    customer.presses("Talk to a human")
    customer.page.wait_for_url(re.compile(r"/requests/\w+/"))
    return customer


def test_the_place_and_the_wait_are_asked_for_again_and_not_left_standing(
    somebody: Somebody,
) -> None:
    agent = somebody()
    agent.logs_in(AGENT)
    agent.opens("/workspace/")
    agent.page.mouse.move(200, 200)
    first, second = asks_for_a_person(somebody), asks_for_a_person(somebody)
    title = second.page.locator(".turn-status__title")
    wait = second.page.locator("[data-wait]")
    before = title.inner_text()
    expect(wait).to_be_visible()

    agent.opens(f"/workspace/{reference(first)}/")
    agent.presses("Accept")
    first.sees("joined the conversation")
    assert title.inner_text() == before, "nothing happened in the second one's own conversation"
    second.page.clock.fast_forward(70_000)
    expect(title).not_to_have_text(before)

    second.page.context.set_offline(True)
    holds = int(wait.get_attribute("data-holds") or 0)  # seconds; a longer wait is true for longer
    second.page.clock.fast_forward(3 * holds * 1000)
    second.page.clock.fast_forward(70_000)
    expect(wait).to_be_hidden()
    second.page.context.set_offline(False)
    second.page.clock.fast_forward(70_000)
    expect(wait).to_be_visible()


def test_a_danger_shows_the_safety_line_before_the_queue_place(somebody: Somebody) -> None:
    customer = somebody(PHONE)
    ask(customer, "Help, it smells of gas in the whole tent and I cannot close the cartridge!")
    warning = customer.page.locator(".message[data-safety]")
    expect(warning).to_contain_text("Your safety comes first")
    expect(warning).to_contain_text("Please read this first")
    following = warning.locator("xpath=following-sibling::li")
    expect(following.last).to_contain_text("A person")
