"""What comes back: said to agents in words, never answered by a mail, and never believed of a stranger."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client

from tests.factories import make_agent, make_customer
from tests.tickets.email.mail_server import (
    SUPPORT,
    Inbox,
    inbox,
    mailbox,
    pass_time,
    replied,
    send_due,
    smtp,
)
from tests.tickets.email.posted import deliver
from tests.tickets.ledger import kinds, owed
from tickets import actions
from tickets.actions import ActionError, NotAllowed
from tickets.actors import Actor
from tickets.email import sender
from tickets.models import (
    AuthorKind,
    Delivery,
    DeliveryState,
    Mailbox,
    MailState,
    Notification,
    Reaction,
    StoppedAddress,
    Ticket,
    User,
)

pytestmark = pytest.mark.django_db
__all__ = ["inbox", "mailbox", "smtp"]  # fixtures

INES = "ines@walkers.example"
RETURNED = Path(__file__).with_name("returned")


@pytest.fixture
def ticket(inbox: Inbox, mailbox: Mailbox) -> Ticket:
    """An answer was mailed to Ines."""
    ticket = replied(make_customer(email=INES), mailbox=mailbox)
    author_of(ticket).teams.add(ticket.team)
    send_due()
    return ticket


def author_of(ticket: Ticket) -> User:
    user = ticket.messages.get(author_kind=AuthorKind.AGENT).author_user
    assert user is not None
    return user


def bounce(
    message_id: str, recipient: str = INES, *, permanent: bool = True, status: str = "5.2.2"
) -> Delivery | None:
    return actions.note_bounce(
        actor=Actor.system(),
        internet_message_id=message_id,
        recipient=recipient,
        is_permanent=permanent,
        status=status,
        diagnostic="smtp; 552 5.2.2 over quota",
    )


def the_id() -> str:
    return Delivery.objects.get().internet_message_id


def test_a_mail_that_came_back_is_said_in_words_and_its_address_is_stopped(
    ticket: Ticket, inbox: Inbox
) -> None:
    assert bounce(f" {the_id()}\r\n", "Ines@Walkers.example") is not None
    delivery = Delivery.objects.get()
    assert delivery.state == DeliveryState.BOUNCED
    assert delivery.answer == "mailbox full (smtp; 552 5.2.2 over quota)"
    stopped = StoppedAddress.objects.get()
    assert (stopped.address, stopped.by) == (INES, delivery)
    event = ticket.events.get(kind="mail.bounced")
    assert event.data["permanent"] is True
    assert INES not in str(event.data)
    assert not any(name.startswith("mail.") for name in owed(event)), "nothing is mailed for it"
    make_again(ticket)
    pass_time()
    sender.send_due()
    assert len(inbox.raw) == 1, "nothing more goes to it"
    newest = Delivery.objects.latest("pk")
    assert newest.state == DeliveryState.SUPPRESSED
    assert "stopped" in newest.answer


def make_again(ticket: Ticket) -> None:
    actions.reply(actor=Actor.agent(author_of(ticket)), ticket=ticket, body="And the peg, too.")
    send_due()


def test_one_that_came_back_for_now_stops_nothing(ticket: Ticket) -> None:
    assert bounce(the_id(), permanent=False, status="4.2.2") is not None
    assert Delivery.objects.get().state == DeliveryState.BOUNCED
    assert not StoppedAddress.objects.exists()


@pytest.mark.parametrize(
    ("changed", "recipient"),
    [
        ("<m000000000000.aaaaaaaa.bbbbbbbbbbbbbbbb@help.kestrelmoor.example>", INES),
        ("", INES),
        ("\0" * 400, INES),
        ("{id}", "mallory@walkers.example"),
        ("{id}", "no address"),
        ("{id}", "ınes@walkers.example"),
        ("{id}x", INES),
    ],
)
def test_what_is_no_bounce_of_ours_changes_nothing(
    ticket: Ticket, changed: str, recipient: str
) -> None:
    before = kinds(ticket)
    assert bounce(changed.replace("{id}", the_id()), recipient) is None
    assert Delivery.objects.get().state == DeliveryState.SENT
    assert not StoppedAddress.objects.exists()
    assert kinds(ticket) == before


def test_the_same_bounce_again_is_no_news(ticket: Ticket) -> None:
    assert bounce(the_id()) is not None
    assert bounce(the_id()) is None
    assert kinds(ticket).count("mail.bounced") == 1


def test_a_bounce_is_told_to_its_author_but_by_no_mail(ticket: Ticket, inbox: Inbox) -> None:
    bounce(the_id())
    from tickets import events

    for reaction in Reaction.objects.filter(event__kind="mail.bounced"):
        events.run(reaction.pk)
    assert Notification.objects.get(event__kind="mail.bounced").user == author_of(ticket)
    send_due()
    assert len(inbox.raw) == 1


def test_a_complaint_stops_the_address(ticket: Ticket) -> None:
    complained = actions.note_complaint(
        actor=Actor.system(), internet_message_id=the_id(), recipient=INES
    )
    assert complained is not None
    assert Delivery.objects.get().state == DeliveryState.COMPLAINED
    assert StoppedAddress.objects.get().why == "reported as unwanted"


def test_an_agent_lets_it_be_written_to_again_and_sends_it_once_more(
    ticket: Ticket, inbox: Inbox
) -> None:
    bounce(the_id())
    dana = Actor.agent(author_of(ticket))
    bounced = Delivery.objects.get()
    with pytest.raises(ActionError, match="stopped"):
        actions.send_again(actor=dana, delivery=bounced)
    with pytest.raises(NotAllowed):
        actions.open_address(actor=Actor.of_customer(ticket.customer), address=INES, ticket=ticket)
    assert actions.open_address(actor=dana, address=INES, ticket=ticket)
    assert not actions.open_address(actor=dana, address=INES, ticket=ticket)
    again = actions.send_again(actor=dana, delivery=bounced)
    with pytest.raises(ActionError):
        actions.send_again(actor=dana, delivery=bounced)
    assert again.internet_message_id != bounced.internet_message_id
    pass_time()
    sender.send_due()
    assert inbox.last["Message-ID"] == again.internet_message_id
    assert kinds(ticket)[-3:] == ["mail.bounced", "address.opened", "mail.sent_again"]
    assert bounce(again.internet_message_id) is not None, "and it may come back again"


def test_a_second_sending_can_be_held_back_until_it_left(ticket: Ticket, inbox: Inbox) -> None:
    bounce(the_id(), permanent=False)
    dana = Actor.agent(author_of(ticket))
    again = actions.send_again(actor=dana, delivery=Delivery.objects.get())
    assert sender.send_due() == 0, "it waits for a moment, as every reply"
    actions.hold_back(actor=dana, delivery=again)
    pass_time()
    sender.send_due()
    assert len(inbox.raw) == 1
    assert kinds(ticket)[-2:] == ["mail.sent_again", "mail.held_back"]
    with pytest.raises(NotAllowed):
        actions.send_again(
            actor=Actor.of_customer(ticket.customer), delivery=Delivery.objects.get()
        )


def test_agents_read_below_a_message_how_its_mail_fared_and_act_there(
    ticket: Ticket, client: Client
) -> None:
    dana = author_of(ticket)
    client.force_login(dana)
    page = f"/workspace/{ticket.reference}/"
    shown = client.get(page).content.decode()
    assert "Sent to" in shown
    assert INES in shown
    bounce(the_id())
    shown = client.get(page).content.decode()
    assert "Did not arrive at" in shown
    assert "mailbox full" in shown
    assert "Mail to this address is stopped." in shown
    pk = Delivery.objects.get().pk
    client.post(f"{page}mail/{pk}/open/")
    client.post(f"{page}mail/{pk}/again/")
    shown = client.get(page).content.decode()
    assert "Is sent again to" in shown
    assert "Do not send it again" in shown
    stranger = make_agent()
    client.force_login(stranger)
    assert client.post(f"{page}mail/{pk}/again/").status_code == 404


def test_an_open_screen_is_brought_the_message_of_which_a_mail_fared_on(ticket: Ticket) -> None:
    from tickets import access
    from tickets.workspace import news

    dana = author_of(ticket)
    seen = access.ticket_for(Actor.agent(dana), ticket.reference)
    frame = news.news(seen, dana, seen.last_position)
    (item,) = [one for one in frame["items"] if "Sent to" in one["html"]]
    assert item["position"] == Delivery.objects.get().position


# --- the mail that says so ------------------------------------------------------------------------


def report(message_id: str, *, action: str = "failed", status: str = "5.1.1") -> bytes:
    """What a mail server writes when it could not deliver a mail (RFC 3464)."""
    lines = (
        *("From: MAILER-DAEMON@mx.walkers.example", f"To: {SUPPORT}", "Subject: Undelivered"),
        *("Message-ID: <back@mx.walkers.example>", "MIME-Version: 1.0"),
        'Content-Type: multipart/report; report-type=delivery-status; boundary="=="',
        *("", "--==", "Content-Type: text/plain", "", "I could not deliver it.", ""),
        *("--==", "Content-Type: message/delivery-status", "", "Reporting-MTA: dns; mx", ""),
        *(f"Final-Recipient: rfc822; {INES}", f"Action: {action}", f"Status: {status}", ""),
        *(
            "--==",
            "Content-Type: text/rfc822-headers",
            "",
            f"Message-ID: {message_id}",
            "",
            "--==--",
        ),
    )
    return "\r\n".join(lines).encode()


def test_the_mail_that_comes_back_ends_the_delivery_and_is_kept_in_its_conversation(
    ticket: Ticket, mailbox: Mailbox, inbox: Inbox
) -> None:
    row = deliver(report(the_id()), mailbox)
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.status) == (DeliveryState.BOUNCED, "5.1.1")
    assert StoppedAddress.objects.get().by == delivery
    assert (row.state, row.ticket, row.message) == (MailState.NOTED, ticket, None)
    send_due()
    assert len(inbox.raw) == 1


def test_a_mail_that_is_only_late_has_not_come_back(ticket: Ticket, mailbox: Mailbox) -> None:
    row = deliver(report(the_id(), action="delayed", status="4.4.7"), mailbox)
    assert Delivery.objects.get().state == DeliveryState.SENT
    assert not StoppedAddress.objects.exists()
    assert (row.state, row.ticket) == (MailState.NOTED, ticket)


def test_a_strangers_report_of_another_mail_is_put_aside(ticket: Ticket, mailbox: Mailbox) -> None:
    row = deliver(report("<other@walkers.example>"), mailbox)
    assert Delivery.objects.get().state == DeliveryState.SENT
    assert (row.state, row.ticket) == (MailState.ASIDE, None)


# What Postfix 3.7 and Exim 4.96 wrote when a server behind them refused or put off a mail of ours.
@pytest.mark.parametrize("server", ["postfix", "exim"])
@pytest.mark.parametrize(
    ("case", "who", "words", "stopped"),
    [
        ("unknown", "unknown", "there is no such address", True),
        ("full", "full", "mailbox full", False),
        ("refused", "policy", "their server refused it as spam or for its rules", False),
        ("delayed", "later", "", False),
        ("expired", "later", "their server refused it as spam or for its rules", False),
    ],
)
def test_what_real_mail_servers_send_back_is_understood(
    server: str,
    case: str,
    who: str,
    words: str,
    stopped: bool,
    inbox: Inbox,
    mailbox: Mailbox,
) -> None:
    address = f"{who}@walkers.example"
    ticket = replied(make_customer(email=address), mailbox=mailbox)
    send_due()
    raw = (RETURNED / server / f"{case}.eml").read_bytes()
    ours = f"<MESSAGE-ID-{who}@kestrelmoor.example>".encode()
    assert ours in raw
    row = deliver(raw.replace(ours, the_id().encode()), mailbox)
    delivery = Delivery.objects.get()
    assert (row.state, row.ticket, row.message) == (MailState.NOTED, ticket, None)
    is_late = case == "delayed"
    assert delivery.state == (DeliveryState.SENT if is_late else DeliveryState.BOUNCED)
    assert is_late or delivery.answer.startswith(words)
    assert StoppedAddress.objects.filter(address=address).exists() is stopped
    assert Ticket.objects.count() == 1
    send_due()
    assert len(inbox.raw) == 1, "nothing is answered"
