"""A service level is paused, warned of, broken and explained, in what an agent sees and is told."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Person
from tests.live import LiveHelpdesk

pytestmark = [pytest.mark.browser]

Somebody = Callable[..., Person]
AMARA = "amara@kestrelmoor.example"
# Three hours by the clock, a warning after three quarters. Each began so many minutes ago.
STAGE = """
from datetime import timedelta
from django.utils import timezone
from tickets import actions, clock
from tickets.actors import Actor
from tickets.models import Channel, Customer, SlaPolicy, Ticket, User
amara = User.objects.get(email="amara@kestrelmoor.example")
# Whoever plays it again finds nothing of the time before.
Ticket.objects.filter(tags__contains=["journey"]).update(tags=[])
every = {(metric, priority): "3 h" for metric in ("first", "resolution") for priority in (1, 2, 3, 4)}
actions.save_service_level(
    actor=Actor.system(), policy=SlaPolicy.objects.filter(name="Journey").first(),
    values={
        "name": "Journey", "position": "1", "active": True, "match": "all", "business": False,
        "conditions": [{"field": "tags", "op": "any_of", "value": ["journey"]}],
        "warn_percent": "75", "targets": every,
    },
)
for name, minutes in (("Calm", 60), ("Near", 150), ("Late", 200)):
    customer = Customer.objects.create(name=f"{name} Customer")
    with clock.at(timezone.now() - timedelta(minutes=minutes)):
        ticket = actions.open_ticket(
            actor=Actor.of_customer(customer), customer=customer, channel=Channel.EMAIL,
            subject=f"{name} matter", body="Where is my parcel?", team=amara.teams.first(),
        )
        actions.accept(actor=Actor.agent(amara), ticket=ticket)
        actions.change_tags(actor=Actor.agent(amara), ticket=ticket, add=["journey"])
    print(ticket.reference)
"""


def test_a_promise_is_paused_warned_of_broken_and_explained(
    somebody: Somebody, company: LiveHelpdesk
) -> None:
    calm, near, late = company.manage("shell", "-v", "0", "-c", STAGE).split()[-3:]
    amara = somebody()
    amara.logs_in(AMARA)
    page = amara.page
    amara.opens("/workspace/?q=tag:journey&sort=due")
    rows = page.locator(".inbox-row")
    expect(rows).to_have_count(3, timeout=30_000)
    expect(rows.nth(0)).to_contain_text("20 min late")
    expect(rows.nth(1)).to_contain_text(re.compile(r"in (29|30) min"))
    expect(rows.nth(2)).to_contain_text(re.compile(r"in 1 h|in 2 h"))

    # The sweep has said it by itself, each once.
    amara.opens(f"/workspace/{late}/history/")
    said = page.get_by_text("said that a promise of the service level is broken")
    expect(said).to_have_count(2, timeout=30_000)  # the first response, and the resolution
    amara.opens(f"/workspace/{near}/history/")
    said = page.get_by_text("said that a promise of the service level is near its end")
    expect(said).to_have_count(2, timeout=30_000)

    amara.opens(f"/workspace/{late}/")
    promises = page.locator(".promises")
    expect(promises).to_contain_text("Overdue 20 min")
    expect(promises).to_contain_text(re.compile(r"3 h by the clock from \w+ [\d:]+; was due \w+"))

    # Put aside, it stands still; brought back, it is due later by so much.
    amara.opens(f"/workspace/{calm}/")
    expect(page.locator("[data-conversation][data-live=yes]")).to_be_visible()
    expect(promises).to_contain_text(re.compile(r"due \w+"))
    page.keyboard.press("s")
    page.locator("#snooze button[value=customer]").click()
    expect(promises).to_contain_text("Paused", timeout=15_000)
    expect(promises).to_contain_text(re.compile(r"paused since \w+ [\d:]+ \(put aside\), 2 h left"))
