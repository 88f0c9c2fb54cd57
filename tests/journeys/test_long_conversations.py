"""A conversation of many pages in a browser: loaded both ways, and never with a gap."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Person
from tests.live import LiveHelpdesk

pytestmark = [pytest.mark.browser, pytest.mark.model]

CUSTOMER = "maya@lindqvist.example"
ADMIN = "odhran@kestrelmoor.example"

TALK = """
from tests.factories import add_messages, make_ticket
from tickets.models import Customer, Team, Turn, User
admin = User.objects.get(email="{admin}")
customer = Customer.objects.get(email="{customer}")
ticket = make_ticket(turn=Turn.AGENT, agent=admin, customer=customer, team=Team.objects.first())
add_messages(ticket, 120, admin)
print(ticket.reference)
"""
MORE = """
from tests.factories import add_messages, make_reply
from tickets.models import Ticket
ticket = Ticket.objects.get(reference="{reference}")
add_messages(ticket, {number}, ticket.assignee)
make_reply(ticket, ticket.assignee, "{words}")
"""


def talk(helpdesk: LiveHelpdesk) -> str:
    script = TALK.format(admin=ADMIN, customer=CUSTOMER)
    return helpdesk.manage("shell", "-v", "0", "-c", script).split()[-1]


def more(helpdesk: LiveHelpdesk, reference: str, number: int, words: str) -> None:
    """Many messages of which nobody is told, and one of which everybody is."""
    script = MORE.format(reference=reference, number=number, words=words)
    helpdesk.manage("shell", "-v", "0", "-c", script)


def positions(page: Page) -> list[int]:
    found: list[int] = page.evaluate(
        "[...document.querySelectorAll('[data-items] > [data-position]')]"
        ".map((item) => Number(item.dataset.position))"
    )
    return found


@pytest.mark.parametrize(
    ("who", "start"), [(CUSTOMER, "/requests/"), (ADMIN, "/workspace/")], ids=["customer", "agent"]
)
def test_a_long_conversation_is_loaded_both_ways_and_has_no_gap(
    somebody: Callable[..., Person], company: LiveHelpdesk, who: str, start: str
) -> None:
    reference = talk(company)
    reader = somebody()
    page = reader.page
    reader.logs_in(who)
    reader.opens(f"{start}{reference}/")
    conversation = page.locator("[data-items]")
    items = conversation.locator("> [data-position]")
    earlier = page.get_by_role("link", name="Earlier messages")
    later = page.get_by_role("link", name="Later messages")
    expect(items).to_have_count(50)
    expect(conversation.get_by_text("Message 120 of 120 about")).to_be_in_viewport()
    expect(later).to_be_hidden()
    if who == ADMIN:  # the panes scroll, the page does not
        assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")

    # Earlier ones are loaded above, and what was read stays in view.
    earlier.scroll_into_view_if_needed()
    first = items.first.get_attribute("id")
    earlier.click()
    expect(items).to_have_count(100)
    expect(page.locator(f"#{first}")).to_be_in_viewport()
    earlier.click()
    expect(conversation.get_by_text("Message 1 of 120 about")).to_be_attached()
    expect(earlier).to_be_hidden()
    assert positions(page) == sorted(set(positions(page)))

    # Far behind, it begins afresh at the newest and says that there is more before.
    # Whoever wrote may be gone before it told anybody: then the next heartbeat does.
    more(company, reference, 70, "the newest of all")
    expect(conversation.get_by_text("the newest of all")).to_be_attached(timeout=40_000)
    expect(items).to_have_count(50)
    expect(earlier).to_be_visible()

    # In the middle of it nothing new is put beside what it did not follow, until the end is reached.
    reader.opens(f"{start}{reference}/?before=60")
    expect(items.first).to_be_attached()
    before = positions(page)
    more(company, reference, 0, "said while somebody reads")
    reader.page.wait_for_timeout(1000)
    assert positions(page) == before
    while later.is_visible():
        count = items.count()
        later.click()
        expect(items).not_to_have_count(count)
    expect(conversation.get_by_text("said while somebody reads")).to_be_attached(timeout=40_000)
    assert positions(page) == sorted(set(positions(page)))

    # Whoever writes there goes to where their words are.
    reader.opens(f"{start}{reference}/?before=60")
    reader.writes("written from the middle")
    expect(conversation.get_by_text("written from the middle")).to_be_in_viewport()
    expect(later).to_be_hidden()
