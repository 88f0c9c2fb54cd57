"""No page has a barrier that a machine finds: axe looks at all of them, light, dark and narrow."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, expect

from helpdesk.demo.logins import PASSWORD
from tests.journeys import pages
from tests.journeys.conftest import DESK, PHONE, Person
from tests.journeys.stage import STAGE
from tests.journeys.test_story import ADMIN, AGENT, CUSTOMER
from tests.live import LiveHelpdesk
from tickets.admin import site

pytestmark = [pytest.mark.browser, pytest.mark.model]

Somebody = Callable[..., Person]

LOG_INS = {pages.CUSTOMER: CUSTOMER, pages.AGENT: AGENT, pages.ADMIN: ADMIN}
# The form to try the API in is another's, whole: it is not ours to name and colour.
NOT_OURS = ["#operations"]
# In the admin one page of each kind is looked at on a phone, too; elsewhere all are.
ALSO_NARROW = (
    *("/admin/", "/admin/tickets/team/", "/admin/tickets/openinghours/1/change/"),
    *("/admin/tickets/escalationrule/add/", "/admin/bots/assistantsettings/playground/"),
)
# Of the admin's pages to add, to delete and of what happened, those of three models are looked at: the
# others are drawn by the same templates, and every model's list and form is looked at.
DRAWN_ALIKE = ("/add/", "/history/", "/delete/")
LOOKED_AT_WHOLE = ("/knowledgebase/article/", "/tickets/user/", "/tickets/escalationrule/")
ADMIN_PAGES = {f"/admin/{model._meta.label_lower.replace('.', '/')}/" for model in site._registry}
# Lists and forms of these models have templates of ours; in the dark the others are the theme's.
WITH_OWN_TEMPLATES = {
    *(f"/admin{model}" for model in LOOKED_AT_WHOLE),
    *("/admin/tickets/mailbox/", "/admin/tickets/connector/", "/admin/bots/task/"),
    *(
        f"/admin/{model._meta.label_lower.replace('.', '/')}/"
        for model, admin in site._registry.items()
        if getattr(admin, "list_before_template", None)
    ),
}
LEADS_ON = ("/admin/tickets/sitesettings/", "/admin/bots/assistantsettings/")  # to their one row
# The style sheets are no other site's: axe need not fetch them.
ALL_RULES: dict[str, Any] = {"resultTypes": ["violations"], "preload": False}
ONLY_CONTRAST = {**ALL_RULES, "runOnly": ["color-contrast"]}
# A narrow page has another layout and the colours of the wide one, which cost most to compare.
ALL_BUT_CONTRAST = {**ALL_RULES, "rules": {"color-contrast": {"enabled": False}}}
# No colour is on its way to another.
ARRIVED = """() => {
    void getComputedStyle(document.body).color;
    for (const one of document.getAnimations()) if (one instanceof CSSTransition) one.finish();
}"""


@pytest.fixture(scope="module")
def stage(company: LiveHelpdesk) -> dict[str, Any]:
    """Rows for every page to show, and where they are."""
    printed = company.manage("shell", "-v", "0", "-c", STAGE)
    return dict(json.loads(printed.strip().splitlines()[-1]))


def barriers(page: Page, options: dict[str, Any], *, seen: str) -> Iterator[str]:
    """What axe finds: the rule, where, and what it says of it."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate(
        "([context, options]) => axe.run(context, options)", [{"exclude": NOT_OURS}, options]
    )
    for violation in found["violations"]:
        for node in violation["nodes"]:
            yield f"{seen}: {violation['id']} at {node['html'][:160]} ({node['failureSummary']})"


def looked_at(person: Person, address: str) -> Iterator[str]:
    """A page in the light and, where it has colours or a layout of its own, in the dark and narrow."""
    page = person.page
    page.set_viewport_size({"width": DESK["width"], "height": DESK["height"]})
    page.emulate_media(color_scheme="light")
    answered = page.goto(person.base + address)
    assert answered is not None
    if answered.status == 403 and address.endswith(("/add/", "/delete/")):
        return  # not even an admin does this
    assert answered.status in (200, 404, 410), f"{address}: {answered.status}"
    assert page.url == person.base + address or address in LEADS_ON, f"{address}: {page.url}"
    yield from barriers(page, ALL_RULES, seen=f"{address} in the light")
    if address.endswith(DRAWN_ALIKE) and address not in ALSO_NARROW:
        return
    is_admins = address.startswith("/admin/")
    if not is_admins or address in ALSO_NARROW or has_own_templates(address):
        page.emulate_media(color_scheme="dark")
        if is_admins:
            page.goto(person.base + address)  # its theme looks at the scheme while it is loaded
        page.evaluate(ARRIVED)
        yield from barriers(page, ONLY_CONTRAST, seen=f"{address} in the dark")
    if not is_admins or address in ALSO_NARROW:
        page.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
        yield from barriers(page, ALL_BUT_CONTRAST, seen=f"{address} on a phone")


def has_own_templates(address: str) -> bool:
    """Whether what an admin sees there is drawn by templates of ours."""
    of_models = {model for model in ADMIN_PAGES if address.startswith(model)}
    return not of_models or bool(of_models & WITH_OWN_TEMPLATES)


def gives_the_password_again(person: Person) -> None:
    """A second factor is set up only by whoever has just done so."""
    person.opens("/account/reauthenticate/")
    person.page.get_by_label("Password").first.fill(PASSWORD)
    person.page.locator("main button[type=submit]").first.click()
    person.page.wait_for_url(lambda url: "reauthenticate" not in url)


def begins_what_goes_on_with_a_code(person: Person) -> None:
    """An account, and a new password: each has a page of its own to type the code."""
    for address, fields in (
        ("/account/signup/", {"email": "new@walkers.example", "password1": "over the moor we go"}),
        ("/account/password/reset/", {"email": CUSTOMER}),
    ):
        person.opens(address)
        for name, value in fields.items():
            person.page.locator(f"main [name={name}]").fill(value)
        person.page.locator("main button[type=submit]").first.click()
        expect(person.page).not_to_have_url(person.base + address)


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
        gives_the_password_again(person)
    else:
        begins_what_goes_on_with_a_code(person)
    addresses = [
        address
        for address in pages.addresses(who, stage)
        if not address.endswith(DRAWN_ALIKE) or any(model in address for model in LOOKED_AT_WHOLE)
    ]
    addresses.sort(key=lambda address: "logout" in address)  # only the last one ends a session
    assert [barrier for address in addresses for barrier in looked_at(person, address)] == []
