"""A lead joins, takes over and gives back; and never becomes a second voice by accident."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.factories import make_agent, make_lead, make_message, make_team, make_ticket
from tests.tickets.parallel import real_transactions, together
from tests.tickets.telling import told, untell
from tickets import actions
from tickets.actions import ActionError, ChangedMeanwhile, NotAllowed
from tickets.actors import Actor
from tickets.models import (
    Draft,
    EventKind,
    Follower,
    HandOver,
    NotificationKind,
    Reason,
    Team,
    Ticket,
    Turn,
    User,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def team() -> Team:
    return make_team()


@pytest.fixture
def lena(team: Team) -> User:
    return make_lead("Lena Aune", teams=[team])


@pytest.fixture
def dana(team: Team) -> User:
    return make_agent("Dana Osei", teams=[team])


def kinds(ticket: Ticket) -> list[str]:
    return list(ticket.events.order_by("position").values_list("kind", flat=True))


def test_who_joins_is_seen_by_colleagues_and_not_by_the_customer(
    team: Team, lena: User, dana: User
) -> None:
    ticket = make_ticket(turn=Turn.AGENT, team=team, agent=dana)
    said = ticket.messages.count()
    assert actions.join(actor=Actor.agent(lena), ticket=ticket)
    assert not actions.join(actor=Actor.agent(lena), ticket=ticket)  # once
    assert Follower.objects.get(ticket=ticket).joined_at is not None
    assert kinds(ticket).count(EventKind.TICKET_JOINED) == 1
    assert ticket.messages.count() == said
    ticket.refresh_from_db()
    assert (ticket.turn, ticket.assignee) == (Turn.AGENT, dana)
    untell()
    make_message(ticket)
    assert told(lena) == [NotificationKind.FOLLOWED]


def test_who_only_joined_cannot_answer_while_another_agent_has_it(
    team: Team, lena: User, dana: User
) -> None:
    ticket = make_ticket(turn=Turn.AGENT, team=team, agent=dana)
    lead = Actor.agent(lena)
    actions.join(actor=lead, ticket=ticket)
    said = ticket.messages.count()
    with pytest.raises(ActionError, match="Dana Osei has this conversation") as caught:
        actions.reply(actor=lead, ticket=ticket, body="It is me now.")
    assert caught.value.code == "joined"
    with pytest.raises(ActionError, match="Dana Osei"):
        actions.send_reply(actor=lead, ticket=ticket, body="Me.", wait=timedelta(seconds=10))
    assert ticket.messages.count() == said
    assert not Draft.objects.leaving().exists()
    actions.take_over(actor=lead, ticket=ticket)
    actions.reply(actor=lead, ticket=ticket, body="I took over.")
    assert ticket.messages.filter(author_user=lena).exists()


def test_whoever_has_it_and_whoever_did_not_join_answers_as_before(
    team: Team, lena: User, dana: User
) -> None:
    ticket = make_ticket(turn=Turn.AGENT, team=team, agent=dana)
    actions.follow(actor=Actor.agent(lena), ticket=ticket)
    actions.reply(actor=Actor.agent(dana), ticket=ticket, body="Mine.")
    actions.reply(actor=Actor.agent(lena), ticket=ticket, body="In her place.")
    assert ticket.messages.filter(author_kind="agent").count() == 2


def test_a_reply_to_what_the_assistant_has_takes_it_over_so_there_is_one_voice(
    team: Team, lena: User
) -> None:
    ticket = make_ticket(turn=Turn.ASSISTANT, team=team)
    actions.join(actor=Actor.agent(lena), ticket=ticket)
    actions.reply(actor=Actor.agent(lena), ticket=ticket, body="A person here.")
    ticket.refresh_from_db()
    assert (ticket.assignee, ticket.with_a_person) == (lena, True)


def test_who_steps_out_hears_nothing_more(team: Team, lena: User, dana: User) -> None:
    ticket = make_ticket(turn=Turn.AGENT, team=team, agent=dana)
    actions.join(actor=Actor.agent(lena), ticket=ticket)
    untell()
    assert actions.step_out(actor=Actor.agent(lena), ticket=ticket)
    assert not actions.step_out(actor=Actor.agent(lena), ticket=ticket)
    assert EventKind.TICKET_LEFT in kinds(ticket)
    make_message(ticket)
    assert told(lena) == []


def test_an_agent_neither_joins_nor_takes_over(team: Team, dana: User) -> None:
    ticket = make_ticket(turn=Turn.AGENT, team=team, agent=make_agent(teams=[team]))
    before = kinds(ticket)
    for act in (actions.join, actions.take_over):
        with pytest.raises(NotAllowed):
            act(actor=Actor.agent(dana), ticket=ticket)
    assert kinds(ticket) == before


def test_what_is_closed_is_neither_joined_nor_taken_nor_given_back(team: Team, lena: User) -> None:
    ticket = make_ticket(turn=Turn.CLOSED, team=team, agent=make_agent(teams=[team]))
    for act in (actions.join, actions.take_over, actions.give_back):
        with pytest.raises(ActionError, match="closed"):
            act(actor=Actor.agent(lena), ticket=ticket)
    assert not Follower.objects.filter(joined_at__isnull=False).exists()


def test_whose_conversation_is_taken_over_is_told_and_gets_it_back(
    team: Team, lena: User, dana: User
) -> None:
    ticket = make_ticket(turn=Turn.AGENT, team=team, agent=dana)
    untell()
    actions.take_over(actor=Actor.agent(lena), ticket=ticket, seen=dana.pk)
    ticket.refresh_from_db()
    assert ticket.assignee == lena
    assert told(dana) == [NotificationKind.TAKEN]
    actions.give_back(actor=Actor.agent(lena), ticket=ticket)
    ticket.refresh_from_db()
    assert ticket.assignee == dana
    assert told(dana) == [NotificationKind.TAKEN, NotificationKind.ASSIGNED]


def test_what_the_assistant_has_is_taken_over_and_its_brief_written(team: Team, lena: User) -> None:
    ticket = make_ticket(turn=Turn.ASSISTANT, team=team)
    actions.take_over(actor=Actor.agent(lena), ticket=ticket, seen=None)
    ticket.refresh_from_db()
    assert (ticket.assignee, ticket.turn) == (lena, Turn.AGENT)
    assert ticket.handovers.get().reason == Reason.TAKEN_OVER
    with pytest.raises(ActionError, match="nobody to give it back to"):
        actions.give_back(actor=Actor.agent(lena), ticket=ticket)


def test_it_is_not_taken_from_whom_the_lead_did_not_see(team: Team, lena: User, dana: User) -> None:
    ticket = make_ticket(turn=Turn.AGENT, team=team, agent=dana)
    with pytest.raises(ChangedMeanwhile):
        actions.take_over(actor=Actor.agent(lena), ticket=ticket, seen=lena.pk + dana.pk)
    ticket.refresh_from_db()
    assert ticket.assignee == dana


def test_it_is_not_given_back_to_who_left(team: Team, lena: User, dana: User) -> None:
    ticket = make_ticket(turn=Turn.AGENT, team=team, agent=dana)
    actions.take_over(actor=Actor.agent(lena), ticket=ticket)
    User.objects.filter(pk=dana.pk).update(is_active=False)
    with pytest.raises(ActionError, match="does not work here any more") as caught:
        actions.give_back(actor=Actor.agent(lena), ticket=ticket)
    assert caught.value.code == "gone"
    ticket.refresh_from_db()
    assert ticket.assignee == lena


def test_who_waits_in_a_queue_keeps_what_was_promised(team: Team, dana: User) -> None:
    from tickets.live import presence

    presence.set_state(dana, presence.State.HERE)
    ticket = make_ticket(team=team)
    handover = HandOver.objects.get(ticket=ticket)
    assert handover.promised_at is not None
    said = ticket.messages.filter(author_kind="system").latest("position").body
    assert "Expected wait" in said
    presence.set_state(dana, presence.State.AWAY)
    alone = make_ticket(team=team)
    assert HandOver.objects.get(ticket=alone).promised_at is None
    assert (
        "Expected wait" not in alone.messages.filter(author_kind="system").latest("position").body
    )


@real_transactions
def test_a_lead_who_joins_as_the_customer_leaves_joined_before_or_not_at_all() -> None:
    team = make_team()
    lena = make_lead(teams=[team])
    ticket = make_ticket(turn=Turn.AGENT, team=team, agent=make_agent(teams=[team]))
    customer = Actor.of_customer(ticket.customer)

    def work(number: int) -> object:
        if number:
            return actions.confirm_solved(actor=customer, ticket=ticket)
        return actions.join(actor=Actor.agent(lena), ticket=ticket)

    joined, _ended = together(2, work)
    ticket.refresh_from_db()
    assert ticket.turn == Turn.CLOSED
    there = Follower.objects.filter(ticket=ticket, joined_at__isnull=False).exists()
    assert there == (joined is True)
    assert joined is True or isinstance(joined, ActionError)
    assert (EventKind.TICKET_JOINED in kinds(ticket)) == there


@real_transactions
def test_two_leads_who_take_over_at_once_are_one_who_has_it() -> None:
    team = make_team()
    dana = make_agent(teams=[team])
    leads = [make_lead(teams=[team]) for _n in range(2)]
    ticket = make_ticket(turn=Turn.AGENT, team=team, agent=dana)
    done = together(
        2,
        lambda n: actions.take_over(actor=Actor.agent(leads[n]), ticket=ticket, seen=dana.pk),
    )
    assert sum(isinstance(one, ChangedMeanwhile) for one in done) == 1
    assert ticket.events.filter(kind=EventKind.TICKET_ASSIGNED).count() == 1
