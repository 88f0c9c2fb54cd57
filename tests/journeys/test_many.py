"""A view that was built by the form is shared by its address, acted on as a whole, and put back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from helpdesk.demo.logins import PASSWORD
from tests.journeys.conftest import Person
from tests.live import LiveHelpdesk

pytestmark = [pytest.mark.browser]

ADA, BEN = "ada@recall.example", "ben@recall.example"
# A team of its own: seventy about a recall, of which every seventh is urgent, and ten about a refund.
STAGE = f"""
from allauth.account.models import EmailAddress
from tickets import actions
from tickets.actors import Actor
from tickets.models import Channel, Customer, Role, Team, User
team = Team.objects.create(name="Recall", slug="recall")
for email, name in (("{ADA}", "Ada Recall"), ("{BEN}", "Ben Recall")):
    user = User.objects.create_user(email, "{PASSWORD}", name=name, role=Role.AGENT)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    user.teams.set([team])
by_user = Actor.agent(user)
for number in range(80):
    customer = Customer.objects.create(name=f"Recall Customer {{number}}")
    ticket = actions.open_ticket(
        actor=Actor.of_customer(customer), customer=customer, channel=Channel.EMAIL, team=team,
        subject=f"Matter {{number}}", body="Is my stove one of those?",
    )
    tag = "stove" if number < 70 else "refund"
    actions.change_tags(actor=by_user, ticket=ticket, add=[tag])
    if number % 7 == 0:
        actions.change_ticket(actor=by_user, ticket=ticket, name="priority", value="4")
"""
OUTCOME = """
from tickets.models import Event, Ticket
found = Ticket.objects.filter(team__slug="recall")
print(found.filter(tags__contains=["recalled"]).count(), found.filter(priority=4).count())
"""


def rows(page: Page) -> list[str]:
    """The references in the list, in their order; how long ago something was differs meanwhile."""
    found = page.locator(".inbox-row__select input").all()
    return [str(one.get_attribute("value")) for one in found]


def test_an_agent_builds_a_view_shares_it_acts_on_all_of_it_and_undoes_that(
    company: LiveHelpdesk, somebody: Callable[..., Person]
) -> None:
    company.manage("shell", "-v", "0", "-c", STAGE)
    ada = somebody()
    ada.logs_in(ADA)
    page = ada.page
    # "(urgent or stove) and waiting": the form adds the second as enough, then the third beside both.
    ada.opens("/workspace/filter/?q=priority:urgent")
    page.get_by_label("Anything else").select_option("tag")
    page.get_by_label("Value").fill("stove")
    page.get_by_label("It is enough if this holds").check()
    ada.presses("Show")
    page.get_by_role("link", name="Filter and arrange").click()
    page.get_by_label("Status").select_option("waiting")
    page.get_by_label("Groups").select_option("priority")
    ada.presses("Show")
    expect(page.locator(".inbox-row__link")).to_have_count(50)
    address = page.url.removeprefix(company.url)
    assert "OR" in address
    assert "group=priority" in address

    ben = somebody()
    ben.logs_in(BEN)
    ben.opens(address)
    expect(ben.page.locator(".inbox-row__link")).to_have_count(50)
    assert rows(ben.page) == rows(page)

    page.locator(".inbox-row__select").first.click()
    page.get_by_label("in this list").check()
    page.locator(".bulk-bar").get_by_role("button", name="Tag", exact=True).click()
    ada.sees("72 conversations")
    page.locator("[name=tag]").fill("recalled")
    page.locator("main form button.button--primary").last.click()
    expect(page.locator("#job")).to_contain_text("72 done", timeout=60_000)
    assert company.manage("shell", "-v", "0", "-c", OUTCOME).split() == ["72", "12"]

    page.locator("#job").get_by_role("button", name="Undo").click()
    expect(page.locator("#job")).to_contain_text("72 done", timeout=60_000)
    assert company.manage("shell", "-v", "0", "-c", OUTCOME).split() == ["0", "12"]
