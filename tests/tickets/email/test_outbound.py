"""Mail to customers, sent for real to a server on the loopback."""

from __future__ import annotations

import re

import pytest

from tests.factories import (
    make_agent,
    make_customer,
    make_note,
    make_reply,
    make_ticket,
    make_user,
    make_visitor,
)
from tests.tickets.email.mail_server import (
    Inbox,
    code_in,
    html_of,
    inbox,
    replied,
    send_due,
    smtp,
    words,
)
from tickets import actions
from tickets.actors import Actor
from tickets.live import presence
from tickets.models import (
    Claim,
    Delivery,
    DeliveryState,
    Reaction,
    ReactionState,
    Reason,
    SiteSettings,
    Ticket,
    Turn,
)

pytestmark = pytest.mark.django_db
__all__ = ["inbox", "smtp"]  # fixtures


# --- an answer ------------------------------------------------------------------------------------


def test_an_agents_reply_goes_to_a_confirmed_address(inbox: Inbox) -> None:
    ticket = replied(make_customer(email="ines@walkers.example"))
    send_due()
    mail = inbox.mail
    assert inbox.recipients == [["ines@walkers.example"]]
    assert mail["To"] == "ines@walkers.example"
    assert "Dana" in words(mail)
    assert "A spare pole is on its way." in words(mail)
    assert f"https://help.kestrelmoor.example/requests/{ticket.reference}/" in words(mail)
    assert "dana.osei@" not in words(mail)  # agents' addresses are not for customers
    assert "Osei" not in words(mail)


def test_an_answer_is_no_automatic_mail_and_stands_in_the_thread_of_its_conversation(
    inbox: Inbox,
) -> None:
    ticket = replied(make_customer())
    send_due()
    mail = inbox.mail
    assert mail["Auto-Submitted"] is None
    assert mail["Message-ID"] == Delivery.objects.get().internet_message_id
    assert mail["References"] == f"<ticket-{ticket.reference}@help.kestrelmoor.example>"
    assert {part.get_content_type() for part in mail.iter_parts()} == {
        "text/plain",
        "text/html",
    }


def test_only_agents_replies_are_mailed(inbox: Inbox) -> None:
    agent = make_agent()
    ticket = make_ticket(turn=Turn.CUSTOMER)  # the customer's question, the assistant's answer
    customer = Actor.of_customer(ticket.customer)
    actions.hand_over(actor=customer, ticket=ticket, reason=Reason.ASKED)
    actions.accept(actor=Actor.agent(agent), ticket=ticket)
    make_note(ticket, agent)
    actions.resolve(actor=Actor.agent(agent), ticket=ticket)
    send_due()
    assert inbox.raw == []


def test_whoever_has_the_conversation_open_gets_no_mail(inbox: Inbox) -> None:
    ticket = replied(make_customer())
    presence.mark_here(presence.customer_key(ticket.pk))
    send_due()
    assert inbox.raw == []


def test_a_visitor_without_any_address_gets_no_mail(inbox: Inbox) -> None:
    replied(make_visitor())
    send_due()
    assert inbox.raw == []
    assert Reaction.objects.get(name="mail.reply").state == ReactionState.DONE


def test_a_german_customer_gets_a_mail_in_their_language_setting(inbox: Inbox) -> None:
    replied(make_customer(language="de"))
    send_due()
    assert len(inbox.raw) == 1


# --- an address that nobody confirmed -------------------------------------------------------------


def test_an_unconfirmed_address_gets_no_content_only_the_code_that_proves_it(inbox: Inbox) -> None:
    customer = make_customer("Canary Name", email=None, claimed_email="new@walkers.example")
    ticket = replied(customer, body="canary-of-the-reply")
    Ticket.objects.filter(pk=ticket.pk).update(subject="canary-of-the-subject")
    send_due()
    text = words(inbox.mail)
    assert inbox.recipients == [["new@walkers.example"]]
    assert "canary" not in text.lower()
    assert "Dana" not in text
    claim = Claim.objects.get()
    assert (claim.customer, claim.email, claim.ticket) == (customer, "new@walkers.example", ticket)
    assert Claim.objects.with_code(code_in(inbox.mail)) == claim


def test_the_code_of_a_link_stands_where_no_browser_sends_it(inbox: Inbox) -> None:
    """After the #: no server on the way logs it, and a scanner that opens the link uses nothing up."""
    ticket = make_ticket(turn=Turn.QUEUE, customer=make_visitor())
    actions.leave_email(
        actor=Actor.of_customer(ticket.customer), ticket=ticket, email="new@walkers.example"
    )
    send_due()
    code = code_in(inbox.mail)
    links = re.findall(r"https?://[^\s\"<>]+", words(inbox.mail))
    assert links
    for link in links:
        sent, _sign, kept_back = link.partition("#")
        assert sent == "https://help.kestrelmoor.example/confirm/"
        assert kept_back == code
    assert code not in str(inbox.mail["Subject"])


def test_a_code_that_was_asked_for_goes_to_whoever_has_the_address_now(inbox: Inbox) -> None:
    customer = make_customer(email="new@walkers.example")
    ticket = make_ticket(customer=customer)
    actions.ask_for_a_code(actor=Actor.nobody(), ticket=ticket)
    send_due()
    assert inbox.recipients == [["new@walkers.example"]]
    claim = Claim.objects.with_code(code_in(inbox.mail))
    assert claim is not None
    assert claim.customer == customer


