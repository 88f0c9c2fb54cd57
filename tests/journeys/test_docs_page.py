"""The page for integrators, in a real browser under our strict policy."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.live import LiveHelpdesk

pytestmark = pytest.mark.browser


def test_it_shows_every_operation_and_breaks_no_policy(
    live_helpdesk: LiveHelpdesk, browser: Browser
) -> None:
    page = browser.new_page()
    trouble: list[str] = []
    page.on("console", lambda message: trouble.append(message.text))
    page.on("pageerror", lambda error: trouble.append(str(error)))
    paths = page.request.get(f"{live_helpdesk.url}/api/schema/?format=json").json()["paths"]
    page.goto(f"{live_helpdesk.url}/api/docs/")
    page.wait_for_selector(".opblock")
    assert page.locator(".opblock").count() == sum(map(len, paths.values())) > 15
    page.get_by_text("Open a ticket", exact=True).click()
    page.locator(".opblock.is-open").get_by_text("Idempotency-Key").first.wait_for()
    assert trouble == []
    page.close()
