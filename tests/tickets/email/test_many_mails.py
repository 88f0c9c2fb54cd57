"""Many mails at once: several are taken up together, in their order, at few statements each."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.tickets.email.posted import a_mail, deliver, make_mailbox, message_of
from tickets import actions, tasks
from tickets.actors import Actor
from tickets.models import AuthorKind, Event, EventKind, Mailbox, MailState, Ticket

pytestmark = pytest.mark.django_db

# Each costs a millisecond of the processor and more. Savepoints, and what tests ask for anew each time
# (`lately`), are among them.
MOST_STATEMENTS = 27


def arrives(mailbox: Mailbox, number: int, *, answers: int | None = None) -> None:
    headers: dict[str, Any] = {}
    if answers is not None:
        headers["In_Reply_To"] = f"<{answers}@brook.example>"
    mail = a_mail(Message_ID=f"<{number}@brook.example>", body=f"Mail {number}", **headers)
    actions.receive_mail(actor=Actor.system(), mailbox=mailbox, raw=mail.as_bytes())


def test_an_answer_is_filed_with_few_statements(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    mailbox = make_mailbox()
    arrives(mailbox, 1)
    tasks.work_off("incoming")
    arrives(mailbox, 2, answers=1)
    with django_assert_max_num_queries(MOST_STATEMENTS):
        tasks.work_off("incoming")
    assert [mail.state for mail in mailbox.incoming.order_by("pk")] == [MailState.DONE] * 2


def test_mails_that_are_taken_up_together_are_filed_in_their_order() -> None:
    mailbox = make_mailbox()
    for number in range(6):
        arrives(mailbox, number, answers=number - 1 if number else None)
    tasks.work_off("incoming")

    ticket = Ticket.objects.get()
    said = ticket.messages.filter(author_kind=AuthorKind.CUSTOMER).order_by("position")
    assert [message.body for message in said] == [f"Mail {number}" for number in range(6)]


def test_one_that_breaks_does_not_keep_those_beside_it() -> None:
    mailbox = make_mailbox()
    arrives(mailbox, 1)
    arrives(mailbox, 2, answers=3)  # which is not read yet: it waits
    arrives(mailbox, 3)
    tasks.work_off("incoming")
    states = [mail.state for mail in mailbox.incoming.order_by("pk")]
    assert states == [MailState.DONE, MailState.RECEIVED, MailState.DONE]
    assert Ticket.objects.count() == 2


def test_a_mail_that_only_says_something_is_one_change_of_its_conversation() -> None:
    mailbox = make_mailbox()
    first = message_of(deliver(a_mail(Message_ID="<1@brook.example>"), mailbox))
    before = Event.objects.filter(ticket=first.ticket).count()
    second = message_of(deliver(a_mail(In_Reply_To="<1@brook.example>"), mailbox))

    assert second.ticket == first.ticket
    after = Event.objects.filter(ticket=first.ticket).order_by("pk")[before:]
    assert [event.kind for event in after] == [EventKind.MESSAGE_POSTED]
