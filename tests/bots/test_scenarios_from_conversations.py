"""A real conversation is kept as a scenario with one click: masked, with what really came of it."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from bots.models import Scenario
from bots.scenarios import from_conversation
from bots.scenarios.masking import mask
from tests.bots.conftest import Find, react
from tests.factories import (
    make_admin,
    make_agent,
    make_answer,
    make_article,
    make_customer,
    make_lead,
    make_message,
    make_team,
    make_ticket,
)
from tests.tickets.workspace.conftest import BY_SCRIPT
from tickets.models import Event, Ticket, Turn, User

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _without_a_second_factor(settings: Any) -> None:
    settings.STAFF_NEED_SECOND_FACTOR = False


@pytest.fixture
def lead() -> User:
    return make_lead("Priya", teams=[make_team("Gear care")])


@pytest.fixture
def told(finds: Find, lead: User) -> Ticket:
    """Answered from an article first, then handed over because a person was asked for."""
    finds((make_article("Mend a pole"), 0.95))
    ticket = make_ticket(
        turn=Turn.ASSISTANT,
        team=lead.teams.get(),
        customer=make_customer("Maya Lindqvist", email="maya@lindqvist.example"),
        body="Maya here, how do I mend the pole of order KM-48213?\nmaya@lindqvist.example",
    )
    react()
    make_message(ticket, "agemt pls. Call +44 1632 960 111. Regards\nM. Lindqvist")
    react()
    return Ticket.objects.get(pk=ticket.pk)


def keep(user: User, ticket: Ticket, **how: Any) -> Any:
    client = Client()
    client.force_login(user, backend="tickets.web.logins.LogIns")
    return client.post(reverse("workspace-keep-scenario", args=[ticket.reference]), **how)


def test_it_has_what_was_said_without_what_is_personal_and_what_came_of_it(
    told: Ticket, lead: User
) -> None:
    assert keep(lead, told).status_code == 302
    scenario = Scenario.objects.get()
    first, second = scenario.turns.order_by("position")
    assert first.text == "Sam here, how do I mend the pole of order KM-00000?\nsomebody@example.com"
    assert (first.expected, first.article_name) == ("answered", "Mend a pole")
    assert second.text == "agemt pls. Call +00 0000 000 000. Regards\nSam"
    assert (second.expected, second.rule_name) == ("handed_over", "Asks for a person")
    assert "Lindqvist" not in scenario.name
    assert (scenario.ticket, scenario.channel) == (told, told.channel)
    event = Event.objects.filter(subject="bots.scenario").get()
    assert event.actor_user == lead
    assert "Lindqvist" not in str(event.data)


def test_what_a_lead_keeps_waits_for_an_admin_and_what_an_admin_keeps_counts(
    told: Ticket, lead: User
) -> None:
    answer = keep(lead, told, headers=BY_SCRIPT)
    assert "It counts when an admin switches it on." in answer.json()["undo"]
    keep(make_admin("Odhrán"), told)
    kept = Scenario.objects.order_by("pk").values_list("is_active", flat=True)
    assert list(kept) == [False, True]
    assert Scenario.objects.values("name").distinct().count() == 2


def test_an_agent_may_not_and_to_others_it_is_not_there(told: Ticket, lead: User) -> None:
    assert keep(make_agent("Amara", teams=list(lead.teams.all())), told).status_code == 403
    assert keep(make_lead("Bo", teams=[make_team("Another")]), told).status_code == 404
    assert not Scenario.objects.exists()


def test_where_the_assistant_did_nothing_there_is_nothing_to_keep(lead: User) -> None:
    ticket = make_ticket(turn=Turn.QUEUE, team=lead.teams.get())
    answer = keep(lead, ticket)
    assert answer.status_code == 422
    assert not Scenario.objects.exists()


def test_what_was_never_answered_is_left_out(told: Ticket) -> None:
    ticket = make_ticket(turn=Turn.ASSISTANT, body="How do I mend a pole?")
    make_answer(ticket)
    make_message(ticket, "And another thing")
    (turn,) = from_conversation.propose(ticket).turns
    assert turn.text == "How do I mend a pole?"


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("I'm at 14 Harbour View Road, flat 3", "I'm at 1 Example Street, flat 3"),
        ("Bitte an Lindenallee 12b, 20095 Hamburg", "Bitte an 1 Example Street, 00000 Exampletown"),
        ("post code is EH1 2NG", "post code is AB1 2CD"),
        (
            "my card 4111 1111 1111 1111 was charged £79",
            "my card 0000 0000 0000 0000 was charged £79",
        ),
        ("IBAN DE89 3704 0044 0532 0130 00", "IBAN DE00 0000 0000 0000 0000 00"),
        ("ring me on 07700 900123", "ring me on 00000 000000"),
        ("My name is Anne-Marie O'Neill, hello", "My name is Sam, hello"),
        ("see https://track.example/p?x=maya%40mail", "see https://example.com/"),
        ("order KM-48213 of Lindqvist Tours", "order KM-00000 of Sam Tours"),
        ("I am 1.91 m and 84 kg, is Regular right?", "I am 1.91 m and 84 kg, is Regular right?"),
    ],
)
def test_names_addresses_and_numbers_are_masked_in_their_form(said: str, kept: str) -> None:
    assert mask(said, names=["Maya Lindqvist", "Jo"]) == kept


def test_masking_takes_steps_as_a_text_is_long() -> None:
    for hostile in ("1 a " * 5_000, "a@" * 10_000, "1-" * 10_000, "🏔️" * 2_000, "regards\n" * 2_500):
        started = time.monotonic()
        mask(hostile, names=["Maya Lindqvist"])
        assert time.monotonic() - started < 2, hostile[:8]