def test_no_code_is_sent_to_whoever_made_an_account_meanwhile(inbox: Inbox) -> None:
    customer = make_customer(email="new@walkers.example")
    ticket = make_ticket(customer=customer)
    actions.ask_for_a_code(actor=Actor.nobody(), ticket=ticket)
    customer.user = make_user(email="new@walkers.example")
    customer.save()
    send_due()
    assert inbox.raw == []
    assert not Claim.objects.exists()


def test_an_address_that_was_left_is_asked_to_confirm_without_any_content(inbox: Inbox) -> None:
    ticket = make_ticket(turn=Turn.QUEUE, customer=make_visitor(), body="canary-question")
    actions.leave_email(
        actor=Actor.of_customer(ticket.customer), ticket=ticket, email="victim@walkers.example"
    )
    send_due()
    assert "canary" not in words(inbox.mail)
    assert "/confirm/" in words(inbox.mail)


def test_an_address_gets_at_most_three_such_mails_an_hour(inbox: Inbox) -> None:
    for _ in range(6):
        ticket = make_ticket(turn=Turn.QUEUE, customer=make_visitor())
        actions.leave_email(
            actor=Actor.of_customer(ticket.customer), ticket=ticket, email="victim@walkers.example"
        )
    send_due()
    assert len(inbox.raw) == 3
    assert not Reaction.objects.filter(
        name="mail.confirm_address", state=ReactionState.DUE
    ).exists()


def test_trying_again_is_not_counted_as_another_mail(inbox: Inbox) -> None:
    ticket = make_ticket(turn=Turn.QUEUE, customer=make_visitor())
    actions.leave_email(
        actor=Actor.of_customer(ticket.customer), ticket=ticket, email="new@walkers.example"
    )
    inbox.refusal = "451 try again later"
    for _ in range(4):
        send_due()
    inbox.refusal = ""
    send_due()
    assert len(inbox.raw) == 1
    assert Delivery.objects.get().state == DeliveryState.SENT


def test_an_address_that_was_confirmed_meanwhile_is_not_asked_again(inbox: Inbox) -> None:
    ticket = make_ticket(turn=Turn.QUEUE, customer=make_visitor())
    customer = actions.leave_email(
        actor=Actor.of_customer(ticket.customer), ticket=ticket, email="new@walkers.example"
    )
    claim, _code = actions.make_claim(actor=Actor.system(), ticket=ticket)
    actions.confirm_claim(actor=Actor.of_customer(customer), claim=claim)
    send_due()
    assert inbox.raw == []


# --- servers and headers --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "hostile",
    [
        "Ines\r\nBcc: all@walkers.example",
        '"ines@walkers.example" <mallory@walkers.example>, eve@walkers.example',
        "a, b@walkers.example; c@walkers.example",
        "=?utf-8?q?x=0D=0ABcc:_all=40walkers.example?=",
        "\u202eevil\0\ud800",
        '\\" <mallory@walkers.example>',
    ],
)
def test_no_name_adds_a_recipient_or_a_header(inbox: Inbox, hostile: str) -> None:
    site = SiteSettings.load()
    site.company_name = hostile.encode("utf-8", "ignore").decode().replace("\0", "")[:80]
    site.save()
    customer = make_customer(email="ines@walkers.example")
    ticket = make_ticket(turn=Turn.QUEUE, customer=customer, subject=hostile)
    agent = make_agent(site.company_name)
    make_reply(ticket, agent, "Hello")
    send_due()
    mail = inbox.mail
    assert inbox.recipients == [["ines@walkers.example"]]
    assert mail["Bcc"] is None
    assert mail["Cc"] is None
    assert len(mail["From"].addresses) == len(mail["To"].addresses) == 1
    assert mail["From"].addresses[0].addr_spec == "support@help.kestrelmoor.example"


def test_a_subject_is_one_line(inbox: Inbox) -> None:
    ticket = make_ticket(
        turn=Turn.QUEUE, customer=make_customer(), subject="Tent\r\nX-Evil: 1\n" + "x" * 5000
    )
    make_reply(ticket, make_agent(), "Hello")
    send_due()
    assert len(inbox.mail["Subject"]) <= 150
    assert inbox.mail["X-Evil"] is None


def test_a_reply_with_markup_is_harmless_in_the_html_part(inbox: Inbox) -> None:
    replied(make_customer(), body="<script>alert(1)</script><img src=x onerror=alert(1)> & done")
    send_due()
    body = inbox.mail.get_body(("html",))
    assert body is not None
    html = body.get_content()
    assert "<script" not in html
    assert "<img" not in html


def test_a_table_of_a_reply_has_its_lines_in_the_html_part(inbox: Inbox) -> None:
    replied(make_customer(), body="| Size | Chest |\n| --- | --- |\n| S | 88 cm |")
    send_due()
    html = html_of(inbox.mail)
    assert '<table border="1"' in html
    assert "<td>88 cm</td>" in html


def test_links_are_of_the_configured_site_not_of_a_request(inbox: Inbox) -> None:
    replied(make_customer())
    send_due()
    links = re.findall(r"https?://[^\s\"<>]+", words(inbox.mail))
    assert links
    assert all(link.startswith("https://help.kestrelmoor.example/") for link in links)
