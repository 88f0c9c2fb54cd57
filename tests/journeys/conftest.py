"""The stage of the journeys: a running helpdesk with the demo company in it, and people at browsers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import count

import pytest
from playwright.sync_api import Browser, Page, expect

from helpdesk.demo.logins import PASSWORD
from tests.live import LiveHelpdesk

_numbers = count(1)
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1440, "height": 900}

expect.set_options(timeout=10_000)

UNDO_SECONDS = 4
LOAD = f"""
from rich.progress import Progress
from helpdesk.demo.load import load
with Progress(disable=True) as progress:
    load(progress)
from tickets.models import SiteSettings, Team
Team.objects.update(hours=None, grace_minutes=0)
SiteSettings.objects.update(undo_seconds={UNDO_SECONDS})
"""


@pytest.fixture(scope="session")
def company(live_helpdesk: LiveHelpdesk) -> LiveHelpdesk:
    """The demo company, whose teams are always open, so that a journey is the same on a Sunday. Agents
    come and go from one journey to the next: nothing is taken from them for that.

    What agents send can be taken back for a shorter time than by default.
    """
    live_helpdesk.manage("shell", "-v", "0", "-c", LOAD)
    return live_helpdesk


class Person:
    """Somebody at a browser of their own. Every error of a page's script fails the journey."""

    def __init__(self, page: Page, base: str) -> None:
        self.page = page
        self.base = base
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on(
            "console",
            lambda message: (
                self.errors.append(message.text)
                if "Content Security Policy" in message.text
                or "Content-Security-Policy" in message.text
                else None
            ),
        )

    def opens(self, path: str) -> None:
        self.page.goto(self.base + path)

    def logs_in(self, email: str, password: str = PASSWORD) -> None:
        self.opens("/account/login/")
        self.page.get_by_label("E-mail").or_(self.page.get_by_label("Email")).first.fill(email)
        self.page.get_by_label("Password").first.fill(password)
        self.page.locator("main button[type=submit]").first.click()
        self.page.wait_for_url(lambda url: "/account/login" not in url)

    def sees(self, text: str) -> None:
        expect(self.page.get_by_text(text).filter(visible=True).first).to_be_visible()

    def presses(self, name: str) -> None:
        self.page.get_by_role("button", name=name).first.click()

    def writes(self, text: str) -> None:
        self.page.locator("[data-composer] textarea").fill(text)
        composer = self.page.locator("[data-composer]")
        composer.locator("[data-send], :scope:not(:has([data-send])) button").last.click()


@pytest.fixture
def somebody(browser: Browser, company: LiveHelpdesk) -> Iterator[Callable[..., Person]]:
    """Makes people, each with a browser profile of their own; checks their pages at the end."""
    with ExitStack() as stack:
        people: list[Person] = []

        def make(size: dict[str, int] = DESK, *, script: bool = True) -> Person:
            page = stack.enter_context(_page(browser, size, script=script))
            person = Person(page, company.url)
            people.append(person)
            return person

        yield make
        assert [error for person in people for error in person.errors] == []


@contextmanager
def _page(browser: Browser, size: dict[str, int], *, script: bool) -> Iterator[Page]:
    number = next(_numbers)
    context = browser.new_context(
        # Each comes from an address of its own, as real people do: conversations are limited by it.
        extra_http_headers={"X-Forwarded-For": f"10.1.{number // 250}.{number % 250}"},
        viewport={"width": size["width"], "height": size["height"]},
        timezone_id="Europe/London",
        java_script_enabled=script,
    )
    try:
        yield context.new_page()
    finally:
        context.close()
