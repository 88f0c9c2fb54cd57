"""A whole morning by keyboard alone: twenty conversations wait, and at the end none does."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from helpdesk.demo.logins import PASSWORD
from tests.journeys.conftest import UNDO_SECONDS, Person
from tests.live import LiveHelpdesk

pytestmark = [pytest.mark.browser]

DANA = "dana@morning.example"
# A team of its own, so that nobody else's conversations come in between: twenty that wait, of which
# the last two are one customer's.
STAGE = f"""
from allauth.account.models import EmailAddress
from tickets import actions
from tickets.actors import Actor
from tickets.models import Channel, Customer, Role, Team, User
team = Team.objects.create(name="Morning", slug="morning")
dana = User.objects.create_user("{DANA}", "{PASSWORD}", name="Dana Early", role=Role.AGENT)
EmailAddress.objects.create(user=dana, email=dana.email, verified=True, primary=True)
dana.teams.set([team])
customers = [Customer.objects.create(name=f"Early Customer {{n}}") for n in range(19)]
for number, customer in enumerate([*customers, customers[-1]]):
    actions.open_ticket(
        actor=Actor.of_customer(customer), customer=customer, channel=Channel.EMAIL, team=team,
        subject=f"Early matter {{number}}", body=f"When do you open on day {{number}}?",
    )
"""
OUTCOME = """
from django.db.models import Count
from tickets.models import AuthorKind, Message, Note, Ticket
found = Ticket.objects.filter(team__slug="morning")
of_agents = Message.objects.filter(ticket__in=found, author_kind=AuthorKind.AGENT)
print(
    found.filter(turn="queue").count(), of_agents.count(), Note.objects.filter(ticket__in=found).count(),
    found.exclude(snoozed_at=None).count(), found.exclude(merged_into=None).count(),
    found.filter(resolution="resolved").count(), found.filter(turn="agent", snoozed_at=None).count(),
)
"""


def here(page: Page) -> str:
    return str(page.locator("[data-conversation]").get_attribute("data-reference"))


def leads_on(page: Page, *keys: str) -> None:
    """Press keys that end with the next conversation on the screen."""
    before = here(page)
    for key in keys:
        page.keyboard.press(key)
    expect(page.locator("[data-conversation]")).not_to_have_attribute("data-reference", before)
    expect(page.locator("[data-conversation][data-live=yes]")).to_be_visible()


def accepts(page: Page) -> None:
    page.keyboard.press("a")
    expect(page.locator(".ticket__meta")).to_contain_text("Your turn")


def test_twenty_conversations_are_worked_through_without_a_mouse(
    company: LiveHelpdesk, somebody: Callable[..., Person]
) -> None:
    company.manage("shell", "-v", "0", "-c", STAGE)
    dana = somebody()
    dana.logs_in(DANA)
    dana.opens("/workspace/?view=waiting")
    page = dana.page
    expect(page.locator(".inbox-row__link")).to_have_count(20)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("[data-conversation][data-live=yes]")).to_be_visible()

    for number in range(12):  # answered, and on to the next; a reply accepts it
        page.keyboard.press("r")
        page.keyboard.type(f"At nine, as on every day. ({number})")
        leads_on(page, "Control+Shift+Enter")

    accepts(page)  # a note for the others, then answered and resolved
    page.keyboard.press("n")
    page.keyboard.type("They all ask the same this morning.")
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-author=note]")).to_have_count(1)
    page.locator("#composer-body").blur()
    page.keyboard.press("r")
    page.keyboard.type("At nine. Have a good day!")
    leads_on(page, "Control+Alt+Enter")

    accepts(page)  # put aside until the first of the times that are offered
    page.keyboard.press("s")
    expect(page.locator("#snooze")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator("#snooze")).to_be_hidden()
    expect(page.locator(".ticket__meta")).to_contain_text("Back ")
    leads_on(page, "j", "Enter")

    accepts(page)  # nobody answered it: resolving asks once more
    page.keyboard.press("e")
    expect(page.get_by_role("alert").filter(visible=True).first).to_be_visible()
    leads_on(page, "e")

    resolved = here(page)  # resolved by mistake, and taken back
    accepts(page)
    page.keyboard.press("r")
    page.keyboard.type("At nine.")
    leads_on(page, "Control+Alt+Enter")
    page.keyboard.press("z")
    expect(page.locator("[data-conversation]")).to_have_attribute("data-reference", resolved)
    expect(page.locator("#composer-body")).to_have_value("At nine.")
    page.locator("#composer-body").focus()
    leads_on(page, "Control+Shift+Enter")

    for _number in range(2):
        page.keyboard.press("r")
        page.keyboard.type("At nine, too.")
        leads_on(page, "Control+Shift+Enter")

    page.keyboard.press("m")  # the last two are one customer's: one goes on in the other
    expect(page.locator("#merge")).to_be_visible()
    page.locator("#merge").get_by_role("radio").first.focus()
    leads_on(page, "Enter")
    page.keyboard.press("r")
    page.keyboard.type("At nine on both days.")
    page.keyboard.press("Control+Enter")

    page.wait_for_timeout((UNDO_SECONDS + 3) * 1000)
    counted = company.manage("shell", "-v", "0", "-c", OUTCOME).split()
    assert counted == ["0", "17", "1", "1", "1", "2", "0"]
