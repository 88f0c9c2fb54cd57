"""An answer on a page is mailed if it is not read there, together with others; and caps for machines."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.factories import make_agent, make_customer, make_reply, make_ticket
from tests.tickets.email.mail_server import (
    Inbox,
    inbox,
    mailbox,
    owe_due,
    pass_time,
    send_due,
    smtp,
    text_of,
)
from tests.tickets.ledger import kinds
from tickets import events
from tickets.actors import Actor
from tickets.email import caps, outbound, sender
from tickets.live import presence
from tickets.models import (
    Delivery,
    DeliveryKind,
    DeliveryState,
    Event,
    EventKind,
    Mailbox,
    SiteSettings,
    Ticket,
    Turn,
    User,
)

pytestmark = pytest.mark.django_db
__all__ = ["inbox", "mailbox", "smtp"]  # fixtures


@pytest.fixture
def dana() -> User:
    return make_agent("Dana Osei")


@pytest.fixture
def ticket(dana: User) -> Ticket:
    return make_ticket(turn=Turn.QUEUE, customer=make_customer(email="ines@walkers.example"))


def states() -> list[str]:
    return list(Delivery.objects.order_by("pk").values_list("state", flat=True))


def test_what_is_unread_after_two_minutes_is_one_mail(
    ticket: Ticket, dana: User, inbox: Inbox
) -> None:
    for body in ("First.", "Second.", "Third."):
        make_reply(ticket, dana, body)
    owe_due()
    assert sender.send_due() == 0
    assert Delivery.objects.filter(due_at__gt=timezone.now() + timedelta(seconds=100)).count() == 3
    pass_time()
    sender.send_due()
    said = text_of(inbox.mail)
    assert said.index("First.") < said.index("Second.") < said.index("Third.")
    assert states() == [DeliveryState.SENT, DeliveryState.GATHERED, DeliveryState.GATHERED]
    make_reply(ticket, dana, "Fourth.")
    send_due()
    assert len(inbox.raw) == 2
    assert "Third." not in text_of(inbox.last)


def test_what_was_read_meanwhile_is_not_mailed(ticket: Ticket, dana: User, inbox: Inbox) -> None:
    make_reply(ticket, dana)
    owe_due()
    presence.mark_here(presence.customer_key(ticket.pk))
    presence.forget_customer(ticket.pk)  # they came, read, and closed the page
    pass_time()
    sender.send_due()
    assert (inbox.raw, states()) == ([], [DeliveryState.READ])


def test_having_been_there_before_the_answer_is_not_having_read_it(
    ticket: Ticket, dana: User, inbox: Inbox
) -> None:
    presence.mark_here(presence.customer_key(ticket.pk))
    presence.forget_customer(ticket.pk)
    make_reply(ticket, dana)
    send_due()
    assert len(inbox.raw) == 1


def test_without_a_wait_it_is_mailed_at_once_unless_they_are_there(
    ticket: Ticket, dana: User, inbox: Inbox
) -> None:
    SiteSettings.objects.update(unread_minutes=0)
    make_reply(ticket, dana)
    owe_due()
    assert sender.send_due() == 1
    presence.mark_here(presence.customer_key(ticket.pk))
    make_reply(ticket, dana)
    send_due()
    assert len(inbox.raw) == 1


def test_who_writes_by_mail_is_answered_by_mail_at_once(
    ticket: Ticket, dana: User, mailbox: Mailbox, inbox: Inbox
) -> None:
    ticket.messages.update(channel="email")
    presence.mark_here(presence.customer_key(ticket.pk))
    make_reply(ticket, dana)
    owe_due()
    assert sender.send_due() == 1
    assert len(inbox.raw) == 1


# --- caps -----------------------------------------------------------------------------------------


def something(ticket: Ticket) -> Event:
    ticket.refresh_from_db()
    event = events.record(EventKind.FACT_NOTED, actor=Actor.system(), ticket=ticket)
    ticket.save()
    return event


def acknowledge(ticket: Ticket) -> Delivery | None:
    return outbound.owe(
        something(ticket), ticket, "ines@walkers.example", DeliveryKind.ACKNOWLEDGEMENT
    )


def test_one_automatic_mail_in_ten_minutes_and_five_a_day_then_silence_and_agents_are_told(
    ticket: Ticket, inbox: Inbox
) -> None:
    for sent in range(1, 9):
        acknowledge(ticket)
        assert acknowledge(ticket) is None, "not within ten minutes"
        send_due()
        assert len(inbox.raw) == min(sent, caps.MOST_A_DAY)
        Delivery.objects.update(created_at=timezone.now() - timedelta(minutes=11 + sent))
    assert kinds(ticket).count("mail.silenced") == 1
    assert caps.may_write_by_itself("other@walkers.example", ticket)
    assert caps.may_write_by_itself("ines@walkers.example", make_ticket())
    Delivery.objects.update(created_at=timezone.now() - timedelta(hours=25))
    assert caps.may_write_by_itself("ines@walkers.example", ticket)


def test_an_agents_answer_is_never_capped(ticket: Ticket, dana: User, inbox: Inbox) -> None:
    for number in range(7):
        make_reply(ticket, dana, f"Answer {number}")
        send_due()
    assert len(inbox.raw) == 7
    assert "mail.silenced" not in kinds(ticket)


def test_what_is_owed_twice_for_one_event_is_one_mail(ticket: Ticket, inbox: Inbox) -> None:
    event = something(ticket)
    to = "ines@walkers.example"
    first = outbound.owe(event, ticket, to, DeliveryKind.ACKNOWLEDGEMENT)
    assert outbound.owe(event, ticket, to, DeliveryKind.ACKNOWLEDGEMENT) == first
    send_due()
    assert ticket.reference in text_of(inbox.mail)
    assert inbox.mail["Auto-Submitted"] == "auto-generated"
