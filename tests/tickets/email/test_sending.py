"""How mail leaves: once, in order, whatever the server and the worker do; whoever waits goes first."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from tests.factories import make_agent, make_customer, make_reply, make_ticket
from tests.tickets.email.mail_server import (
    Inbox,
    inbox,
    mailbox,
    no_server,
    owe_due,
    pass_time,
    replied,
    send_due,
    smtp,
    text_of,
)
from tests.tickets.ledger import kinds
from tickets import sealing
from tickets.email import composing, sender
from tickets.email.handing_over import Lines
from tickets.models import (
    AuthorKind,
    Delivery,
    DeliveryState,
    Mailbox,
    MailboxSending,
    Notification,
    NotificationKind,
    Reaction,
    Security,
    SiteSettings,
    Ticket,
    Turn,
    Urgency,
)

pytestmark = pytest.mark.django_db
__all__ = ["inbox", "mailbox", "no_server", "smtp"]  # fixtures


def the_one() -> Delivery:
    return Delivery.objects.get()


def sent_then_killed() -> None:
    """A process takes what is due, the server takes the mail, and the process is gone."""
    (delivery,) = Delivery.objects.claim(most=1, lease=sender.LEASE)
    lines = Lines.of_now()
    lines.send(0, composing.compose(delivery, SiteSettings.load()))
    lines.close()


def test_a_worker_that_dies_after_the_server_took_it_sends_the_same_mail_once_more(
    inbox: Inbox, mailbox: Mailbox
) -> None:
    replied(make_customer(), mailbox=mailbox)
    owe_due()
    sent_then_killed()
    assert sender.send_due() == 0, "it is held for a while"
    pass_time()
    sender.send_due()
    first, second = inbox.mails
    assert first["Message-ID"] == second["Message-ID"] == the_one().internet_message_id
    assert the_one().state == DeliveryState.SENT
    pass_time()
    assert sender.send_due() == 0


def test_a_mail_that_kills_its_worker_is_given_up_after_the_second(
    inbox: Inbox, mailbox: Mailbox
) -> None:
    ticket = replied(make_customer(), mailbox=mailbox)
    owe_due()
    for _ in range(2):
        assert Delivery.objects.claim(most=1, lease=sender.LEASE)
        pass_time()
    sender.send_due()
    assert inbox.raw == []
    assert the_one().state == DeliveryState.FAILED
    assert "mail.failed" in kinds(ticket)


def test_while_the_server_is_away_mail_waits_and_then_leaves_once_and_in_order(
    no_server: None, mailbox: Mailbox, settings: Any, smtp: Any
) -> None:
    ticket = replied(make_customer(email="ines@walkers.example"), "First.", mailbox=mailbox)
    author = ticket.messages.get(author_kind=AuthorKind.AGENT).author_user
    assert author is not None
    for body in ("Second.", "Third."):
        make_reply(ticket, author, body)
    for _ in range(6):
        send_due()
    first = Delivery.objects.order_by("position").first()
    assert first is not None
    assert (first.state, first.is_away) == (DeliveryState.DEFERRED, True)
    assert "refused" in first.answer.lower()
    assert first.due_at > timezone.now() + timedelta(seconds=10)
    assert Delivery.objects.filter(attempts=0).count() == 2, "nothing overtakes the first"
    assert not Reaction.objects.filter(name="mail.reply", state="due").exists()

    settings.EMAIL_PORT = smtp.port
    smtp.handler.inbox = taken = Inbox()
    send_due()
    said = [text_of(mail).splitlines()[2] for mail in taken.mails]
    assert said == ["First.", "Second.", "Third."]
    send_due()
    assert len(taken.raw) == 3
    assert set(Delivery.objects.values_list("state", flat=True)) == {DeliveryState.SENT}


def test_a_server_that_is_away_is_asked_once_not_for_every_mail(
    no_server: None, mailbox: Mailbox
) -> None:
    for _ in range(8):
        make_reply_by_mail(mailbox)
    owe_due()
    sender.send_due()
    assert Delivery.objects.filter(attempts=1).count() == 1
    assert sender.send_due() == 0, "and then left alone for a while"


def make_reply_by_mail(mailbox: Mailbox, **fields: Any) -> Ticket:
    agent = make_agent()
    ticket = make_ticket(turn=Turn.QUEUE, customer=make_customer(), **fields)
    Ticket.objects.filter(pk=ticket.pk).update(mailbox=mailbox, channel="email")
    make_reply(ticket, agent)
    return ticket


def test_what_is_refused_for_good_fails_at_once_and_its_author_is_told(
    inbox: Inbox, mailbox: Mailbox
) -> None:
    inbox.refused["ines@walkers.example"] = "550 5.1.1 no such user here"
    customer = make_customer(email="ines@walkers.example")
    ticket = replied(customer, mailbox=mailbox)
    author = ticket.messages.get(author_kind=AuthorKind.AGENT).author_user
    assert author is not None
    author.teams.add(ticket.team)
    send_due()
    assert (the_one().state, the_one().attempts) == (DeliveryState.FAILED, 1)
    assert "550 5.1.1 no such user here" in the_one().answer
    event = ticket.events.get(kind="mail.failed")
    assert event.data["message"] == the_one().position
    assert "ines" not in str(event.data)
    for reaction in event.reactions.filter(name="notify"):
        from tickets import events

        events.run(reaction.pk)
    told = Notification.objects.get(event=event)
    assert (told.user, told.kind) == (author, NotificationKind.BOUNCED)
    send_due()
    assert inbox.raw == []


def test_what_one_recipient_is_refused_for_now_holds_nobody_else_back(
    inbox: Inbox, mailbox: Mailbox
) -> None:
    inbox.refused["slow@walkers.example"] = "451 4.7.1 greylisted, try again later"
    replied(make_customer(email="slow@walkers.example"), mailbox=mailbox)
    make_reply_by_mail(mailbox)
    send_due()
    slow = Delivery.objects.get(recipient="slow@walkers.example")
    assert (slow.state, slow.is_away) == (DeliveryState.DEFERRED, False)
    assert "greylisted" in slow.answer
    assert len(inbox.raw) == 1
    inbox.refused.clear()
    send_due()
    assert len(inbox.raw) == 2


def test_after_two_days_of_trying_it_is_given_up(no_server: None, mailbox: Mailbox) -> None:
    replied(make_customer(), mailbox=mailbox)
    owe_due()
    Delivery.objects.update(created_at=timezone.now() - timedelta(hours=49))
    send_due()
    assert the_one().state == DeliveryState.FAILED


def test_a_log_in_that_the_server_does_not_take_is_no_fault_of_the_mail(
    inbox: Inbox, mailbox: Mailbox
) -> None:
    inbox.refusal = "530 5.7.0 log in first"
    replied(make_customer(), mailbox=mailbox)
    send_due()
    assert (the_one().state, the_one().is_away) == (DeliveryState.DEFERRED, True)


def test_one_connection_carries_several_mails(inbox: Inbox, mailbox: Mailbox) -> None:
    for _ in range(7):
        make_reply_by_mail(mailbox)
    send_due()
    assert (len(inbox.raw), inbox.connections) == (7, 1)


def test_whoever_waits_goes_before_what_is_said_to_many(inbox: Inbox, mailbox: Mailbox) -> None:
    for _ in range(12):
        make_reply_by_mail(mailbox)
    owe_due()
    Delivery.objects.update(urgency=Urgency.MANY)
    replied(make_customer(email="waits@walkers.example"), mailbox=mailbox)
    send_due()
    assert inbox.recipients[0] == ["waits@walkers.example"]
    assert len(inbox.raw) == 13


def test_a_mailbox_with_its_own_server_is_sent_by_it_and_its_trouble_is_its_own(
    inbox: Inbox, mailbox: Mailbox
) -> None:
    other = Mailbox.objects.create(
        name="Orders", address="orders@kestrelmoor.example", team=mailbox.team
    )
    MailboxSending.objects.create(mailbox=other, host="127.0.0.1", port=1, security=Security.NONE)
    make_reply_by_mail(other)
    make_reply_by_mail(mailbox)
    send_due()
    states = dict(Delivery.objects.values_list("mailbox__name", "state"))
    assert states == {"Orders": DeliveryState.DEFERRED, "Support": DeliveryState.SENT}


def test_the_password_of_a_server_is_not_readable_in_the_database(mailbox: Mailbox) -> None:
    row = MailboxSending.objects.create(
        mailbox=mailbox, user_name="us", password=sealing.seal("open sesame")
    )
    row.refresh_from_db()
    assert sealing.unseal(row.password) == "open sesame"
    with connection.cursor() as cursor:
        cursor.execute("SELECT password FROM tickets_mailboxsending")
        assert "sesame" not in cursor.fetchone()[0]


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_workers_never_send_the_same_mail(inbox: Inbox) -> None:
    box = Mailbox.objects.create(
        name="Support", address="support@kestrelmoor.example", team=make_ticket().team
    )
    for _ in range(30):
        make_reply_by_mail(box)
    owe_due()

    def work(_number: int) -> int:
        try:
            return sender.send_due(seconds=30)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(work, range(4)))
    assert sum(done) == 30
    assert len({mail["Message-ID"] for mail in inbox.mails}) == len(inbox.raw) == 30


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_reply_is_not_delayed_by_many_notices(inbox: Inbox) -> None:
    """See `docs/operators.md` for the figures of a machine that does nothing else."""
    box = Mailbox.objects.create(
        name="Support", address="support@kestrelmoor.example", team=make_ticket().team
    )
    for _ in range(60):
        make_reply_by_mail(box)
    owe_due()
    Delivery.objects.update(urgency=Urgency.MANY)
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(send_and_hang_up)
        while len(inbox.raw) < 10:
            time.sleep(0.01)
        replied(make_customer(email="waits@walkers.example"), mailbox=box)
        owe_due()
        owed = len(inbox.raw)
        running.result()
    place = inbox.recipients.index(["waits@walkers.example"])
    assert place - owed <= 2 * sender.TOGETHER
    assert len(inbox.raw) == 61


def send_and_hang_up() -> None:
    try:
        sender.send_due(seconds=120)
    finally:
        connection.close()
