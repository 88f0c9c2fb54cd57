"""No page has a barrier that a machine finds: axe looks at all of them, light, dark and narrow."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.journeys import pages
from tests.journeys.conftest import DESK, PHONE, Person
from tests.journeys.test_story import ADMIN, AGENT, CUSTOMER
from tests.live import LiveHelpdesk
from tickets.admin import site

pytestmark = [pytest.mark.browser, pytest.mark.model]

Somebody = Callable[..., Person]

LOG_INS = {pages.CUSTOMER: CUSTOMER, pages.AGENT: AGENT, pages.ADMIN: ADMIN}
# The form to try the API in is another's, whole: it is not ours to name and colour.
NOT_OURS = ["#operations"]
# In the admin one page of each kind is looked at on a phone, too; elsewhere all are.
NARROW_IN_THE_ADMIN = (
    *("/admin/", "/admin/tickets/team/", "/admin/tickets/openinghours/1/change/"),
    *("/admin/tickets/escalationrule/add/", "/admin/bots/assistantsettings/playground/"),
)
ONLY_CONTRAST = {"resultTypes": ["violations"], "runOnly": ["color-contrast"]}
# Colours change within a frame or two, where they change smoothly.
DRAWN = """() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))
    .then(() => Promise.all(document.getAnimations()
        .filter((one) => one.effect.getComputedTiming().endTime < Infinity)
        .map((one) => one.finished.catch(() => {}))))"""
ALL_RULES = {"resultTypes": ["violations"]}


@pytest.fixture(scope="module")
def stage(company: LiveHelpdesk) -> dict[str, Any]:
    """Rows for every page to show, and where they are."""
    printed = company.manage("shell", "-v", "0", "-c", pages.STAGE)
    return dict(json.loads(printed.strip().splitlines()[-1]))


def barriers(page: Page, options: dict[str, Any], *, seen: str) -> Iterator[str]:
    """What axe finds: the rule, where, and what it says of it."""
    found = Axe().run(page, context={"exclude": NOT_OURS}, options=options)
    for violation in found.response["violations"]:
        for node in violation["nodes"]:
            yield f"{seen}: {violation['id']} at {node['html'][:160]} ({node['failureSummary']})"


def looked_at(person: Person, address: str) -> Iterator[str]:
    """A page in the light and in the dark and, where it is laid out otherwise, on a phone."""
    page = person.page
    page.set_viewport_size({"width": DESK["width"], "height": DESK["height"]})
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    answered = page.goto(person.base + address)
    assert answered is not None
    if answered.status == 403 and address.endswith(("/add/", "/delete/")):
        return  # not even an admin does this
    assert answered.status in (200, 404, 410), f"{address}: {answered.status}"
    yield from barriers(page, ALL_RULES, seen=f"{address} in the light")
    page.emulate_media(color_scheme="dark")
    page.evaluate(DRAWN)
    yield from barriers(page, ONLY_CONTRAST, seen=f"{address} in the dark")
    if not address.startswith("/admin/") or address in NARROW_IN_THE_ADMIN:
        page.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
        yield from barriers(page, ALL_RULES, seen=f"{address} on a phone")


def test_every_route_is_a_page_that_is_looked_at_or_none() -> None:
    models = {model._meta.label_lower.replace(".", "_") for model in site._registry}
    named = {*pages.PAGES, *pages.NO_PAGES, *pages.names_of_models(dict.fromkeys(models))}
    assert pages.routes() == named
    assert not pages.PAGES.keys() & pages.NO_PAGES


@pytest.mark.parametrize("who", [pages.ANYBODY, *LOG_INS])
def test_no_page_has_a_barrier(somebody: Somebody, stage: dict[str, Any], who: str) -> None:
    assert all(stage["rows"].values()), f"Some have no row to look at: {stage['rows']}"
    person = somebody()
    if who in LOG_INS:
        person.logs_in(LOG_INS[who])
    # Only the last one ends a session.
    addresses = sorted(pages.addresses(who, stage), key=lambda address: "logout" in address)
    assert [barrier for address in addresses for barrier in looked_at(person, address)] == []
