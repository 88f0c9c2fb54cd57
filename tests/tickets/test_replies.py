"""What agents and the assistant say: replies, notes, answers, facts."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest

from tests.factories import (
    OWN_SCOPES,
    make_agent,
    make_answer,
    make_message,
    make_note,
    make_reply,
    make_team,
    make_ticket,
    make_user,
    make_visitor,
)
from tests.tickets.ledger import bodies, kinds, last_event, owed, since
from tickets import actions
from tickets.actions import ActionError, NotAllowed
from tickets.actors import Actor
from tickets.models import AuthorKind, Decision, Event, Fact, Message, Note, Ticket, Turn

pytestmark = pytest.mark.django_db


# --- agents ---------------------------------------------------------------------------------------


def test_a_reply_takes_over_what_nobody_has_and_gives_the_turn_to_the_customer() -> None:
    team = make_team()
    agent = make_agent("Dana Osei", teams=[team])
    ticket = make_ticket(turn=Turn.QUEUE, team=team)
    before = len(kinds(ticket))
    message = make_reply(ticket, agent)
    ticket.refresh_from_db()
    assert (ticket.turn, ticket.assignee) == (Turn.CUSTOMER, agent)
    assert (message.author_kind, message.author_user) == (AuthorKind.AGENT, agent)
    assert since(ticket, before) == ["ticket.accepted", "message.posted", "message.posted"]
    assert ticket.handovers.get().accepted_by == agent
    assert owed(last_event(ticket)) == ["mail.reply", "search.index"]


def test_a_reply_takes_over_from_an_agent_who_has_left() -> None:
    gone, agent = make_agent(), make_agent()
    ticket = make_ticket(turn=Turn.AGENT, agent=gone)
    gone.is_active = False
    gone.save()
    make_reply(ticket, agent)
    ticket.refresh_from_db()
    assert ticket.assignee == agent


def test_a_reply_to_a_closed_conversation_is_refused() -> None:
    agent = make_agent()
    ticket = make_ticket(turn=Turn.CLOSED, agent=agent)
    before = kinds(ticket)
    with pytest.raises(ActionError) as refused:
        make_reply(ticket, agent)
    assert refused.value.code == "closed"
    assert kinds(ticket) == before


def outsiders(ticket: Ticket) -> dict[str, Actor]:
    """Everybody who may not speak for the company, the conversation's own customer first."""
    gone = make_agent(teams=[ticket.team])
    gone.is_active = False
    gone.save()
    key, _secret = actions.create_api_key(actor=Actor.system(), name="Shop", scopes=OWN_SCOPES)
    return {
        "customer": Actor.of_customer(ticket.customer),
        "visitor": Actor.of_customer(make_visitor()),
        "nobody": Actor.nobody(),
        "customer with a log-in": Actor.agent(make_user()),
        "assistant": Actor.assistant(),
        "system": Actor.system(),
        "API key": Actor.integrator(key),
        "agent who left": Actor.agent(gone),
        "agent without a second factor": Actor.agent(make_agent(second_factor=False)),
    }


@pytest.mark.parametrize("turn", [Turn.QUEUE, Turn.AGENT])
@pytest.mark.parametrize("act", [actions.reply, actions.write_note, actions.reply_asking])
def test_only_those_who_work_here_reply_and_write_notes(
    act: Callable[..., object], turn: Turn
) -> None:
    ticket = make_ticket(turn=turn)
    before = Ticket.objects.filter(pk=ticket.pk).values().get()
    counts = (Message.objects.count(), Event.objects.filter(ticket=ticket).count())
    for who, actor in outsiders(ticket).items():
        with pytest.raises(NotAllowed):
            act(actor=actor, ticket=ticket, body=f"I am the shop, says the {who}")
    assert Ticket.objects.filter(pk=ticket.pk).values().get() == before
    assert (Message.objects.count(), Event.objects.filter(ticket=ticket).count()) == counts
    assert not Note.objects.exists()


def test_a_note_is_no_message_moves_no_turn_and_is_only_indexed() -> None:
    agent = make_agent()
    ticket = make_ticket(turn=Turn.QUEUE)
    said = ticket.messages.count()
    note = make_note(ticket, agent)
    after = Ticket.objects.get(pk=ticket.pk)
    assert (after.turn, after.assignee, after.last_message_at) == (
        Turn.QUEUE,
        None,
        ticket.last_message_at,
    )
    assert ticket.messages.count() == said
    assert note.position == after.last_position
    assert last_event(ticket).kind == "note.written"
    assert last_event(ticket).data == {}  # nothing of the note's text is in the event
    assert owed(last_event(ticket)) == ["search.index"]


