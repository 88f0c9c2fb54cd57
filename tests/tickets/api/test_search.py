"""Search over what is said, the rules' reasons, and what the assistant would answer, for programs."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import index_tickets, make_agent, make_note, make_team, make_ticket
from tests.tickets.api.conftest import TICKETS, Caller, MakeCaller
from tickets.models import EscalationRule, Scope, Ticket

pytestmark = pytest.mark.django_db
SEARCH = f"{TICKETS}search/"


@pytest.fixture
def reader(caller: MakeCaller) -> Caller:
    return caller(Scope.TICKETS_READ)


def found(reader: Caller, words: str) -> list[str]:
    answer = reader.get(SEARCH, {"q": words})
    assert answer.status_code == 200, answer.text
    return [one["reference"] for one in answer.json()["results"]]


def test_tickets_are_found_by_what_was_said_and_by_operators(reader: Caller) -> None:
    pole = make_ticket(body="The carbon pole snapped.")
    make_ticket(body="Where is my parcel?")
    Ticket.objects.filter(pk=pole.pk).update(tags=["refund"])
    index_tickets()
    assert found(reader, "carbon") == found(reader, "tag:refund") == [pole.reference]
    assert found(reader, "carbon -tag:refund") == []
    assert len(found(reader, "status:open")) == 2


def test_what_agents_note_is_found_by_no_program(reader: Caller) -> None:
    team = make_team()
    make_note(make_ticket(team=team), make_agent(teams=[team]), "A notorious swindler.")
    index_tickets()
    assert found(reader, "swindler") == []


def test_what_is_no_search_says_what_to_do(reader: Caller) -> None:
    refused = reader.get(SEARCH, {"q": "team:nowhere"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "misread")
    assert "nowhere" in refused.json()["error"]["message"]


def test_a_search_costs_the_same_for_one_and_for_ten(reader: Caller) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as caught:
            found(reader, "pole")
        return len(caught)

    make_ticket(body="My pole broke.")
    index_tickets()
    found(reader, "pole")
    one = statements()
    for _more in range(9):
        make_ticket(body="My pole broke.")
    index_tickets()
    assert statements() == one
    page = reader.get(SEARCH, {"q": "pole", "page_size": "7"}).json()
    rest = reader.get(page["next"]).json()
    assert len(page["results"] + rest["results"]) == 10
    assert rest["next"] is None


def test_the_rules_in_force_are_read_with_their_reasons(caller: MakeCaller) -> None:
    EscalationRule.objects.update(active=False)
    rule = EscalationRule.objects.earliest("position")
    EscalationRule.objects.filter(pk=rule.pk).update(active=True)
    (told,) = caller(Scope.RULES_READ).get("/api/v1/rules/").json()["results"]
    assert (told["name"], told["why"], told["reason"]) == (rule.name, rule.sentence, rule.reason)
    assert told["in_words"].startswith("When ")
