"""Links in a mail: one act, no log-in, nothing by merely opening them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from tests.factories import make_customer, make_ticket
from tickets.email import links
from tickets.email.links import Act
from tickets.models import Answer, AuthorKind, Event, Message, Reason, Ticket, Turn

pytestmark = pytest.mark.django_db


@pytest.fixture
def answer() -> Message:
    ticket = make_ticket(turn=Turn.CUSTOMER, customer=make_customer(email="ines@brook.example"))
    return ticket.messages.get(author_kind=AuthorKind.ASSISTANT)


def path(act: Act, answer: Message) -> str:
    return "/" + links.make(act, answer).split("/", 3)[3]


@pytest.mark.parametrize("act", list(Act))
def test_a_program_that_opens_every_link_of_a_mail_does_nothing(
    client: Client, answer: Message, act: Act
) -> None:
    before = Event.objects.count()
    page = client.get(path(act, answer)).content.decode()
    client.head(path(act, answer))
    assert Event.objects.count() == before
    assert answer.ticket.subject not in page
    assert answer.ticket.reference in page


def test_the_button_says_that_it_solved_it(client: Client, answer: Message) -> None:
    for _twice in range(2):
        assert client.post(path(Act.HELPED, answer)).status_code == 200
    ticket = Ticket.objects.get(pk=answer.ticket_id)
    assert (ticket.turn, ticket.solved_by_assistant) == (Turn.CLOSED, True)
    assert Answer.objects.get(message=answer).helpful is True


def test_the_button_says_that_it_did_not(client: Client, answer: Message) -> None:
    client.post(path(Act.DID_NOT_HELP, answer))
    assert Answer.objects.get(message=answer).helpful is False


def test_a_person_is_asked_for_from_the_mail_also_when_limits_are_used_up(
    client: Client, answer: Message
) -> None:
    for _often in range(40):
        assert client.post(path(Act.PERSON, answer)).status_code == 200
    ticket = Ticket.objects.get(pk=answer.ticket_id)
    assert (ticket.turn, ticket.handovers.get().reason) == (Turn.QUEUE, Reason.ASKED)


@pytest.mark.parametrize("change", ["act", "conversation", "age", "rubbish"])
def test_a_link_is_for_its_one_act_in_its_one_conversation_for_its_time(
    client: Client, answer: Message, change: str, monkeypatch: Any
) -> None:
    address = path(Act.HELPED, answer)
    other = make_ticket()
    if change == "act":
        address = address.replace(".yes:", ".person:")
    elif change == "conversation":
        address = address.replace(answer.ticket.reference, other.reference)
    elif change == "rubbish":
        address = "/by-mail/ı:2:3/"
    else:
        monkeypatch.setattr(links, "VALID_FOR", timedelta(seconds=-1))
    before = Event.objects.count()
    assert client.post(address).status_code == 410
    assert Event.objects.count() == before
