"""What an agent hands back is the assistant's only where it has something to say; thanks are thanked."""

from __future__ import annotations

import pytest

from bots import reactions
from bots.learning import gaps
from bots.models import AssistantSettings
from tests.bots.conftest import Find, react
from tests.factories import make_agent, make_article, make_message, make_reply, make_ticket
from tests.tickets.ledger import bodies, kinds
from tickets import actions
from tickets.actors import Actor
from tickets.models import AuthorKind, Reaction, Reason, Ticket, Turn

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("encoder")]


def said(ticket: Ticket) -> list[str]:
    """What the assistant said."""
    return bodies(ticket, AuthorKind.ASSISTANT)


def turn(ticket: Ticket) -> Reaction:
    """The newest turn that the assistant owes."""
    return Reaction.objects.filter(name="assistant.turn", event__ticket=ticket).latest("pk")


def test_handed_back_it_answers_what_was_left_open(finds: Find) -> None:
    finds((make_article(), 0.95))
    agent = make_agent()
    ticket = make_ticket(turn=Turn.AGENT, agent=agent)
    actions.hand_back(actor=Actor.agent(agent), ticket=ticket)
    react()
    assert len(said(ticket)) == 1


def test_handed_back_after_an_answer_it_waits(finds: Find, asked: list[str]) -> None:
    agent = make_agent()
    ticket = make_ticket(turn=Turn.AGENT, agent=agent)
    make_reply(ticket, agent)
    actions.hand_back(actor=Actor.agent(agent), ticket=ticket)
    react()
    assert (said(ticket), asked) == ([], [])


@pytest.mark.parametrize(("asks_back", "read_before"), [(True, True), (False, True), (True, False)])
def test_what_is_no_question_stays_with_the_agent_who_handed_it_back(
    asked: list[str], asks_back: bool, read_before: bool
) -> None:
    AssistantSettings.objects.update(ask_back=asks_back)
    agent = make_agent("Dana Osei")
    ticket = make_ticket(turn=Turn.AGENT, agent=agent)
    make_reply(ticket, agent)
    make_message(ticket, "Thank you, and send it to my work please")
    if read_before:
        react()
    actions.hand_back(actor=Actor.agent(agent), ticket=ticket)
    react()
    ticket.refresh_from_db()
    assert said(ticket) == []
    assert (ticket.turn, ticket.assignee) == (Turn.AGENT, agent)
    assert kinds(ticket)[-2:] == ["ticket.returned", "message.posted"]
    assert bodies(ticket, AuthorKind.SYSTEM)[-1] == "Dana has the conversation again."
    handover = ticket.handovers.get(ended_at=None)
    assert (handover.reason, handover.accepted_by) == (Reason.TAKEN_OVER, agent)
    assert "nothing that the assistant could answer" in handover.why
    assert gaps.file_new() == 0


def test_if_that_agent_is_gone_a_person_is_asked_for(asked: list[str]) -> None:
    agent = make_agent()
    ticket = make_ticket(turn=Turn.AGENT, agent=agent)
    react()
    actions.hand_back(actor=Actor.agent(agent), ticket=ticket)
    agent.is_active = False
    agent.save()
    react()
    ticket.refresh_from_db()
    assert (said(ticket), ticket.turn) == ([], Turn.QUEUE)


def test_a_message_that_came_after_it_was_handed_back_is_answered_like_any(
    finds: Find,
) -> None:
    finds((make_article(), 0.95))
    agent = make_agent()
    ticket = make_ticket(turn=Turn.AGENT, agent=agent)
    actions.hand_back(actor=Actor.agent(agent), ticket=ticket)
    thought = reactions.consider(turn(ticket).event)
    make_message(ticket, "How do I mend a pole?")
    reactions.speak(turn(ticket).event, thought)
    assert said(ticket) == []
    react()
    ticket.refresh_from_db()
    assert (len(said(ticket)), ticket.turn) == (1, Turn.CUSTOMER)


@pytest.mark.parametrize(
    "text", ["Thank you!", "ok great", "Perfect, thanks for your help", "Vielen Dank", "merci"]
)
def test_thanks_are_answered_kindly_and_nothing_is_looked_for(text: str, asked: list[str]) -> None:
    ticket = make_ticket(turn=Turn.CUSTOMER)
    make_message(ticket, text)
    react()
    ticket.refresh_from_db()
    assert said(ticket)[-1] == AssistantSettings.load().thanks_text
    assert (asked, ticket.turn, ticket.clarified) == ([], Turn.CUSTOMER, False)


@pytest.mark.parametrize(
    "text", ["Thanks, and where is my order?", "ok and the stove?", "great tents"]
)
def test_who_says_more_than_thanks_is_read(text: str, asked: list[str]) -> None:
    make_message(make_ticket(turn=Turn.CUSTOMER), text)
    react()
    assert len(asked) == 1
