"""What the assistant would answer, told to programs: a machine's words with their sources and reasons."""

from __future__ import annotations

import pytest

from tests.factories import make_article
from tests.tickets.api.conftest import Caller, MakeCaller, caller  # noqa: F401 - a fixture
from tickets.models import EscalationRule, Event, Message, Scope, Ticket

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("encoder")]
PREVIEW = "/api/v1/assistant/preview/"


@pytest.fixture
def asking(caller: MakeCaller) -> Caller:  # noqa: F811
    return caller(Scope.ASSISTANT_ASK)


def test_an_answer_is_marked_as_a_machines_and_quotes_its_sources(asking: Caller) -> None:
    article = make_article(
        "Repair a broken pole", body="Slide the sleeve over the break of the pole."
    )
    before = Event.objects.count()
    answer = asking.get(PREVIEW, {"q": "How do I repair a broken pole?"})
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told["author"] == "assistant"
    assert told["decision"] in {"answer", "offer", "clarify", "hand_over"}
    assert 0 <= told["confidence"] <= 1
    assert all(one["slug"] == article.slug for one in told["sources"])
    assert told["reasons"]
    assert not Ticket.objects.exists()
    assert not Message.objects.exists()
    assert Event.objects.count() == before


def test_it_says_which_rule_would_ask_for_a_person(asking: Caller) -> None:
    told = asking.get(PREVIEW, {"q": "I want to talk to a human being, now!"}).json()
    assert told["decision"] == "hand_over"
    assert told["rule"] is None or EscalationRule.objects.filter(name=told["rule"]).exists()
    assert told["sources"] == []
