"""A key that acts for an agent: answers, notes, changes, the end; theirs are the rights and the name."""

from __future__ import annotations

from typing import Any

import pytest

from tests.factories import make_agent, make_team, make_ticket
from tests.tickets.api.conftest import TICKETS, Caller, MakeCaller
from tickets import actions
from tickets.actors import Actor
from tickets.models import (
    ApiKey,
    Event,
    EventKind,
    Message,
    Note,
    Resolution,
    Scope,
    Team,
    Ticket,
    Turn,
    User,
)
from tickets.workspace.history import who

pytestmark = pytest.mark.django_db


@pytest.fixture
def team() -> Team:
    return make_team("Gear care")


@pytest.fixture
def dana(team: Team) -> User:
    return make_agent("Dana Osei", teams=[team])


@pytest.fixture
def billing(caller: MakeCaller, dana: User) -> Caller:
    """A billing system that acts for Dana."""
    return caller(Scope.TICKETS_READ, Scope.TICKETS_ACT, name="Billing", agent=dana)


def at(ticket: Ticket, what: str) -> str:
    return f"{TICKETS}{ticket.reference}/{what}/"


def test_an_answer_is_the_agents_and_says_which_key_wrote_it(
    billing: Caller, dana: User, team: Team
) -> None:
    ticket = make_ticket(team=team)
    sent = [
        billing.post(at(ticket, "replies"), {"body": "It left today."}, Idempotency_Key="one")
        for _again in range(2)
    ]
    assert [answer.status_code for answer in sent] == [201, 201]
    assert sent[0].json()["author"] == {"kind": "agent", "name": "Dana"}
    assert sent[0].json()["by_key"] == "Billing"
    message = Message.objects.get(ticket=ticket, author_kind="agent")
    assert (message.author_user, message.body) == (dana, "It left today.")
    assert message.provenance == {"key": "Billing"}
    ticket.refresh_from_db()
    assert (ticket.turn, ticket.assignee) == (Turn.CUSTOMER, dana)
    event = ticket.events.filter(kind=EventKind.MESSAGE_POSTED, actor_user=dana).get()
    assert event.actor_key is not None
    assert who(event) == "Dana Osei (Billing)"  # as colleagues read it in the history


def test_a_note_is_read_by_nobody_outside(billing: Caller, dana: User, team: Team) -> None:
    ticket = make_ticket(team=team)
    answer = billing.post(at(ticket, "notes"), {"body": "Refund 4021 is booked."})
    assert answer.status_code == 201
    assert set(answer.json()) == {"position", "created_at"}
    assert Note.objects.get(ticket=ticket).author == dana
    assert "4021" not in billing.get(at(ticket, "messages")).text
    assert not Message.objects.filter(body__contains="4021").exists()


def test_a_ticket_is_changed_resolved_and_reopened(billing: Caller, dana: User, team: Team) -> None:
    ticket = make_ticket(team=team)
    wanted = {
        "subject": "Two charges",
        "priority": "high",
        "add_tags": ["refund"],
        "assignee": dana.email,
        "state": "resolved",
    }
    answer = billing.post(at(ticket, "changes"), wanted)
    assert answer.status_code == 201, answer.text
    told = answer.json()
    assert (told["subject"], told["priority"], told["tags"]) == ("Two charges", "high", ["refund"])
    assert (told["turn"], told["resolution"], told["assignee"]) == (
        "closed",
        "resolved",
        "Dana Osei",
    )
    told = billing.post(at(ticket, "changes"), {"state": "open", "remove_tags": ["refund"]}).json()
    assert (told["turn"], told["tags"]) == ("agent", [])
    resolved = ticket.events.get(kind=EventKind.TICKET_RESOLVED)
    assert (resolved.actor_user, resolved.actor_key) == (dana, ApiKey.objects.get())


