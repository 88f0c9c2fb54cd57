"""Spam goes into quarantine: out of every list, waking nobody, and back as it was."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError
from django.db.transaction import atomic
from django.utils import timezone

from bots import outcomes
from tests.factories import (
    index_tickets,
    make_agent,
    make_answer,
    make_customer,
    make_message,
    make_team,
    make_ticket,
)
from tests.tickets.ledger import bodies, kinds, last_event, owed, since
from tickets import access, actions
from tickets.actions import NotAllowed
from tickets.actors import Actor
from tickets.lists.arranging import Sort
from tickets.lists.orders import LATEST
from tickets.models import Decision, Resolution, Team, Ticket, Turn, User
from tickets.search.finding import find
from tickets.search.language import read
from tickets.service import queues
from tickets.workspace.inbox import Selection, View, page

pytestmark = pytest.mark.django_db


@pytest.fixture
def team() -> Team:
    return make_team()


@pytest.fixture
def dana(team: Team) -> User:
    return make_agent("Dana Osei", teams=[team])


def mark(agent: User, ticket: Ticket) -> Ticket:
    return actions.mark_spam(actor=Actor.agent(agent), ticket=ticket)


def bring_back(agent: User, ticket: Ticket) -> Ticket:
    return actions.not_spam(actor=Actor.agent(agent), ticket=ticket)


def listed(agent: User, view: View) -> list[Ticket]:
    return page(Actor.agent(agent), Selection(view)).rows


def test_it_is_in_quarantine_and_nowhere_else(team: Team, dana: User) -> None:
    actor, other = Actor.agent(dana), make_ticket(team=team)
    spam = make_ticket(team=team, body="Cheap watches for everybody")
    mark(dana, spam)
    index_tickets()
    assert listed(dana, View.SPAM) == [spam]
    for view in View:
        assert spam not in listed(dana, view) or view == View.SPAM
    counts = page(actor, Selection(View.WAITING)).navigation.counts
    assert (counts["waiting"], counts["open"], counts["closed"], counts["spam"]) == (1, 1, 0, 1)
    for words in ("watches", "status:closed", spam.reference):
        found = find(actor, read(words, dana), sort=Sort.NEWEST, cursor="", size=9)
        assert found.tickets == [], words
    assert list(access.tickets_for(actor)) == [other]
    assert queues.outlook(other).place == 1


def test_nobody_is_told_and_nothing_follows(team: Team, dana: User) -> None:
    ticket = make_ticket(team=team, turn=Turn.ASSISTANT)
    before, said = len(kinds(ticket)), bodies(ticket, "system")
    mark(dana, ticket)
    assert since(ticket, before) == ["ticket.spam"]
    event = last_event(ticket)
    assert (event.actor_user, owed(event)) == (dana, [])
    assert bodies(ticket, "system") == said
    ticket.refresh_from_db()
    assert (ticket.turn, ticket.resolution) == (Turn.SPAM, Resolution.SPAM)


def test_an_answer_that_was_being_written_is_dropped(team: Team, dana: User) -> None:
    ticket = make_ticket(team=team, turn=Turn.ASSISTANT)
    mark(dana, ticket)
    spoken = actions.answer(
        actor=Actor.assistant(),
        ticket=ticket,
        to_position=ticket.last_position,
        body="Here you are",
        decision=Decision.ANSWER,
        confidence=0.9,
    )
    assert spoken is None

    ticket.refresh_from_db()
    assert ticket.turn == Turn.SPAM


@pytest.mark.parametrize("turn", [turn for turn in Turn if turn != Turn.SPAM])
def test_it_comes_back_with_the_turn_that_it_had(turn: Turn, team: Team, dana: User) -> None:
    agent = dana if turn in (Turn.AGENT, Turn.CLOSED) else None
    ticket = make_ticket(team=team, turn=turn, agent=agent, ago=timedelta(hours=3))
    kept = (
        *("turn", "turn_since", "assignee_id", "person_asked_at", "resolution", "closed_at"),
        *("solved_by_assistant", "team_id", "last_message_at"),
    )
    before = Ticket.objects.values(*kept).get(pk=ticket.pk)
    mark(dana, ticket)
    bring_back(dana, ticket)
    assert Ticket.objects.values(*kept).get(pk=ticket.pk) == before
    assert last_event(ticket).kind == "ticket.not_spam"


def test_what_was_an_agents_who_is_gone_comes_back_to_the_queue(team: Team, dana: User) -> None:
    kit = make_agent("Kit Marlow", teams=[team])
    ticket = make_ticket(team=team, turn=Turn.AGENT, agent=kit)
    mark(dana, ticket)
    kit.is_active = False
    kit.save()
    bring_back(dana, ticket)
    ticket.refresh_from_db()
    assert (ticket.turn, ticket.assignee) == (Turn.QUEUE, None)


def test_marking_twice_is_once_and_only_who_works_here_marks(team: Team, dana: User) -> None:
    ticket = make_ticket(team=team)
    mark(dana, ticket)
    number = len(kinds(ticket))
    mark(dana, ticket)
    assert len(kinds(ticket)) == number
    for nobody in (Actor.assistant(), Actor.system(), Actor.of_customer(ticket.customer)):
        for act in (actions.mark_spam, actions.not_spam):
            with pytest.raises(NotAllowed):
                act(actor=nobody, ticket=ticket)


@pytest.mark.parametrize("turn", [Turn.QUEUE, Turn.ASSISTANT, Turn.CLOSED])
def test_whoever_writes_in_it_reaches_a_person_and_never_the_assistant(
    turn: Turn, team: Team, dana: User
) -> None:
    """It may have been a mistake, and a limit never stands between a customer and a person."""
    ticket = make_ticket(team=team, turn=turn)
    mark(dana, ticket)
    make_message(ticket, "I am no robot. My tent is broken.")
    ticket.refresh_from_db()
    assert (ticket.turn, ticket.resolution) == (Turn.QUEUE, "")
    assert ticket in listed(dana, View.WAITING)


def test_its_customer_has_it_among_the_others_and_cannot_call_it_solved(
    team: Team, dana: User
) -> None:
    customer = make_customer()
    ticket = make_ticket(team=team, customer=customer)
    mark(dana, ticket)
    actor = Actor.of_customer(customer)
    assert LATEST.page(access.tickets_for(actor), "", size=5).rows == [ticket]
    actions.confirm_solved(actor=actor, ticket=ticket)
    ticket.refresh_from_db()
    assert ticket.resolution == Resolution.SPAM
    with pytest.raises(actions.ActionError):
        actions.rate(actor=actor, ticket=ticket, satisfaction=5, effort=5)


def test_how_sure_the_assistant_is_learns_nothing_from_spam(team: Team, dana: User) -> None:
    ticket = make_ticket(team=team, turn=Turn.ASSISTANT)
    make_answer(ticket)
    assert len(outcomes.recent(9)) == 1
    mark(dana, ticket)
    assert outcomes.recent(9) == []


@pytest.mark.parametrize(
    "broken",
    [
        {"turn": Turn.SPAM},
        {"turn": Turn.SPAM, "resolution": Resolution.QUIET, "closed_at": timezone.now()},
        {"turn": Turn.CLOSED, "resolution": Resolution.SPAM, "closed_at": timezone.now()},
    ],
)
def test_the_database_refuses_half_a_quarantine(broken: dict[str, Any], team: Team) -> None:
    ticket = make_ticket(team=team)
    with pytest.raises(IntegrityError), atomic():
        Ticket.objects.filter(pk=ticket.pk).update(assignee=None, **broken)


def test_quarantine_shows_only_what_an_agent_may_see(
    team: Team, dana: User, django_assert_num_queries: Callable[[int], Any]
) -> None:
    kit = make_agent("Kit Marlow", teams=[make_team()])
    for _number in range(3):
        mark(dana, make_ticket(team=team))
    assert listed(kit, View.SPAM) == []
    customer = make_customer()
    assert not access.quarantine_for(Actor.of_customer(customer)).exists()
    assert len(listed(dana, View.SPAM)) == 3  # and her teams are known from here on
    with django_assert_num_queries(1):
        listed(dana, View.SPAM)
