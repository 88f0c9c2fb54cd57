"""What a key does that moves a ticket for its agent: its turn, aside, into another, beside another."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.factories import make_agent, make_customer, make_lead, make_team, make_ticket
from tests.tickets.api.conftest import TICKETS, Caller, MakeCaller
from tickets import actions, clock
from tickets.actors import Actor
from tickets.models import (
    Event,
    EventKind,
    HandOver,
    Reason,
    Scope,
    Team,
    Ticket,
    TicketLink,
    Turn,
    User,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def team() -> Team:
    return make_team("Gear care")


@pytest.fixture
def dana(team: Team) -> User:
    return make_agent("Dana Osei", teams=[team])


@pytest.fixture
def crm(caller: MakeCaller, dana: User) -> Caller:
    """A program that reads, and acts for Dana."""
    return caller(Scope.TICKETS_READ, Scope.TICKETS_ACT, Scope.HANDOVERS_READ, agent=dana)


def at(ticket: Ticket, what: str) -> str:
    return f"{TICKETS}{ticket.reference}/{what}/"


def test_a_ticket_goes_to_a_person_with_its_brief_and_back_to_the_assistant(
    crm: Caller, dana: User, team: Team
) -> None:
    ticket = make_ticket(team=team, turn=Turn.ASSISTANT, body="My parcel is lost.")
    told = crm.post(at(ticket, "turn"), {"to": "person", "detail": "Lost for good."})
    assert (told.status_code, told.json()["turn"]) == (201, "queue"), told.text
    again = crm.post(at(ticket, "turn"), {"to": "person"}).json()
    assert again["turn"] == "queue"
    (one,) = crm.get(at(ticket, "handovers")).json()["results"]
    assert (one["reason"], one["detail"], one["team"]) == ("asked", "Lost for good.", team.slug)
    assert one["wants"] == HandOver.objects.get().wants != ""
    asked = Event.objects.get(kind=EventKind.PERSON_ASKED)
    assert (asked.actor_user, asked.actor_key is not None) == (dana, True)
    back = crm.post(at(ticket, "turn"), {"to": "assistant"})
    assert (back.status_code, back.json()["turn"]) == (201, "assistant")
    (one,) = crm.get(at(ticket, "handovers")).json()["results"]
    assert one["ended_at"] is not None


def test_a_hint_to_colleagues_is_in_no_brief_that_programs_read(
    crm: Caller, dana: User, team: Team
) -> None:
    ticket = make_ticket(team=team, turn=Turn.ASSISTANT)
    lead = make_lead(teams=[team])
    actions.whisper(actor=Actor.agent(lead), ticket=ticket, body="He is a thief.")
    actions.hand_over(actor=Actor.assistant(), ticket=ticket, reason=Reason.RULE)
    assert "thief" in str(HandOver.objects.get().statements)
    assert "thief" not in crm.get(at(ticket, "handovers")).text


def test_a_ticket_is_put_aside_and_brought_back(crm: Caller, dana: User, team: Team) -> None:
    ticket = make_ticket(team=team, turn=Turn.QUEUE)
    until = clock.now() + timedelta(days=2)
    told = crm.post(at(ticket, "snooze"), {"until": until.isoformat(), "note": "Parcel"}).json()
    assert (told["category"], told["assignee"]) == ("hold", "Dana Osei")
    ticket.refresh_from_db()
    assert (ticket.snoozed_until, ticket.snooze_note) == (until, "Parcel")
    past = crm.post(at(ticket, "snooze"), {"until": "2020-01-01T00:00:00Z"})
    assert past.status_code == 400
    for _twice in range(2):
        assert crm.call("DELETE", at(ticket, "snooze")).status_code == 204
    ticket.refresh_from_db()
    assert ticket.snoozed_at is None
    assert Event.objects.filter(kind=EventKind.TICKET_UNSNOOZED).count() == 1


def test_two_tickets_of_one_customer_are_merged_and_parted(crm: Caller, team: Team) -> None:
    ticket = make_ticket(team=team)
    into = make_ticket(team=team, customer=ticket.customer)
    strangers = make_ticket(team=team, customer=make_customer())
    refused = crm.post(at(ticket, "merge"), {"into": strangers.reference})
    assert refused.status_code == 409
    answer = crm.post(at(ticket, "merge"), {"into": into.reference})
    assert (answer.status_code, answer.json()["reference"]) == (201, into.reference)
    assert crm.get(f"{TICKETS}{ticket.reference}/").json()["merged_into"] == into.reference
    for _twice in range(2):
        assert crm.call("DELETE", at(ticket, "merge")).status_code == 204
    ticket.refresh_from_db()
    assert ticket.merged_into is None


def test_two_tickets_are_linked_once_and_parted_from_either_side(crm: Caller, team: Team) -> None:
    ticket, other = make_ticket(team=team), make_ticket(team=team)
    for _twice in range(2):
        told = crm.post(at(ticket, "links"), {"kind": "caused_by", "ticket": other.reference})
        assert told.json() == {"kind": "caused_by", "ticket": other.reference}
    assert TicketLink.objects.count() == 1
    circle = crm.post(at(other, "links"), {"kind": "caused_by", "ticket": ticket.reference})
    assert (circle.status_code, circle.json()["error"]["code"]) == (409, "circle")
    gone = crm.call("DELETE", f"{at(other, 'links')}caused_by/{ticket.reference}/")
    assert gone.status_code == 204
    assert not TicketLink.objects.exists()
    missing = crm.call("DELETE", f"{at(other, 'links')}caused_by/{ticket.reference}/")
    assert missing.status_code == 404


def test_what_the_agent_does_not_see_is_not_there(crm: Caller, team: Team) -> None:
    own, hidden = make_ticket(team=team), make_ticket(team=make_team("Orders"))
    bodies = {
        "turn": {"to": "person"},
        "snooze": {},
        "merge": {"into": own.reference},
        "links": {"kind": "related", "ticket": own.reference},
    }
    before = Event.objects.count()
    for what, body in bodies.items():
        assert crm.post(at(hidden, what), body).status_code == 404
    for what, name in (("merge", "into"), ("links", "ticket")):
        body = {"kind": "related"} if what == "links" else {}
        assert crm.post(at(own, what), {**body, name: hidden.reference}).status_code == 404
    assert Event.objects.count() == before
