"""A problem with thirty affected conversations: they are answered at once, and resolve together."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Person
from tests.live import LiveHelpdesk

pytestmark = [pytest.mark.browser]

# Thirty customers with one outage, which Amara has linked with it.
STAGE = """
from tickets import actions
from tickets.actors import Actor
from tickets.models import Channel, Customer, LinkKind, User
amara = User.objects.get(email="amara@kestrelmoor.example")
by_amara, team = Actor.agent(amara), amara.teams.first()

def opened(name, body):
    customer = Customer.objects.create(name=name)
    return actions.open_ticket(
        actor=Actor.of_customer(customer), customer=customer, channel=Channel.EMAIL, body=body, team=team
    )

problem = opened("Head Warden", "The payment page declines every card.")
actions.accept(actor=by_amara, ticket=problem)
for number in range(30):
    ticket = opened(f"Declined Customer {number}", "My card is declined.")
    actions.link(actor=by_amara, ticket=ticket, other=problem, kind=LinkKind.CAUSED_BY)
print(problem.reference, ticket.reference)
"""
WHAT_CAME_OF_IT = """
from tickets.models import Message, Ticket
found = Ticket.objects.filter(links__to_ticket__reference="PROBLEM")
said = Message.objects.filter(ticket__in=found, author_kind="agent")
print(found.filter(resolution="resolved").count(), said.count(), said.values("ticket").distinct().count())
"""


def test_thirty_affected_conversations_are_answered_at_once_and_resolve_together(
    company: LiveHelpdesk, somebody: Callable[..., Person]
) -> None:
    problem, one = company.manage("shell", "-v", "0", "-c", STAGE).split()
    amara = somebody()
    amara.logs_in("amara@kestrelmoor.example")
    amara.opens(f"/workspace/{problem}/")
    amara.sees("30 affected conversations")
    page = amara.page
    page.locator(".linked").get_by_role("link", name="Answer or resolve all affected").click()
    page.get_by_label("Message to each of their customers").fill("Cards are taken again.")
    page.get_by_label("And this problem with them").check()
    amara.presses("Send to all 30")
    amara.sees("On its way")
    expect(page.locator("#progress")).to_contain_text("30 of 30 done", timeout=25_000)
    amara.opens(f"/workspace/{one}/")
    amara.sees("Cards are taken again.")
    amara.opens(f"/workspace/{problem}/")
    amara.sees("none open")
    expect(page.locator(".ticket__meta")).to_contain_text("Resolved")
    counted = WHAT_CAME_OF_IT.replace("PROBLEM", problem)
    assert company.manage("shell", "-v", "0", "-c", counted).split() == ["30", "30", "30"]
