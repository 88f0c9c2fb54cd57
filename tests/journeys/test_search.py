"""Somebody looks for what was said long ago, and reads it in its place."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import PHONE, Person
from tests.journeys.test_story import ADMIN

pytestmark = pytest.mark.browser


def test_a_sentence_of_an_old_conversation_is_found_and_opens_in_its_place(
    somebody: Callable[..., Person],
) -> None:
    agent = somebody()
    agent.logs_in(ADMIN)
    agent.opens("/workspace/")
    page = agent.page
    box = page.get_by_role("combobox", name="Search conversations")

    page.keyboard.press("/")
    expect(box).to_be_focused()
    page.keyboard.type("from")
    options = page.get_by_role("option")
    expect(options).to_have_count(1)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(box).to_have_value("from:")
    expect(options).to_have_count(3)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(box).to_have_value("from:agent ")
    page.keyboard.type('"scanned in Carlisle"')
    page.keyboard.press("Enter")

    page.wait_for_url("**/workspace/?q=**")
    expect(page.locator(".found__words mark")).to_have_text("scanned in Carlisle")
    page.keyboard.press("j")
    page.keyboard.press("Enter")

    page.wait_for_url(re.compile(r"at=\d+#m\d+$"))
    message = page.locator(".message:target")
    expect(message).to_contain_text("scanned in Carlisle")
    expect(message).to_be_in_viewport()
    expect(page.locator(".inbox-row[data-current] mark").first).to_be_visible()

    agent.opens("/workspace/?q=stauts:open")
    agent.sees("Do you mean status:?")


def test_a_search_works_without_script_on_a_phone(somebody: Callable[..., Person]) -> None:
    agent = somebody(PHONE, script=False)
    agent.logs_in(ADMIN)
    agent.opens("/workspace/")
    agent.page.get_by_label("Search conversations").fill("parcel status:closed")
    agent.page.get_by_label("Search conversations").press("Enter")
    agent.page.get_by_text("How to search").click()
    agent.sees("the last words are older than a day")
    agent.page.locator(".inbox-row a").first.click()
    expect(agent.page.locator(".message").first).to_be_visible()
