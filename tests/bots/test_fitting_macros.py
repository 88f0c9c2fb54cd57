"""Macros that fit a conversation stand first, found by what both say, and only one's own and shared ones."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from bots.models import MacroVector
from bots.similar import fitting_macros, learning
from tests.bots import meanings
from tests.factories import make_agent, make_team, make_ticket
from tests.tickets.macro_steps import save
from tickets.models import Macro, Team, Ticket, Turn, User

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _an_encoder_that_knows_topics(monkeypatch: pytest.MonkeyPatch) -> None:
    meanings.instead_of_the_model(monkeypatch)


@pytest.fixture
def team() -> Team:
    return make_team()


@pytest.fixture
def agent(team: Team) -> User:
    return make_agent(teams=[team])


@pytest.fixture
def ticket(team: Team, agent: User) -> Ticket:
    body = "The zip of my tent is stuck."
    return make_ticket(team=team, turn=Turn.AGENT, agent=agent, body=body)


def macros(agent: User) -> tuple[Macro, Macro]:
    zips = save(agent, name="Zip", body="Dear {customer.first_name}, rub a candle along the zip.")
    invoice = save(agent, name="Invoice", body="Your invoice is under My orders.")
    return zips, invoice


def test_the_one_that_fits_stands_first_and_is_the_one_that_is_shown(
    agent: User, ticket: Ticket
) -> None:
    zips, invoice = macros(agent)
    client = Client()
    client.force_login(agent)
    url = f"/workspace/{ticket.reference}/macros/"
    assert "Fits this conversation" not in client.get(url).text, "nothing is known of them yet"
    learning.learn(seconds=5)
    assert fitting_macros.find(ticket, Macro.objects.filter(is_active=True)) == [zips.pk]
    page = client.get(url).text
    assert page.index("Fits this conversation") < page.index("Zip") < page.index("Invoice")
    assert f"/macros/{zips.pk}/apply/" in page
    assert f"/macros/{invoice.pk}/apply/" not in page
    assert "Fits this conversation" not in client.get(url, {"q": "zip"}).text, "they look by name"


def test_somebody_elses_own_macro_is_never_offered_however_well_it_fits(
    agent: User, team: Team, ticket: Ticket
) -> None:
    colleague = make_agent(teams=[team])
    for place in range(15):
        save(colleague, name=f"Zip of a colleague {place}", body="The zip of my tent is stuck.")
    learning.learn(seconds=5)
    client = Client()
    client.force_login(agent)
    page = client.get(f"/workspace/{ticket.reference}/macros/").text
    assert "Zip of a colleague" not in page
    assert "Fits this conversation" not in page
    save(agent, name="My own", body="Rub a candle along the zip.")
    learning.learn(seconds=5)
    page = client.get(f"/workspace/{ticket.reference}/macros/").text
    assert page.index("Fits this conversation") < page.index("My own"), "nobody crowds it out"


def test_what_was_changed_is_read_again_and_what_was_switched_off_does_not_fit(
    agent: User, ticket: Ticket
) -> None:
    zips, invoice = macros(agent)
    learning.learn(seconds=5)
    save(agent, zips, name="Boots", body="Your invoice for the boots.")
    save(agent, invoice, name="Zip", body="Rub a candle along the zip.", is_active=False)
    learning.learn(seconds=5)
    assert set(MacroVector.objects.values_list("macro", "version")) == {
        (zips.pk, 2),
        (invoice.pk, 2),
    }
    assert fitting_macros.find(ticket, Macro.objects.filter(is_active=True)) == []
    zips.delete()
    assert MacroVector.objects.count() == 1


def test_finding_takes_two_statements_and_no_encoder(
    agent: User,
    ticket: Ticket,
    monkeypatch: pytest.MonkeyPatch,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    zips, _invoice = macros(agent)
    learning.learn(seconds=5)
    monkeypatch.undo()
    with django_assert_num_queries(2):
        assert fitting_macros.find(ticket, Macro.objects.filter(is_active=True)) == [zips.pk]