def test_one_note_sent_twice_is_written_once() -> None:
    agent, ticket, client_id = make_agent(), make_ticket(), uuid4()
    for _ in range(2):
        actions.write_note(
            actor=Actor.agent(agent), ticket=ticket, body="Call the mill", client_id=client_id
        )
    assert Note.objects.count() == 1


@pytest.mark.parametrize("act", [actions.reply, actions.write_note])
def test_the_client_id_of_another_conversation_finds_nothing_of_it(
    act: Callable[..., Message | Note],
) -> None:
    agent, client_id = make_agent(), uuid4()
    tickets = [make_ticket(turn=Turn.AGENT, agent=agent) for _ in range(2)]
    written = [
        act(actor=Actor.agent(agent), ticket=ticket, body=f"For {ticket}", client_id=client_id)
        for ticket in tickets
    ]
    assert [one.ticket for one in written] == tickets
    assert [one.body for one in written] == [f"For {ticket}" for ticket in tickets]


def test_an_agents_draft_keeps_where_it_came_from() -> None:
    agent, ticket = make_agent(), make_ticket(turn=Turn.QUEUE)
    message = actions.reply(
        actor=Actor.agent(agent), ticket=ticket, body="Hello", provenance={"draft": 7, "kept": 0.5}
    )
    message.refresh_from_db()
    assert message.provenance == {"draft": 7, "kept": 0.5}


# --- the assistant --------------------------------------------------------------------------------


def answer(ticket: Ticket, to_position: int) -> Message | None:
    return actions.answer(
        actor=Actor.assistant(),
        ticket=ticket,
        to_position=to_position,
        body="This is what our articles say.",
        decision=Decision.ANSWER,
        confidence=0.8,
    )


def test_an_answer_gives_the_turn_to_the_customer() -> None:
    ticket = make_ticket(turn=Turn.ASSISTANT)
    message = make_answer(ticket)
    ticket.refresh_from_db()
    assert ticket.turn == Turn.CUSTOMER
    assert message.author_kind == AuthorKind.ASSISTANT
    assert message.answer.helpful is None
    assert owed(last_event(ticket)) == ["search.index"]


def test_an_answer_to_an_older_message_is_dropped() -> None:
    ticket = make_ticket(turn=Turn.ASSISTANT)
    first = ticket.messages.get()
    make_message(ticket, "Sorry, I meant the stove.")
    before = kinds(ticket)
    assert answer(ticket, first.position) is None
    assert kinds(ticket) == before
    ticket.refresh_from_db()
    assert ticket.turn == Turn.ASSISTANT


@pytest.mark.parametrize("turn", [Turn.QUEUE, Turn.AGENT, Turn.CUSTOMER, Turn.CLOSED])
def test_the_assistant_says_nothing_when_the_turn_has_moved_on(turn: Turn) -> None:
    ticket = make_ticket(turn=turn)
    said = bodies(ticket, AuthorKind.ASSISTANT)
    newest = ticket.messages.filter(author_kind=AuthorKind.CUSTOMER).latest("position")
    assert answer(ticket, newest.position) is None
    assert bodies(ticket, AuthorKind.ASSISTANT) == said


@pytest.mark.parametrize("turn", [Turn.ASSISTANT, Turn.QUEUE, Turn.AGENT, Turn.CLOSED])
def test_the_assistant_adds_a_line_only_while_it_waits_for_the_customer(turn: Turn) -> None:
    ticket = make_ticket(turn=turn)
    assert actions.follow_up(actor=Actor.assistant(), ticket=ticket, body="Sorry.") is None
    waiting = make_ticket(turn=Turn.CUSTOMER)
    assert actions.follow_up(actor=Actor.assistant(), ticket=waiting, body="Sorry.") is not None


def test_a_fact_is_kept_once_and_its_event_does_not_repeat_it() -> None:
    ticket = make_ticket()
    before = len(kinds(ticket))
    for _ in range(2):
        actions.note_fact(actor=Actor.assistant(), ticket=ticket, key="order", value="KM-1024")
    fact = Fact.objects.get()
    assert (fact.value, fact.customer, fact.source) == ("KM-1024", ticket.customer, "assistant")
    assert since(ticket, before) == ["fact.noted"]
    assert "KM-1024" not in str(last_event(ticket).data)
