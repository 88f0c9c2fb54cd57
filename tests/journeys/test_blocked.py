"""A customer is blocked with a reason, reads on a phone how else to reach us, and writes again later."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import PHONE, Person
from tests.live import LiveHelpdesk

pytestmark = [pytest.mark.browser]

WHY = "Sent us the same threat twelve times"
FIND = """
from tickets.models import Ticket
print(Ticket.objects.filter(messages__body__contains="The seam of my Drift").latest("pk").reference)
"""


def test_a_blocked_customer_reads_how_else_to_reach_us_and_writes_again_once_it_is_lifted(
    company: LiveHelpdesk, somebody: Callable[..., Person]
) -> None:
    maya = somebody(PHONE)
    maya.logs_in("maya@lindqvist.example")
    maya.opens("/talk-to-a-human/")
    maya.page.locator("main").get_by_role("button", name="Talk to a human").click()
    maya.page.wait_for_url(lambda url: "/requests/" in url)
    maya.writes("The seam of my Drift came apart.")
    expect(maya.page.get_by_text("The seam of my Drift came apart.").first).to_be_visible()
    here = maya.page.url.removeprefix(company.url)
    reference = company.manage("shell", "-v", "0", "-c", FIND).split()[-1]

    odhran = somebody()
    odhran.logs_in("odhran@kestrelmoor.example")
    odhran.opens(f"/workspace/{reference}/block/")
    odhran.page.locator("[name=whom]").first.check()
    odhran.page.get_by_label("Why").fill(WHY)
    odhran.page.locator("form.block .button--danger").click()
    odhran.opens(f"/workspace/{reference}/")
    odhran.sees(WHY)

    maya.opens(here)
    maya.sees("You cannot write to us here")
    expect(maya.page.locator("a[href^='tel:']").filter(visible=True).first).to_be_visible()
    expect(maya.page.get_by_text("The seam of my Drift came apart.").first).to_be_visible()
    assert WHY not in maya.page.content()
    assert maya.page.locator("[data-composer] textarea").filter(visible=True).count() == 0
    too_wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert not maya.page.evaluate(too_wide)

    odhran.presses("Take the block back")
    expect(odhran.page.get_by_text(WHY).filter(visible=True)).to_have_count(0)
    maya.opens(here)
    maya.writes("I am sorry. Can it be sewn?")
    expect(maya.page.get_by_text("I am sorry. Can it be sewn?").first).to_be_visible()
    odhran.opens(f"/workspace/{reference}/")
    odhran.sees("I am sorry. Can it be sewn?")
