"""Mail is kept as it came, once, before anybody reads it."""

from __future__ import annotations

import pytest

from tests.factories import make_team
from tests.tickets.parallel import real_transactions, together
from tickets import actions
from tickets.actors import Actor
from tickets.models import Event, EventKind, IncomingMail, Mailbox, MailState

MAIL = (
    b"Received: from one.example\r\nFrom: Ines <ines@brook.example>\r\nMessage-ID: <1@brook.example>\r\n"
    b"Subject: My tent\r\n\r\nIt has a hole.\r\n"
)


def make_mailbox(address: str = "support@kestrelmoor.example") -> Mailbox:
    return Mailbox.objects.create(name="Support", address=address, team=make_team())


def receive(mailbox: Mailbox, raw: bytes) -> tuple[IncomingMail, bool]:
    return actions.receive_mail(actor=Actor.system(), mailbox=mailbox, raw=raw)


@pytest.mark.django_db
def test_a_mail_is_kept_to_the_byte_and_its_event_says_nothing_of_what_is_in_it() -> None:
    mail, is_new = receive(make_mailbox(), MAIL)

    assert is_new
    assert IncomingMail.objects.get(pk=mail.pk).source == MAIL
    assert (mail.state, mail.internet_message_id) == (MailState.RECEIVED, "<1@brook.example>")
    event = Event.objects.get(kind=EventKind.MAIL_RECEIVED)
    assert (event.subject_id, event.data) == (str(mail.pk), {"mailbox": mail.mailbox_id})


@pytest.mark.django_db
def test_the_same_mail_by_another_way_and_in_another_mailbox_is_one() -> None:
    mail, _new = receive(make_mailbox(), MAIL)
    other_way = MAIL.replace(b"one.example", b"two.example").replace(b"\r\n", b"\n")
    again, is_new = receive(make_mailbox("orders@kestrelmoor.example"), other_way)

    assert (again, is_new) == (mail, False)
    assert Event.objects.filter(kind=EventKind.MAIL_RECEIVED).count() == 1


@pytest.mark.django_db
def test_the_same_id_with_other_words_is_another_mail() -> None:
    mailbox = make_mailbox()
    receive(mailbox, MAIL)
    _mail, is_new = receive(mailbox, MAIL.replace(b"a hole", b"two holes"))
    assert is_new


@pytest.mark.django_db
@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00\xff\r\n\r\n\x00",
        b"Message-ID: <\x00\xed\xa0\x80>\r\n\r\n",
        b"Subject: x" * 90_000,
    ],
)
def test_whatever_comes_is_kept(raw: bytes) -> None:
    mail, is_new = receive(make_mailbox(), raw)
    assert is_new
    assert IncomingMail.objects.get(pk=mail.pk).source == raw


@real_transactions
def test_two_who_fetch_the_same_mail_at_once_keep_it_once() -> None:
    mailbox = make_mailbox()
    found = together(6, lambda _number: receive(mailbox, MAIL)[1])
    assert sorted(map(bool, found)) == [False] * 5 + [True]
    assert IncomingMail.objects.count() == 1
