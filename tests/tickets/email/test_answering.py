"""What is said by itself to whoever wrote by mail: arrived, answered, blocked; and to nobody else."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from tests.factories import make_agent, make_answer, make_article
from tests.tickets.email.mail_server import (
    Inbox,
    html_of,
    inbox,
    owe_due,
    send_due,
    smtp,
    text_of,
)
from tests.tickets.email.posted import INES, a_mail, deliver, make_mailbox, ticket_of
from tickets import actions
from tickets.actors import Actor
from tickets.models import (
    Block,
    Channel,
    Delivery,
    DeliveryKind,
    Event,
    EventKind,
    Mailbox,
    Reason,
    SiteSettings,
    Ticket,
    Turn,
)

pytestmark = pytest.mark.django_db
__all__ = ["inbox", "smtp"]  # fixtures


def sent() -> None:
    owe_due()
    send_due()


def test_a_new_mail_is_acknowledged_with_its_number_and_what_happens_next(inbox: Inbox) -> None:
    row = deliver(a_mail(), make_mailbox())
    sent()

    assert inbox.mail["To"] == "ines@brook.example"
    text = text_of(inbox.mail)
    assert ticket_of(row).reference in text
    assert "A person" in text
    assert inbox.mail["Auto-Submitted"] == "auto-generated"
    assert inbox.mail["In-Reply-To"] == row.internet_message_id


@pytest.mark.parametrize("why", ["the mailbox says nothing", "old mail", "a machine's mail"])
def test_nobody_is_told_where_nobody_is_to_be(inbox: Inbox, why: str) -> None:
    mailbox = make_mailbox(acknowledges=why != "the mailbox says nothing", opens_automatic=True)
    sender = "noreply@brook.example" if why == "a machine's mail" else INES
    deliver(a_mail(sender=sender), mailbox, is_old=why == "old mail")
    sent()
    assert Ticket.objects.get().turn == Turn.QUEUE
    assert inbox.mails == []
    assert not Delivery.objects.exists()


def answered(mailbox: Mailbox) -> Ticket:
    """A mail to a mailbox where the assistant answers, and its answer."""
    ticket = ticket_of(deliver(a_mail(), mailbox))
    make_answer(ticket, articles=[make_article("Mending a tent")])
    ticket.refresh_from_db()
    return ticket


def test_the_assistants_answer_says_that_it_is_one_quotes_its_source_and_leads_to_a_person(
    inbox: Inbox, client: Client
) -> None:
    ticket = answered(make_mailbox(assistant_answers=True))
    sent()

    mail = inbox.mail
    text, html = text_of(mail), html_of(mail)
    assert "(AI assistant)" in mail["From"]
    for words in (text, html):
        assert "not a person" in words
        assert "Mending a tent" in words
        assert "Talk to a human" in words
    (to_a_person,) = re.findall(r"Talk to a human: \S+?(/by-mail/\S+)", text)
    assert client.post(to_a_person).status_code == 200
    ticket.refresh_from_db()
    assert (ticket.turn, ticket.handovers.get().reason) == (Turn.QUEUE, Reason.ASKED)


def test_an_answer_that_may_not_be_sent_so_soon_after_another_is_a_persons_to_give(
    inbox: Inbox,
) -> None:
    ticket = answered(make_mailbox(assistant_answers=True))
    sent()
    assert ticket.mailbox is not None
    deliver(a_mail(body="And the pole?", In_Reply_To=inbox.mail["Message-ID"]), ticket.mailbox)
    make_answer(ticket, articles=[make_article()])
    sent()

    ticket.refresh_from_db()
    assert (ticket.turn, ticket.handovers.get().reason) == (Turn.QUEUE, Reason.CHANNEL)
    kinds = list(Delivery.objects.values_list("kind", flat=True))
    assert kinds == [DeliveryKind.ANSWER]
    assert Event.objects.filter(kind=EventKind.MAIL_SILENCED, ticket=ticket).exists()


def test_an_answer_on_our_pages_is_not_mailed_by_the_assistant(inbox: Inbox) -> None:
    ticket = answered(make_mailbox(assistant_answers=True))
    sent()
    customer = ticket.customer
    actions.post_message(
        actor=Actor.of_customer(customer),
        ticket=ticket,
        body="On the page.",
        channel=Channel.PORTAL,
    )
    make_answer(ticket, articles=[make_article()])
    sent()
    assert len(inbox.mails) == 1


def test_whoever_is_blocked_is_told_once_a_day_how_else_to_reach_us(inbox: Inbox) -> None:
    SiteSettings.objects.update(blocked_text="Write a letter to Moor Lane 1.")
    Block.objects.create(email="blocked@brook.example", reason="Threats.", by=make_agent())
    mailbox = make_mailbox()
    for _twice in range(2):
        deliver(a_mail(sender="blocked@brook.example"), mailbox)
        sent()
    assert "Moor Lane 1" in text_of(inbox.mail)
    assert "Threats" not in text_of(inbox.mail)
    assert not Ticket.objects.exists()


def test_a_bounce_is_shown_on_its_delivery_and_nothing_is_sent_for_it(inbox: Inbox) -> None:
    mailbox = make_mailbox()
    ticket = ticket_of(deliver(a_mail(), mailbox))
    sent()
    before = len(inbox.mails)
    report = (
        "From: MAILER-DAEMON@mx.example\r\nTo: support@kestrelmoor.example\r\n"
        "Subject: Undelivered Mail\r\nMessage-ID: <dsn@mx.example>\r\nReturn-Path: <>\r\n"
        "Auto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nNot delivered.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        "Final-Recipient: rfc822; ines@brook.example\r\nAction: failed\r\nStatus: 5.1.1\r\n"
        "Diagnostic-Code: smtp; 550 5.1.1 no such user\r\n"
        "--b\r\nContent-Type: message/rfc822\r\n\r\n"
        f"Message-ID: {inbox.mails[-1]['Message-ID']}\r\nSubject: Re\r\n\r\nx\r\n--b--\r\n"
    ).encode()
    row = deliver(report, mailbox)
    sent()
    assert row.ticket == ticket
    assert Delivery.objects.get().state == "bounced"
    assert Event.objects.filter(kind=EventKind.MAIL_BOUNCED, ticket=ticket).count() == 1
    assert len(inbox.mails) == before
    assert Ticket.objects.count() == 1
