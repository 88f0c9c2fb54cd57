"""An admin tries a rule that acts by itself, switches it on, is told why it acted, and takes it back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Person
from tests.live import LiveHelpdesk

pytestmark = [pytest.mark.browser]

Somebody = Callable[..., Person]
ADMIN = "odhran@kestrelmoor.example"
AMARA = "amara@kestrelmoor.example"
OPEN = """
from tickets import actions
from tickets.actors import Actor
from tickets.models import Channel, Customer, User
amara = User.objects.get(email="amara@kestrelmoor.example")
customer = Customer.objects.create(name="Sunniva Lie")
ticket = actions.open_ticket(
    actor=Actor.of_customer(customer), customer=customer, channel=Channel.EMAIL,
    subject="Automation matter", body="Where is my parcel?", team=amara.teams.first(),
)
actions.accept(actor=Actor.agent(amara), ticket=ticket)
print(ticket.reference)
"""
TAG = """
import sys
from tickets import actions
from tickets.actors import Actor
from tickets.models import Ticket, User
amara = User.objects.get(email="amara@kestrelmoor.example")
ticket = Ticket.objects.get(reference="%s")
actions.change_tags(actor=Actor.agent(amara), ticket=ticket, add=["%s"])
"""


def test_a_rule_is_tried_switched_on_acts_is_explained_and_rolled_back(
    somebody: Somebody, company: LiveHelpdesk
) -> None:
    tried, acted = (company.manage("shell", "-v", "0", "-c", OPEN).split()[-1] for _ in range(2))
    company.manage("shell", "-v", "0", "-c", TAG % (tried, "lorry"))

    admin = somebody()
    admin.logs_in(ADMIN)
    page = admin.page
    admin.opens("/admin/tickets/escalationrule/add/")
    page.get_by_label("Name", exact=True).fill("Lorries go first")
    page.get_by_label("What for, in a sentence").fill("A lorry that waits costs by the hour.")
    page.get_by_label("It is looked at when").select_option("changed")
    page.locator("#field-0").select_option("tags")
    page.locator("#value-0").fill("lorry")
    page.get_by_label("Hand over to a person").uncheck()
    page.get_by_label("Set the priority").select_option("4")
    page.get_by_label("Write an internal note").fill("Ring the depot first.")
    expect(page.locator("#rule-words")).to_contain_text("set the priority to urgent")

    # What would have happened, before it is switched on. Nothing is changed by that.
    page.get_by_role("button", name="Try it").click()
    expect(page.locator("#rule-trial")).to_contain_text(tried)
    page.get_by_role("button", name="Save", exact=True).click()
    admin.sees("“Lorries go first” is saved.")

    company.manage("shell", "-v", "0", "-c", TAG % (acted, "lorry"))
    amara = somebody()
    amara.logs_in(AMARA)
    amara.opens(f"/workspace/{acted}/")
    expect(amara.page.get_by_text("Ring the depot first.")).to_be_visible(timeout=30_000)
    amara.sees("Rule: Lorries go first")
    amara.opens(f"/workspace/{acted}/history/")
    amara.sees("Rule “Lorries go first”, version 1")
    amara.opens(f"/workspace/{tried}/")
    expect(amara.page.get_by_text("Ring the depot first.")).to_have_count(0)

    # The admin comes from the history to what showed it, changes the rule, and goes back.
    admin.opens(f"/workspace/{acted}/history/")
    page.get_by_role("link", name="Rule “Lorries go first”, version 1").first.click()
    admin.sees("Done")
    admin.opens("/admin/tickets/escalationrule/")
    page.get_by_role("link", name="Lorries go first").click()
    page.get_by_label("Set the priority").select_option("3")
    page.get_by_role("button", name="Save", exact=True).click()
    page.locator(".rule", has_text="Lorries go first").get_by_role("link", name="version 2").click()
    page.get_by_role("button", name="Go back to this version").first.click()
    admin.sees("“Lorries go first” says that again.")
    expect(page.get_by_label("Set the priority")).to_have_value("4")
