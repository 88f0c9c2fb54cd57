"""Telephone calls: a note with who called whom; a conversation by telephone like any other."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import make_agent, make_customer, make_team, make_ticket
from tests.tickets.parallel import real_transactions, together
from tickets import actions
from tickets.actions.calls import Called
from tickets.actors import Actor
from tickets.models import (
    AuthorKind,
    Call,
    CallOutcome,
    Channel,
    Customer,
    Direction,
    Event,
    EventKind,
    Note,
    Ticket,
    Turn,
    User,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def dana() -> User:
    return make_agent("Dana Osei", teams=[make_team()])


@pytest.fixture
def agent(client: Client, dana: User) -> Client:
    client.force_login(dana)
    return client


def called(**changed: Any) -> dict[str, Any]:
    return {
        "direction": "incoming",
        "outcome": "talked",
        "minutes": "5",
        "body": "Wants it before Friday.",
        "client_id": str(uuid4()),
        **changed,
    }


def test_a_call_is_a_note_that_says_who_called_whom_and_no_customer_reads_it(
    agent: Client, dana: User
) -> None:
    customer = make_customer(login=True)
    ticket = make_ticket(turn=Turn.AGENT, agent=dana, customer=customer)
    form = called(recording="https://calls.example/1")
    for _twice in range(2):
        agent.post(reverse("workspace-call", args=[ticket.reference]), form)

    call = Call.objects.get()
    assert (call.note.body, call.note.author, call.minutes) == ("Wants it before Friday.", dana, 5)
    event = Event.objects.get(kind=EventKind.CALL_LOGGED)
    assert (event.ticket, event.data["direction"]) == (ticket, "incoming")
    page = agent.get(reverse("workspace-ticket", args=[ticket.reference])).content.decode()
    assert "They called us" in page
    assert "https://calls.example/1" in page
    visitor = Client()
    assert customer.user is not None
    visitor.force_login(customer.user)
    theirs = visitor.get(reverse("conversation", args=[ticket.reference])).content.decode()
    assert "Friday" not in theirs
    assert "calls.example" not in theirs


@pytest.mark.parametrize(
    "wrong",
    [{"recording": "javascript:alert(1)"}, {"minutes": "-1"}, {"minutes": "99999"}, {"body": ""}],
)
def test_a_call_that_cannot_be_is_refused_with_the_form(
    agent: Client, dana: User, wrong: dict[str, str]
) -> None:
    ticket = make_ticket(turn=Turn.AGENT, agent=dana)
    answer = agent.post(reverse("workspace-call", args=[ticket.reference]), called(**wrong))
    assert answer.status_code == 422
    assert not Note.objects.exists()


def test_whoever_calls_for_the_first_time_has_a_conversation_that_is_the_agents(
    agent: Client, dana: User
) -> None:
    form = called(name="Ines Brook", phone="+44 1632 960 001", wants="A new zip for her jacket.")
    for _twice in range(2):
        agent.post(reverse("workspace-new-call"), form)

    ticket = Ticket.objects.get()
    assert (ticket.channel, ticket.turn, ticket.assignee) == (Channel.PHONE, Turn.AGENT, dana)
    assert (ticket.customer.name, ticket.customer.phone) == ("Ines Brook", "+44 1632 960 001")
    said = ticket.messages.get(author_kind=AuthorKind.CUSTOMER)
    assert said.body == "A new zip for her jacket."
    assert Event.objects.get(kind=EventKind.TICKET_OPENED).actor_user == dana
    assert Call.objects.count() == Customer.objects.count() == 1


@real_transactions
def test_a_call_that_is_sent_twice_at_once_begins_one_conversation() -> None:
    dana = make_agent("Dana Osei", teams=[make_team()])
    client_id = uuid4()

    def send(_number: int) -> object:
        return actions.open_by_call(
            actor=Actor.agent(dana),
            called=Called(Direction.INCOMING, CallOutcome.TALKED),
            body="",
            wants="A new zip.",
            name="Ines Brook",
            client_id=client_id,
        )

    together(4, send)
    assert Ticket.objects.count() == Call.objects.count() == Customer.objects.count() == 1


def test_whoever_has_an_address_is_found_by_it(agent: Client) -> None:
    ines = make_customer("Ines Brook", email="ines@brook.example")
    agent.post(
        reverse("workspace-new-call"), called(email="Ines@brook.example", wants="A new zip.")
    )
    assert Ticket.objects.get().customer == ines


def test_an_address_that_is_none_is_refused_and_nothing_is_kept(agent: Client) -> None:
    answer = agent.post(
        reverse("workspace-new-call"), called(email="ınes@brook.example", wants="A new zip.")
    )
    assert answer.status_code == 422
    assert not Ticket.objects.exists()
    assert not Customer.objects.exists()
