"""Two customers are merged from a ticket by keyboard, and parted again with everything where it was."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Person
from tests.live import LiveHelpdesk

pytestmark = [pytest.mark.browser]

Somebody = Callable[..., Person]
AMARA = "amara@kestrelmoor.example"
STAGE = """
from tickets import actions
from tickets.actors import Actor
from tickets.models import Channel, Customer, User
amara = User.objects.get(email="amara@kestrelmoor.example")
names = ("Journey Twin", "J. Twin")
pair = [
    Customer.objects.create(name=name, phone="+44 7700 901234", email=f"twin{place}@twins.example")
    for place, name in enumerate(names)
]
actions.change_customer(actor=Actor.agent(amara), customer=pair[1], name="tags", value=["climber"])
tickets = [
    actions.open_ticket(
        actor=Actor.of_customer(one), customer=one, channel=Channel.EMAIL,
        subject=f"Matter of {one.name}", body="Where is my rope?", team=amara.teams.first(),
    )
    for one in pair
]
print(tickets[0].reference)
"""
LATER = """
from tickets import actions
from tickets.actors import Actor
from tickets.models import Customer
one = Customer.objects.get(email="twin1@twins.example")
actions.post_message(actor=Actor.of_customer(one), ticket=one.tickets.get(), body="It came.")
"""
STANDS = """
from tickets.models import Customer
rows = Customer.objects.filter(email__endswith="@twins.example").order_by("email")
print([(c.name, c.tags, c.merged_into_id, [t.messages.filter(author_customer=c).count()
    for t in c.tickets.all()]) for c in rows])
"""


def test_two_customers_are_merged_and_parted_again_with_everything_where_it_was(
    somebody: Somebody, company: LiveHelpdesk
) -> None:
    reference = company.manage("shell", "-v", "0", "-c", STAGE).split()[-1]
    amara = somebody()
    amara.logs_in(AMARA)
    page = amara.page
    amara.opens(f"/workspace/{reference}/")
    expect(page.locator("[data-conversation][data-live=yes]")).to_be_visible()
    page.keyboard.press("c")
    expect(page.get_by_role("heading", name="Journey Twin", level=1)).to_be_visible()
    amara.sees("the same telephone number")
    page.get_by_role("link", name="Compare J. Twin").click()
    page.locator("input[name=keep_name][value=theirs]").check()
    page.get_by_role("button", name="They are one person").click()

    expect(page.get_by_role("heading", name="J. Twin", level=1)).to_be_visible()
    expect(page.locator(".customer__timeline")).to_contain_text("Matter of Journey Twin")
    expect(page.locator(".customer__timeline")).to_contain_text("Matter of J. Twin")
    expect(page.locator(".customer__marks")).to_contain_text("climber")

    company.manage("shell", "-v", "0", "-c", LATER)
    page.get_by_role("button", name="Part them again").click()
    expect(page.get_by_role("heading", name="Journey Twin", level=1)).to_be_visible()
    expect(page.locator(".customer__timeline")).not_to_contain_text("Matter of J. Twin")
    expect(page.locator(".customer__marks")).not_to_contain_text("climber")
    stands = company.manage("shell", "-v", "0", "-c", STANDS).strip().splitlines()[-1]
    assert stands == ("[('Journey Twin', [], None, [1]), ('J. Twin', ['climber'], None, [2])]")
