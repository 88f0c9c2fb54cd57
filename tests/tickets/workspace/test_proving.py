"""What agents see of who writes, and how they ask for it."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.factories import make_customer, make_ticket, make_visitor
from tests.tickets.proofs import INES, by, proved
from tests.tickets.workspace.conftest import BY_SCRIPT
from tests.tickets.workspace.test_happened import told
from tickets import actions
from tickets.actors import Actor
from tickets.models import Channel, IdentityCheck, Team, Ticket, Turn, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def ticket(team: Team, dana: User) -> Ticket:
    return make_ticket(team=team, turn=Turn.AGENT, agent=dana, customer=make_visitor())


def page(client: Client, ticket: Ticket) -> str:
    return client.get(f"/workspace/{ticket.reference}/").text


def test_the_head_says_how_well_they_are_known(danas: Client, ticket: Ticket) -> None:
    assert "Unknown visitor" in page(danas, ticket)
    actions.leave_email(actor=by(ticket), ticket=ticket, email="left@walkers.example")
    assert "Address claimed, not proved" in page(danas, ticket)
    owner = make_customer("Ines Pardo", email=INES)
    proved(ticket)
    shown = page(danas, ticket)
    assert 'data-identity="verified"' in shown
    assert "Code, " in shown
    assert f'<a href="/workspace/customers/{owner.pk}/"><bdi>Ines Pardo</bdi></a>' in shown


def test_a_log_in_and_a_confirmed_address_are_named(danas: Client, team: Team, dana: User) -> None:
    for customer, channel, words in (
        (make_customer(login=True), Channel.PORTAL, "Signed in"),
        (make_customer(), Channel.PORTAL, "Confirmed address"),
        (make_customer(login=True), Channel.EMAIL, "Confirmed address"),
    ):
        ticket = make_ticket(
            team=team, turn=Turn.AGENT, agent=dana, customer=customer, channel=channel
        )
        assert words in page(danas, ticket)


def test_an_agent_asks_with_one_click_and_both_read_it(danas: Client, ticket: Ticket) -> None:
    assert 'data-key="y"' in page(danas, ticket)
    answered = danas.post(f"/workspace/{ticket.reference}/ask-proof/", headers=BY_SCRIPT)
    assert answered.status_code == 200
    assert IdentityCheck.objects.get(ticket=ticket).wanted_at is not None
    assert told(ticket)[-1] == "Dana Osei asked the customer to prove their address."
    make_customer(email=INES)
    proved(ticket)
    assert told(ticket)[-1] == "Visitor proved an address by a code."


def test_the_history_says_each_step_and_holds_no_address(danas: Client, ticket: Ticket) -> None:
    make_customer(email=INES)
    actions.ask_to_prove(actor=Actor.agent(User.objects.get(name="Dana Osei")), ticket=ticket)
    proved(ticket)
    shown = danas.get(f"/workspace/{ticket.reference}/history/").text
    for words in (
        "asked the customer to prove their address",
        "asked for a code to prove an address",
        "proved an address by a code",
    ):
        assert words in shown
    lines = danas.get(f"/workspace/{ticket.reference}/history/", headers=BY_SCRIPT).text
    assert INES not in lines


def test_a_page_costs_the_same_however_well_they_are_known(danas: Client, ticket: Ticket) -> None:
    page(danas, ticket)
    with CaptureQueriesContext(connection) as before:
        page(danas, ticket)
    make_customer(email=INES)
    proved(ticket)
    with CaptureQueriesContext(connection) as after:
        page(danas, ticket)
    assert len(before) == len(after)
