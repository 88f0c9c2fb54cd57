"""A conversation that is only played: decided like a real one, and nothing is stored."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from bots.rehearsal import play, somebody
from tests.bots.conftest import Find
from tests.factories import make_admin, make_agent, make_article
from tickets.models import Decision, Event, Reading, RuleFiring, Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _without_a_second_factor(settings: Any) -> None:
    settings.STAFF_NEED_SECOND_FACTOR = False


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(make_admin(), backend="tickets.web.logins.LogIns")
    return client


def test_it_decides_turn_by_turn_until_a_person_has_it(finds: Find) -> None:
    finds((make_article("Mend a pole"), 0.95))
    turns = play(["How do I mend a pole?", "agemt pls", "never read"])
    assert [turn.outcome.decision for turn in turns] == [Decision.ANSWER, Decision.HAND_OVER]
    assert turns[1].outcome.rule is not None
    assert turns[1].outcome.rule.rule.name == "Asks for a person"


def test_a_no_leaves_out_what_did_not_help(finds: Find) -> None:
    article, other = make_article(), make_article()
    finds((article, 0.95), (other, 0.3))
    turns = play(["How do I mend a pole?", "That didn't help", "And the other one, the pole?"])
    assert turns[1].turned.thought is not None
    assert turns[1].turned.thought.did_not_help
    assert turns[2].sources[0] == other.pk


def test_who_is_asking_counts(finds: Find) -> None:
    finds((make_article(), 0.95))
    (turn,) = play(["How do I mend a pole?"], somebody(prefers_person=True))
    assert turn.outcome.decision == Decision.HAND_OVER


def test_nothing_is_stored_by_the_page(finds: Find, admin: Client) -> None:
    finds((make_article("Mend a pole"), 0.95))
    page = admin.post(reverse("admin:bots_playground"), {"text": "How do I mend a pole?"})
    assert page.status_code == 200
    assert "Mend a pole" in page.text
    again = admin.post(
        reverse("admin:bots_playground"),
        {"said": ["How do I mend a pole?", "\x00"], "text": "agemt pls"},
    )
    assert "Asks for a person" in again.text
    stored = (Ticket, Reading, RuleFiring)
    assert not any(model.objects.exists() for model in stored)
    assert not Event.objects.exists()


@pytest.mark.parametrize("text", ["", " ", "x" * 100_000, "a\x00b"])
def test_bad_input_is_a_clear_sentence_or_harmless(text: str, finds: Find, admin: Client) -> None:
    finds((make_article(), 0.95))
    page = admin.post(reverse("admin:bots_playground"), {"text": text})
    assert page.status_code == 200


@pytest.mark.parametrize("name", ["bots_playground", "bots_confidence"])
def test_they_are_for_admins_only(name: str, client: Client) -> None:
    address = reverse(f"admin:{name}")
    assert client.get(address).status_code == 302
    client.force_login(make_agent(), backend="tickets.web.logins.LogIns")
    assert client.get(address).status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?answer_from=0.9&offer_from=0.2&last=100",
        "?answer_from=x",
        "?answer_from=0.1&offer_from=0.5",
        "?last=7",
    ],
)
def test_the_what_if_never_fails_on_its_numbers(query: str, admin: Client) -> None:
    page = admin.get(reverse("admin:bots_confidence") + query)
    assert page.status_code == 200