def test_a_ticket_goes_to_another_team_with_its_brief(
    caller: MakeCaller, dana: User, team: Team
) -> None:
    other = make_team("Orders")
    dana.teams.add(other)
    key = caller(Scope.TICKETS_ACT, agent=dana)
    ticket = make_ticket(team=team)
    answer = key.post(at(ticket, "changes"), {"team": other.slug})
    assert answer.status_code == 201
    assert set(answer.json()) == {"reference", "created_at"}  # it may not read
    ticket.refresh_from_db()
    assert (ticket.team, ticket.turn) == (other, Turn.QUEUE)


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"state": "gone"}, "state"),
        ({"team": "nowhere"}, "team"),
        ({"assignee": "nobody@kestrelmoor.example"}, "assignee"),
        ({"priority": "highest"}, "priority"),
        ({"add_tags": ["x" * 41]}, "add_tags.0"),
        ({"turn": "closed"}, "turn"),
    ],
)
def test_what_cannot_be_is_refused_by_its_name_and_nothing_is_changed(
    billing: Caller, team: Team, sent: dict[str, Any], field: str
) -> None:
    ticket = make_ticket(team=team)
    before = Event.objects.count()
    answer = billing.post(at(ticket, "changes"), {"subject": "New", **sent})
    assert answer.status_code == 400
    assert field in answer.json()["error"]["fields"], answer.text
    ticket.refresh_from_db()
    assert ticket.subject != "New"
    assert billing.post(at(ticket, "changes"), {}).status_code == 400
    assert Event.objects.count() == before


def test_all_of_a_change_is_done_or_nothing(billing: Caller, dana: User, team: Team) -> None:
    ticket = make_ticket(team=team, turn=Turn.CLOSED, agent=dana)
    answer = billing.post(at(ticket, "changes"), {"priority": "urgent", "assignee": None})
    assert answer.status_code == 409
    ticket.refresh_from_db()
    assert (ticket.priority, ticket.resolution) == (2, Resolution.RESOLVED)


def test_the_key_sees_and_does_what_its_agent_may_and_no_more(
    billing: Caller, dana: User, team: Team
) -> None:
    hidden = make_ticket(team=make_team("Orders"))
    for what, body in (("replies", {"body": "Hi"}), ("notes", {"body": "Hi"})):
        answer = billing.post(at(hidden, what), body)
        missing = billing.post(f"{TICKETS}23456789/{what}/", body)
        assert answer.status_code == missing.status_code == 404
    assert billing.post(at(hidden, "changes"), {"state": "resolved"}).status_code == 404
    assert Message.objects.filter(author_kind="agent").count() == Note.objects.count() == 0
    own = make_ticket(team=team)
    User.objects.filter(pk=dana.pk).update(is_active=False)
    gone = billing.post(at(own, "replies"), {"body": "Hi"})
    assert gone.status_code == 403
    assert billing.get(TICKETS).status_code == 200  # reading needs no agent


def test_another_agents_conversation_is_not_answered_beside_them(
    billing: Caller, team: Team
) -> None:
    robin = make_agent("Robin Vale", teams=[team])
    ticket = make_ticket(team=team, turn=Turn.AGENT, agent=robin)
    actions.reply(actor=Actor.agent(robin), ticket=ticket, body="I look into it.")
    answer = billing.post(at(ticket, "changes"), {"priority": "high"})
    assert answer.status_code == 201
    assert Message.objects.filter(ticket=ticket, author_kind="agent").count() == 1


def test_a_key_that_acts_names_somebody_who_works_here(dana: User) -> None:
    for agent in (None, make_agent("Kit", is_active=False)):
        with pytest.raises(Exception, match="Choose the agent"):
            actions.create_api_key(
                actor=Actor.system(), name="Shop", scopes=[Scope.TICKETS_ACT], agent=agent
            )
    key, _secret = actions.create_api_key(
        actor=Actor.system(), name="Shop", scopes=[Scope.TICKETS_READ], agent=dana
    )
    assert key.agent is None  # it does nothing for anybody
