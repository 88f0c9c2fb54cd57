"""One conversation in the portal and by mail; and whoever writes into it without taking part is held."""

from __future__ import annotations

import smtplib
import time
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Person
from tests.journeys.test_story import AGENT, CUSTOMER
from tests.live import LiveHelpdesk

pytestmark = [pytest.mark.browser, pytest.mark.model]

Somebody = Callable[..., Person]
SUPPORT = "support@kestrelmoor.example"
PATIENCE = 30  # seconds until a mail has left
BETWEEN = b"-" * 79 + b"\n"
# Answers on our pages are mailed at once to whoever is not there, and can be answered by mail.
MAILED_AT_ONCE = """
from tickets.models import Mailbox, SiteSettings
SiteSettings.objects.update(unread_minutes=0, default_mailbox=Mailbox.objects.get(address=SUPPORT))
"""
AS_BEFORE = """
from tickets.models import SiteSettings
SiteSettings.objects.update(unread_minutes=2, default_mailbox=None)
"""
KNOWN = """
from tickets.models import Ticket
ticket = Ticket.objects.get(reference="REFERENCE")
print(ticket.customer.tickets.filter(created_at__gte=ticket.created_at).count())
print(ticket.handovers.count())
"""
BY_SUBJECT = """
from tickets.models import Ticket
print(*Ticket.objects.filter(subject="SUBJECT").values_list("reference", flat=True))
"""


@pytest.fixture(autouse=True)
def mailed_at_once(company: LiveHelpdesk) -> Iterator[None]:
    company.manage("shell", "-v", "0", "-c", MAILED_AT_ONCE.replace("SUPPORT", repr(SUPPORT)))
    yield
    company.manage("shell", "-v", "0", "-c", AS_BEFORE)


def sent(company: LiveHelpdesk) -> list[EmailMessage]:
    """The mails that left, in no order."""
    files = (company.data / "mail").glob("*.log")
    parts = [part for file in files for part in file.read_bytes().split(BETWEEN) if part.strip()]
    mails = [message_from_bytes(part, policy=policy.default) for part in parts]
    return [mail for mail in mails if isinstance(mail, EmailMessage)]


# A conversation of its own: pressed on a page, "Talk to a human" goes on in one that she is in.
ASKS = f"""
from tickets import actions
from tickets.actors import Actor
from tickets.models import Channel, Customer
maya = Customer.objects.get(user__email="{CUSTOMER}")
ticket = actions.open_ticket(
    actor=Actor.of_customer(maya), customer=maya, channel=Channel.PORTAL, to_a_person=True
)
print(ticket.reference)
"""


def mail_to(company: LiveHelpdesk, address: str, words: str) -> EmailMessage:
    """The mail to somebody in which these words stand, once it has left."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        for mail in sent(company):
            body = mail.get_body(("plain",))
            if address in f"{mail['To']} {mail['Cc']}" and body and words in body.get_content():
                return mail
        time.sleep(0.2)
    pytest.fail(f"No mail with “{words}” went to {address}.\n{company.logs()}")


def writes_a_mail(
    company: LiveHelpdesk, sender: str, text: str, *, subject: str = "", answers: str | None = None
) -> None:
    """Hand a mail to the post of the running helpdesk, as a server would."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, answers or SUPPORT, subject
    mail["Message-ID"] = f"<{time.monotonic_ns()}@post.example>"
    mail.set_content(text)
    port = int(company.environment["DEMO_POST_PORT"])
    with smtplib.SMTP("127.0.0.1", port, timeout=10) as post:
        post.send_message(mail)


def agent_at(somebody: Somebody, reference: str) -> Person:
    agent = somebody()
    agent.logs_in(AGENT)
    agent.opens(f"/workspace/{reference}/")
    expect(agent.page.locator("[data-conversation][data-live=yes]")).to_be_visible()
    return agent


