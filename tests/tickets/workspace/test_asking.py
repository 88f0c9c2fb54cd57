"""A reply that asks for what is known: told before it is sent, sent all the same, and counted."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from django.test import Client

from tests.factories import make_ticket
from tests.tickets.ledger import kinds, since
from tests.tickets.workspace.conftest import BY_SCRIPT
from tickets.models import AuthorKind, Event, EventKind, Message, Team, Ticket, Turn, User

ASKS = "Thanks for writing. Could you send me your order number?"


@pytest.fixture
def ticket(team: Team) -> Ticket:
    return make_ticket(team=team, body="My order KM-20418 has not arrived. Where is it?")


def url(ticket: Ticket, act: str = "write") -> str:
    return f"/workspace/{ticket.reference}/{act}/"


def counted(ticket: Ticket) -> list[Event]:
    return list(ticket.events.filter(kind=EventKind.ASKED_AGAIN))


def test_the_draft_is_looked_at_while_it_is_written(danas: Client, ticket: Ticket) -> None:
    before = kinds(ticket)
    asks = danas.post(url(ticket, "known"), {"kind": "reply", "body": ASKS}, headers=BY_SCRIPT)
    place = ticket.messages.get(author_kind=AuthorKind.CUSTOMER).position
    assert "They already gave the order number:" in asks.text
    assert f'href="#m{place}"' in asks.text
    assert 'data-insert="KM-20418"' in asks.text
    assert "Send anyway" in asks.text
    for harmless in (
        {"kind": "note", "body": ASKS},
        {"body": ASKS},
        {"kind": "reply", "body": "Your order KM-20418 left on Monday."},
        {"kind": "reply"},
    ):
        assert danas.post(url(ticket, "known"), harmless, headers=BY_SCRIPT).text.strip() == ""
    assert kinds(ticket) == before, "looking counts nothing"


def test_it_is_not_sent_before_they_were_told(danas: Client, ticket: Ticket) -> None:
    before = kinds(ticket)
    answer = danas.post(url(ticket), {"kind": "reply", "body": ASKS}, headers=BY_SCRIPT)
    assert answer.status_code == 409
    error = answer.json()["error"]
    assert error["code"] == "asked_again"
    assert "KM-20418" in error["html"]
    ticket.refresh_from_db()
    assert (ticket.turn, kinds(ticket)) == (Turn.QUEUE, before)
    assert not ticket.messages.filter(author_kind=AuthorKind.AGENT).exists()


def test_without_script_the_page_says_so_once_and_keeps_the_words(
    danas: Client, ticket: Ticket
) -> None:
    page = danas.post(url(ticket), {"kind": "reply", "body": ASKS})
    assert page.status_code == 409
    assert "Not sent yet" in page.text
    assert "They already gave the order number:" in page.text
    assert f"{ASKS}</textarea>" in page.text
    assert 'name="anyway" value="yes"' in page.text
    sent = danas.post(url(ticket), {"kind": "reply", "body": ASKS, "anyway": "yes"})
    assert sent.status_code == 302
    assert ticket.messages.get(author_kind=AuthorKind.AGENT).body == ASKS


def test_sent_anyway_it_is_counted_with_what_was_asked(
    danas: Client, ticket: Ticket, dana: User
) -> None:
    bystander = make_ticket(body="My order KM-1 is late.")
    data = {"kind": "reply", "body": ASKS, "anyway": "yes", "client_id": str(uuid.uuid4())}
    for _ in range(3):  # a double click sends and counts once
        assert danas.post(url(ticket), data, headers=BY_SCRIPT).status_code == 200
    message = Message.objects.get(ticket=ticket, author_kind=AuthorKind.AGENT)
    (event,) = counted(ticket)
    assert (event.actor_user, event.data) == (
        dana,
        {"fact": "order_number", "message": message.position},
    )
    assert not counted(bystander)


def test_what_asks_for_nothing_known_is_sent_and_not_counted(danas: Client, ticket: Ticket) -> None:
    number = len(kinds(ticket))
    body = "Could you send me a photo of the parcel?"
    data = {"kind": "reply", "body": body, "anyway": "yes"}
    assert danas.post(url(ticket), data, headers=BY_SCRIPT).status_code == 200
    assert EventKind.ASKED_AGAIN not in since(ticket, number)


def test_a_note_may_ask_whatever_it_likes(danas: Client, ticket: Ticket) -> None:
    answer = danas.post(url(ticket), {"kind": "note", "body": ASKS}, headers=BY_SCRIPT)
    assert answer.status_code == 200
    assert ticket.notes.get().body == ASKS
    assert not counted(ticket)


def test_a_stranger_learns_nothing_of_what_is_known(
    as_user: Callable[[User | None], Client], stranger: User, ticket: Ticket
) -> None:
    answer = as_user(stranger).post(
        url(ticket, "known"), {"kind": "reply", "body": ASKS}, headers=BY_SCRIPT
    )
    assert answer.status_code == 404
    assert "KM-20418" not in answer.text


def test_what_customers_wrote_is_shown_as_text(danas: Client, team: Team) -> None:
    ticket = make_ticket(team=team, body='I tried <b onclick="x">waxing</b> the zip twice, I did.')
    ticket.facts.create(customer=ticket.customer, key="tent", value='"><script>alert(1)</script>')
    data = {"kind": "reply", "body": "What is your tent?"}
    shown = danas.post(url(ticket, "known"), data, headers=BY_SCRIPT).text
    assert "&lt;script&gt;" in shown
    assert "<script>" not in shown
