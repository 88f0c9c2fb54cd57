"""Two programs that answer every mail: whatever the other one says of itself, it ends."""

from __future__ import annotations

from typing import Any

import pytest

from tests.factories import make_agent, make_customer, make_reply
from tests.tickets.email.mail_server import (
    SUPPORT,
    Inbox,
    inbox,
    mailbox,
    replied,
    send_due,
    smtp,
)
from tests.tickets.email.posted import a_mail, deliver
from tests.tickets.ledger import kinds
from tickets import actions
from tickets.actors import Actor
from tickets.email import caps, outbound
from tickets.models import (
    AuthorKind,
    Delivery,
    DeliveryKind,
    IncomingMail,
    Mailbox,
    MailState,
    Ticket,
    User,
)

pytestmark = pytest.mark.django_db
__all__ = ["inbox", "mailbox", "smtp"]  # fixtures

INES, TOM, RUTH = "ines@brook.example", "tom@brook.example", "ruth@brook.example"
MACHINE = {"Auto_Submitted": "auto-replied"}
ROUNDS = 60  # more than a loop that ends has


@pytest.fixture
def ticket(inbox: Inbox, mailbox: Mailbox) -> Ticket:
    """An agent has answered Ines, and the mail has left."""
    ticket = replied(make_customer(email=INES), mailbox=mailbox)
    send_due()
    return ticket


def dana(ticket: Ticket) -> User:
    user = ticket.messages.filter(author_kind=AuthorKind.AGENT).latest("pk").author_user
    assert user is not None
    return user


def rounds(inbox: Inbox, mailbox: Mailbox, **headers: Any) -> int:
    """Let each who gets a mail answer it at once, until nothing is sent any more; how often."""
    answered = 0
    for number in range(ROUNDS):
        if answered == len(inbox.raw):
            return number
        new = list(zip(inbox.mails, inbox.recipients, strict=True))[answered:]
        answered = len(inbox.raw)
        for mail, (recipient,) in new:
            deliver(
                a_mail(
                    sender=recipient,
                    to=mail["Reply-To"] or SUPPORT,
                    subject=f"Re: {mail['Subject']}",
                    body=f"Thank you for mail {answered}. I answer all of them.",
                    In_Reply_To=mail["Message-ID"].strip(),
                    **headers,
                ),
                mailbox,
            )
        send_due()
    return ROUNDS


@pytest.mark.parametrize("headers", [MACHINE, {}])
def test_a_customer_whose_program_answers_every_mail_is_not_answered_by_ours(
    ticket: Ticket, inbox: Inbox, mailbox: Mailbox, headers: dict[str, str]
) -> None:
    assert rounds(inbox, mailbox, **headers) == 1
    assert len(inbox.raw) == 1
    state = MailState.NOTED if headers else MailState.DONE
    assert IncomingMail.objects.get().state == state


@pytest.mark.parametrize("headers", [MACHINE, {}])
def test_acknowledgements_that_are_answered_end_within_the_caps(
    ticket: Ticket, inbox: Inbox, mailbox: Mailbox, headers: dict[str, str]
) -> None:
    before = len(inbox.raw)
    for _ in range(20):
        event = ticket.events.latest("pk")
        outbound.owe(event, ticket, INES, DeliveryKind.ACKNOWLEDGEMENT)
        send_due()
        rounds(inbox, mailbox, **headers)
        ticket.refresh_from_db()
    assert before < len(inbox.raw) <= before + caps.MOST_A_DAY


def test_whoever_is_in_copy_is_not_sent_their_own_words(
    ticket: Ticket, inbox: Inbox, mailbox: Mailbox
) -> None:
    actions.add_to_copy(actor=Actor.agent(dana(ticket)), ticket=ticket, email=TOM)
    make_reply(ticket, dana(ticket), "It is on its way.")
    send_due()
    assert rounds(inbox, mailbox) < ROUNDS
    assert not Delivery.objects.filter(recipient=TOM, message__author_customer__email=TOM).exists()


@pytest.mark.parametrize("headers", [MACHINE, {}])
def test_two_in_copy_whose_programs_answer_each_other_through_us_end_within_the_cap(
    ticket: Ticket, inbox: Inbox, mailbox: Mailbox, headers: dict[str, str]
) -> None:
    by_dana = Actor.agent(dana(ticket))
    for address in (TOM, RUTH):
        actions.add_to_copy(actor=by_dana, ticket=ticket, email=address)
    make_reply(ticket, dana(ticket), "It is on its way.")
    send_due()
    assert rounds(inbox, mailbox, **headers) < ROUNDS
    passed_on = Delivery.objects.filter(message__author_kind=AuthorKind.CUSTOMER)
    for address in (TOM, RUTH):
        number = passed_on.filter(recipient=address).count()
        assert number == (0 if headers else caps.MOST_PASSED_ON)
    assert ("mail.silenced" in kinds(ticket)) is not bool(headers), "agents are told"
    make_reply(ticket, make_agent(teams=[ticket.team]), "Please switch that off.")
    send_due()
    last = {recipient for (recipient,) in inbox.recipients[-3:]}
    assert last == {INES, TOM, RUTH}, "what agents write goes"
