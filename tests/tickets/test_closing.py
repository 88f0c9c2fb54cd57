"""The end of a conversation: resolved, confirmed by the customer, reopened, rated."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from tests.factories import make_agent, make_answer, make_article, make_message, make_ticket
from tests.tickets.ledger import bodies, kinds, last_event, owed, since
from tests.tickets.parallel import real_transactions, together
from tickets import actions
from tickets.actions import ActionError
from tickets.actors import Actor
from tickets.models import Answer, AuthorKind, Event, Rating, Reason, Resolution, Ticket, Turn

pytestmark = pytest.mark.django_db


def customer_of(ticket: Ticket) -> Actor:
    return Actor.of_customer(ticket.customer)


def answered() -> tuple[Ticket, Answer]:
    """A conversation that the assistant has answered from an article."""
    ticket = make_ticket(turn=Turn.ASSISTANT)
    return ticket, make_answer(ticket, articles=[make_article()]).answer


# --- resolving ------------------------------------------------------------------------------------


def test_resolving_closes_and_asks_the_customer_whether_it_is() -> None:
    agent = make_agent("Dana Osei")
    ticket = make_ticket(turn=Turn.AGENT, agent=agent)
    before = len(kinds(ticket))
    actions.resolve(actor=Actor.agent(agent), ticket=ticket)
    ticket.refresh_from_db()
    assert (ticket.turn, ticket.resolution) == (Turn.CLOSED, Resolution.RESOLVED)
    assert ticket.closed_at is not None
    assert ticket.handovers.get().ended_at is not None
    assert since(ticket, before) == ["ticket.resolved", "message.posted"]
    assert bodies(ticket, AuthorKind.SYSTEM)[-1] == (
        "Dana marked this as resolved. Is it solved for you?"
    )


def test_resolving_twice_changes_nothing() -> None:
    agent = make_agent()
    ticket = make_ticket(turn=Turn.CLOSED, agent=agent)
    before = kinds(ticket)
    actions.resolve(actor=Actor.agent(agent), ticket=ticket)
    assert kinds(ticket) == before


@pytest.mark.parametrize("turn", [Turn.ASSISTANT, Turn.CUSTOMER, Turn.QUEUE])
def test_an_agent_who_resolves_what_nobody_has_takes_it_over(turn: Turn) -> None:
    agent = make_agent()
    ticket = make_ticket(turn=turn)
    actions.resolve(actor=Actor.agent(agent), ticket=ticket)
    ticket.refresh_from_db()
    assert (ticket.turn, ticket.assignee) == (Turn.CLOSED, agent)
    assert ticket.handovers.get().accepted_by == agent
    actions.confirm_solved(actor=customer_of(ticket), ticket=ticket)
    ticket.refresh_from_db()
    assert not ticket.solved_by_assistant
    make_message(ticket, "It broke again.")
    ticket.refresh_from_db()
    assert (ticket.turn, ticket.assignee) == (Turn.AGENT, agent)


# --- confirming -----------------------------------------------------------------------------------


def test_that_solved_it_closes_and_counts_for_the_assistant() -> None:
    ticket, answer = answered()
    before = len(kinds(ticket))
    actions.rate_answer(actor=customer_of(ticket), answer=answer, helpful=True)
    ticket.refresh_from_db()
    assert (ticket.turn, ticket.resolution) == (Turn.CLOSED, Resolution.CONFIRMED)
    assert ticket.solved_by_assistant
    assert since(ticket, before) == ["answer.rated", "ticket.confirmed", "message.posted"]
    assert ticket.events.get(kind="ticket.confirmed").data == {"by_assistant": True}


def test_what_an_agent_resolved_does_not_count_for_the_assistant() -> None:
    ticket = make_ticket(turn=Turn.CLOSED, agent=make_agent())
    actions.confirm_solved(actor=customer_of(ticket), ticket=ticket)
    ticket.refresh_from_db()
    assert (ticket.resolution, ticket.solved_by_assistant) == (Resolution.CONFIRMED, False)


def test_confirming_twice_changes_nothing() -> None:
    ticket = make_ticket(turn=Turn.CLOSED)
    before = kinds(ticket)
    actions.confirm_solved(actor=customer_of(ticket), ticket=ticket)
    assert kinds(ticket) == before


def test_confirming_while_waiting_for_a_person_leaves_the_queue() -> None:
    ticket = make_ticket(turn=Turn.QUEUE)
    actions.confirm_solved(actor=customer_of(ticket), ticket=ticket)
    ticket.refresh_from_db()
    assert (ticket.turn, ticket.solved_by_assistant) == (Turn.CLOSED, False)
    assert ticket.events.get(kind="ticket.confirmed").data == {"by_assistant": False}
    assert not ticket.handovers.filter(ended_at=None).exists()
    make_message(ticket, "Or rather not.")
    ticket.refresh_from_db()
    assert ticket.turn == Turn.QUEUE  # a person was asked for, so a person answers


# --- reopening ------------------------------------------------------------------------------------


def test_reopening_gives_it_back_to_the_agent_who_had_it() -> None:
    agent = make_agent()
    ticket = make_ticket(turn=Turn.CLOSED, agent=agent)
    before = len(kinds(ticket))
    actions.reopen(actor=customer_of(ticket), ticket=ticket)
    ticket.refresh_from_db()
    assert (ticket.turn, ticket.assignee) == (Turn.AGENT, agent)
    assert (ticket.resolution, ticket.closed_at) == ("", None)
    assert since(ticket, before) == ["ticket.reopened", "message.posted"]


def test_reopening_what_the_assistant_solved_asks_for_a_person() -> None:
    ticket = make_ticket(turn=Turn.CLOSED)
    before = len(kinds(ticket))
    actions.reopen(actor=customer_of(ticket), ticket=ticket)
    ticket.refresh_from_db()
    assert (ticket.turn, ticket.solved_by_assistant) == (Turn.QUEUE, False)
    assert ticket.handovers.get().reason == Reason.REOPENED
    assert since(ticket, before) == ["ticket.reopened", "person.asked", "message.posted"]


def test_reopening_asks_for_another_person_when_the_agent_is_gone() -> None:
    agent = make_agent()
    ticket = make_ticket(turn=Turn.CLOSED, agent=agent)
    agent.is_active = False
    agent.save()
    actions.reopen(actor=customer_of(ticket), ticket=ticket)
    ticket.refresh_from_db()
    assert (ticket.turn, ticket.assignee) == (Turn.QUEUE, None)


@pytest.mark.parametrize("turn", [Turn.ASSISTANT, Turn.QUEUE, Turn.AGENT, Turn.CUSTOMER])
def test_reopening_what_is_open_changes_nothing(turn: Turn) -> None:
    ticket = make_ticket(turn=turn)
    before = kinds(ticket)
    actions.reopen(actor=customer_of(ticket), ticket=ticket)
    assert kinds(ticket) == before


# --- rating the assistant's answers ---------------------------------------------------------------


def test_the_first_no_keeps_the_assistant_and_owes_a_word() -> None:
    ticket, answer = answered()
    actions.rate_answer(actor=customer_of(ticket), answer=answer, helpful=False)
    ticket.refresh_from_db()
    answer.refresh_from_db()
    assert (answer.helpful, ticket.unhelpful_answers) == (False, 1)
    assert ticket.turn == Turn.CUSTOMER
    assert last_event(ticket).data == {
        "answer": answer.pk,
        "helpful": False,
        "handed_over": False,
    }
    assert owed(last_event(ticket)) == ["assistant.unhelpful"]


def test_the_second_no_asks_for_a_person_in_the_same_step() -> None:
    ticket, first = answered()
    actions.rate_answer(actor=customer_of(ticket), answer=first, helpful=False)
    make_message(ticket, "No, the other pole.")
    second = make_answer(ticket, articles=[make_article()]).answer
    before = len(kinds(ticket))
    ticket = actions.rate_answer(actor=customer_of(ticket), answer=second, helpful=False)
    assert ticket.turn == Turn.QUEUE
    assert ticket.handovers.get().reason == Reason.UNHELPFUL
    assert since(ticket, before) == ["answer.rated", "person.asked", "message.posted"]
    rated = ticket.events.filter(kind="answer.rated").latest("pk")
    assert rated.data["handed_over"] is True
    assert owed(rated) == []  # the hand-over says what comes next


def test_the_same_no_twice_is_one_no() -> None:
    ticket, answer = answered()
    for _ in range(2):
        actions.rate_answer(actor=customer_of(ticket), answer=answer, helpful=False)
    ticket.refresh_from_db()
    assert ticket.unhelpful_answers == 1
    assert ticket.turn == Turn.CUSTOMER


@real_transactions
def test_a_double_click_on_it_did_not_asks_for_nobody() -> None:
    ticket, answer = answered()
    together(
        6, lambda _: actions.rate_answer(actor=customer_of(ticket), answer=answer, helpful=False)
    )
    ticket.refresh_from_db()
    assert (ticket.unhelpful_answers, ticket.turn) == (1, Turn.CUSTOMER)
    assert Event.objects.filter(kind="answer.rated").count() == 1


def test_a_yes_while_a_person_has_it_is_kept_but_closes_nothing() -> None:
    ticket, answer = answered()
    actions.hand_over(actor=customer_of(ticket), ticket=ticket, reason=Reason.ASKED)
    actions.rate_answer(actor=customer_of(ticket), answer=answer, helpful=True)
    ticket.refresh_from_db()
    answer.refresh_from_db()
    assert (ticket.turn, answer.helpful) == (Turn.QUEUE, True)


# --- rating the conversation ----------------------------------------------------------------------


def rate(ticket: Ticket, **changes: Any) -> Rating:
    return actions.rate(
        actor=customer_of(ticket), ticket=ticket, **{"satisfaction": 5, "effort": 4, **changes}
    )


def test_a_rating_is_kept_with_its_event() -> None:
    ticket = make_ticket(turn=Turn.CLOSED)
    rate(ticket, comment=" Quick.\x00 ")
    rating = Rating.objects.get(ticket=ticket)
    assert (rating.satisfaction, rating.effort, rating.comment) == (5, 4, "Quick.")
    assert last_event(ticket).kind == "ticket.rated"
    assert last_event(ticket).data == {"satisfaction": 5, "effort": 4}


def test_rating_again_replaces_the_first() -> None:
    ticket = make_ticket(turn=Turn.CLOSED)
    rate(ticket)
    rate(ticket, satisfaction=1)
    assert Rating.objects.get(ticket=ticket).satisfaction == 1


def test_what_is_open_cannot_be_rated() -> None:
    ticket = make_ticket(turn=Turn.CUSTOMER)
    with pytest.raises(ActionError) as refused:
        rate(ticket)
    assert refused.value.code == "open"
    assert not Rating.objects.exists()


@pytest.mark.parametrize("numbers", [{"satisfaction": 0}, {"effort": 6}, {"effort": -1}])
def test_a_rating_is_from_one_to_five(numbers: dict[str, int]) -> None:
    ticket = make_ticket(turn=Turn.CLOSED)
    before = kinds(ticket)
    with pytest.raises(ValidationError):
        rate(ticket, **numbers)
    assert kinds(ticket) == before