def test_a_conversation_goes_on_in_the_portal_and_by_mail_with_one_number_and_one_brief(
    somebody: Somebody, company: LiveHelpdesk
) -> None:
    maya = somebody()
    maya.logs_in(CUSTOMER)
    reference = company.manage("shell", "-v", "0", "-c", ASKS).split()[-1]
    address = f"{maya.base}/requests/{reference}/"
    maya.opens(f"/requests/{reference}/")
    maya.writes("A pole of my tent has snapped.")
    maya.sees("A pole of my tent has snapped.")
    maya.page.goto("about:blank")  # she goes, and reads her mail later

    amara = agent_at(somebody, reference)
    amara.presses("Accept")
    amara.writes("Which tent is it?")
    mail = mail_to(company, CUSTOMER, "Which tent is it?")
    assert f"[#{reference}]" in mail["Subject"]
    expect(amara.page.locator(".mails")).to_contain_text(f"Sent to {CUSTOMER}")

    body = mail.get_body(("plain",))
    assert body is not None
    quoted = "\n".join(f"> {line}" for line in body.get_content().splitlines())
    writes_a_mail(
        company,
        f"Maya Lindqvist <{CUSTOMER}>",
        f"A Fell 2, bought in May.\n\nOn Monday Amara wrote:\n{quoted}",
        subject=f"Re: {mail['Subject']}",
        answers=mail["Reply-To"],
    )
    said = amara.page.locator("#conversation > [data-author=customer] .message__body")
    expect(said.last).to_have_text("A Fell 2, bought in May.")

    maya.page.goto(address)
    for words in ("has snapped.", "Which tent is it?", "A Fell 2, bought in May."):
        maya.sees(words)
    expect(maya.page.locator("main")).not_to_contain_text("On Monday Amara wrote")
    known = company.manage("shell", "-v", "0", "-c", KNOWN.replace("REFERENCE", reference))
    assert known.split() == ["1", "1"], "one conversation, handed over once"


def test_a_stranger_who_writes_into_a_conversation_is_held_until_an_agent_lets_them_in(
    somebody: Somebody, company: LiveHelpdesk
) -> None:
    subject = f"Pole of number {time.time_ns()}"
    writes_a_mail(
        company, "Ines Brook <ines@brook.example>", "A pole has snapped.", subject=subject
    )
    find = BY_SUBJECT.replace("SUBJECT", subject)
    until = time.monotonic() + PATIENCE
    while not (found := company.manage("shell", "-v", "0", "-c", find).split()):
        assert time.monotonic() < until, company.logs()
    (reference,) = found
    amara = agent_at(somebody, reference)
    amara.presses("Accept")
    amara.writes("A new pole leaves today.")
    mail = mail_to(company, "ines@brook.example", "A new pole leaves today.")

    writes_a_mail(
        company,
        "Ruth Brook <ruth@brook.example>",
        "The receipt is mine.",
        subject=f"Re: {mail['Subject']}",
        answers=mail["Reply-To"],
    )
    amara.sees("is held.")
    assert "The receipt is mine." not in amara.page.locator("#conversation").inner_text()
    assert not [one for one in sent(company) if "ruth@" in f"{one['To']} {one['Cc']}"]
    amara.page.get_by_role("link", name="Look at it").click()
    shown = amara.page.frame_locator(".mail__original").locator("body")
    expect(shown).to_contain_text("The receipt is mine.")
    amara.presses("Let in, and put in copy")
    amara.page.wait_for_url(f"**/workspace/{reference}/**")
    amara.sees("The receipt is mine.")
    expect(amara.page.get_by_text("is held.")).to_have_count(0)

    amara.writes("It goes to both of you, then.")
    copy = mail_to(company, "ruth@brook.example", "It goes to both of you, then.")
    assert "ruth@brook.example" in copy["Cc"]
    assert "A new pole leaves today." not in copy.as_string(), "nothing of what was said before"
    mail_to(company, "ines@brook.example", "It goes to both of you, then.")
