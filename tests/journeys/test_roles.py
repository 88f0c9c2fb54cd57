"""An outside agent answers a customer whose address they never see; then their role gives less."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import PHONE, Person
from tests.live import LiveHelpdesk

pytestmark = pytest.mark.browser

Somebody = Callable[..., Person]
SECRETS: Final = ("zephyrine", "quillfeather", "900148")
STAGE: Final = """
from allauth.account.models import EmailAddress
from helpdesk.demo.logins import PASSWORD
from tickets import actions
from tickets.actors import Actor
from tickets.models import *
team = Team.objects.order_by("pk").first()
sam = User.objects.create_user(
    "sam@partner.example", PASSWORD, name="Sam Partner", role="agent",
    staff_role=StaffRole.objects.get(key="outside"),
)
sam.teams.add(team)
EmailAddress.objects.create(user=sam, email=sam.email, verified=True, primary=True)
customer = Customer.objects.create(
    email="zephyrine@quillfeather.example", phone="+44 7700 900148"
)
ticket = actions.open_ticket(
    actor=Actor.of_customer(customer), customer=customer, channel=Channel.PORTAL,
    body="The zip of my coat broke.", team=team, to_a_person=True,
)
print(ticket.reference)
"""
WRITES: Final = """
from tickets import actions
from tickets.actors import Actor
from tickets.models import *
ticket = Ticket.objects.get(reference="{reference}")
actions.post_message(
    actor=Actor.of_customer(ticket.customer), ticket=ticket, body="Are you still there?"
)
"""
LESS: Final = """
from tickets import actions
from tickets.actors import Actor
from tickets.models import *
sam = User.objects.get(email="sam@partner.example")
sam.staff_role = StaffRole.objects.get(key="light")
actions.change_setting(actor=Actor.system(), instance=sam)
"""


def test_an_outside_agent_answers_and_sees_no_address(
    somebody: Somebody, company: LiveHelpdesk
) -> None:
    reference = company.manage("shell", "-v", "0", "-c", STAGE).split()[-1]
    sam = somebody()
    frames: list[str] = []
    sam.page.on("websocket", lambda ws: ws.on("framereceived", lambda f: frames.append(str(f))))

    def sees_no_address() -> None:
        html = sam.page.content()
        assert not [one for one in SECRETS if one in html or one in "".join(frames)]

    sam.logs_in("sam@partner.example")
    sam.opens("/workspace/?view=waiting")
    expect(sam.page.get_by_text("z•••@q•••.example").first).to_be_visible()
    sees_no_address()
    sam.opens(f"/workspace/{reference}/")
    expect(sam.page.locator("[data-conversation][data-live=yes]")).to_be_visible()
    expect(sam.page.locator("#about")).to_contain_text("••• 48")
    sees_no_address()
    sam.writes("I am looking for a new zip.")
    conversation = sam.page.locator("#conversation")
    expect(conversation).to_contain_text("I am looking for a new zip.", timeout=20_000)

    # What comes live is masked as well.
    company.manage("shell", "-v", "0", "-c", WRITES.format(reference=reference))
    expect(conversation).to_contain_text("Are you still there?", timeout=20_000)
    sees_no_address()
    sam.opens("/workspace/?q=zephyrine")
    expect(sam.page.locator(f"[data-reference='{reference}']")).to_have_count(0)

    # A phone shows no more.
    sam.page.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
    sam.opens(f"/workspace/{reference}/")
    sees_no_address()
    sam.page.set_viewport_size({"width": 1440, "height": 900})

    # A permission that is taken away while the page is open: said in words, and the words stay.
    sam.opens(f"/workspace/{reference}/")
    text = sam.page.locator("[data-composer] textarea")
    text.fill("It takes about a week.")
    company.manage("shell", "-v", "0", "-c", LESS)
    sam.page.locator("[data-composer] [data-send]").click()
    expect(sam.page.locator("#composer-error")).to_contain_text("Your role does not include")
    expect(text).to_have_value("It takes about a week.")
    sam.page.reload()
    expect(sam.page.get_by_role("button", name="Resolve")).to_have_count(0)
    expect(sam.page.get_by_text("Your role writes notes here.").first).to_be_visible()
