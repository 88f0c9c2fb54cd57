"""A macro answers, tags and snoozes in one step, by keyboard, and one step undoes it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import UNDO_SECONDS, Person
from tests.live import LiveHelpdesk

pytestmark = [pytest.mark.browser]

Somebody = Callable[..., Person]
AMARA = "amara@kestrelmoor.example"
STAGE = """
from tickets import actions
from tickets.actors import Actor
from tickets.models import Channel, Customer, User
amara = User.objects.get(email="amara@kestrelmoor.example")
customer = Customer.objects.create(name="Quiet Customer")
ticket = actions.open_ticket(
    actor=Actor.of_customer(customer), customer=customer, channel=Channel.EMAIL,
    subject="Quiet matter", body="Where is my parcel?", team=amara.teams.first(),
)
actions.accept(actor=Actor.agent(amara), ticket=ticket)
print(ticket.reference)
actions.save_macro(
    actor=Actor.agent(amara), macro=None, name="Journey: parcel is late", send_at_once=True,
    body="Dear {customer.first_name}, it is late.", note="Rang the courier",
    acts={"add_tags": ["journey"], "snooze": 48},
)
"""


def test_a_macro_answers_tags_and_snoozes_in_one_step_and_is_undone(
    somebody: Somebody, company: LiveHelpdesk
) -> None:
    once = company.manage("shell", "-v", "0", "-c", STAGE).split()[-1]
    amara = somebody()
    amara.logs_in(AMARA)
    page = amara.page
    amara.opens(f"/workspace/{once}/?view=mine")
    expect(page.locator("[data-conversation][data-live=yes]")).to_be_visible()

    page.keyboard.press("q")
    dialog = page.locator("#macros")
    expect(dialog.get_by_label("Name or folder")).to_be_focused()
    page.keyboard.type("journey")
    expect(dialog.locator("[data-macro]")).to_have_count(1)
    preview = dialog.locator("[data-macro-preview]")
    expect(preview).to_contain_text("Dear Quiet, it is late.")
    expect(preview).to_contain_text("Put aside for 2 days")
    page.keyboard.press("Enter")
    expect(page.locator(".leaving__reply")).to_contain_text("Then: Tags added: journey")
    tag = page.locator("[data-panel=properties]").get_by_text("journey")
    expect(tag).to_have_count(0)
    expect(page.locator("#conversation > [data-author=agent]")).to_have_count(
        1, timeout=(UNDO_SECONDS + 10) * 1000
    )
    expect(tag.first).to_be_visible(timeout=15_000)
    expect(page.locator("[data-author=note]")).to_contain_text("Rang the courier")
    page.keyboard.press("z")
    amara.sees("Undone: Applied a macro")
    expect(tag).to_have_count(0)
    expect(page.locator("#conversation > [data-author=agent]")).to_have_count(1)


GAP = """
from tickets import actions
from tickets.actors import Actor
from tickets.models import Channel, Customer, User
amara = User.objects.get(email="amara@kestrelmoor.example")
customer = Customer.objects.create(name="Hollis Marsh")
ticket = actions.open_ticket(
    actor=Actor.of_customer(customer), customer=customer, channel=Channel.EMAIL,
    subject="Gapped matter", body="Where is it?", team=amara.teams.first(),
)
actions.accept(actor=Actor.agent(amara), ticket=ticket)
print(ticket.reference)
actions.save_macro(
    actor=Actor.agent(amara), macro=None, name="Gapped matter: ask the courier", send_at_once=True,
    body="We ask about {fact.order_number}.", note="", acts={},
)
"""


def test_from_the_palette_a_macro_goes_below_what_was_begun_and_leaves_with_no_gap(
    somebody: Somebody, company: LiveHelpdesk
) -> None:
    reference = company.manage("shell", "-v", "0", "-c", GAP).split()[-1]
    amara = somebody()
    amara.logs_in(AMARA)
    page = amara.page
    amara.opens(f"/workspace/{reference}/?view=mine")
    expect(page.locator("[data-conversation][data-live=yes]")).to_be_visible()
    body = page.locator("#composer-body")
    page.keyboard.press("r")
    page.keyboard.type("Dear Hollis,")

    page.keyboard.press("Control+k")
    page.keyboard.type("gapped matter")
    first = page.locator("#palette [role=option]").first
    expect(first).to_contain_text("Gapped matter: ask the courier")
    expect(first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    preview = page.locator("#macros [data-macro-preview]")
    expect(preview).to_contain_text("We ask about")
    page.keyboard.press("Enter")
    expect(body).to_have_value(re.compile(r"Dear Hollis,\s+We ask about ‹.+\?›\."))

    page.keyboard.press("Control+Enter")
    expect(page.locator("#composer-error")).to_contain_text("rder number")
    expect(page.locator(".leaving__reply")).to_have_count(0)
    page.keyboard.press("Control+a")
    page.keyboard.type("Dear Hollis, we ask about KM-48213.")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#conversation > [data-author=agent]")).to_contain_text(
        "KM-48213", timeout=(UNDO_SECONDS + 10) * 1000
    )
