"""Who has the conversation: asking for a person, accepting, handing back, transferring."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.factories import (
    QUESTION,
    make_agent,
    make_answer,
    make_customer,
    make_hours,
    make_message,
    make_note,
    make_team,
    make_ticket,
    make_visitor,
)
from tests.tickets.ledger import bodies, kinds, last_event, since
from tests.tickets.parallel import real_transactions, together
from tickets import access, actions
from tickets.actions import ActionError, NotAllowed, Taken
from tickets.actors import Actor
from tickets.models import AuthorKind, Event, HandOver, Reason, Team, Ticket, Turn, User

pytestmark = pytest.mark.django_db


def hand_over(ticket: Ticket, reason: Reason = Reason.ASKED, detail: str = "") -> HandOver:
    return actions.hand_over(
        actor=Actor.of_customer(ticket.customer), ticket=ticket, reason=reason, detail=detail
    )


def leave(agent: User) -> None:
    """The agent does not work here any more."""
    agent.is_active = False
    agent.save()


# --- asking for a person --------------------------------------------------------------------------


@pytest.mark.parametrize("turn", [Turn.ASSISTANT, Turn.CUSTOMER, Turn.CLOSED])
def test_a_person_can_be_asked_for_at_any_moment(turn: Turn) -> None:
    ticket = make_ticket(turn=turn)
    before = len(kinds(ticket))
    handover = hand_over(ticket)
    ticket.refresh_from_db()
    assert (ticket.turn, ticket.assignee, ticket.closed_at) == (Turn.QUEUE, None, None)
    assert ticket.person_asked_at is not None
    assert (handover.reason, handover.team, handover.ended_at) == (Reason.ASKED, ticket.team, None)
    assert since(ticket, before) == ["person.asked", "message.posted"]
    assert ticket.events.get(kind="person.asked").data == {
        "reason": "asked",
        "team": ticket.team_id,
    }


@pytest.mark.parametrize("turn", [Turn.QUEUE, Turn.AGENT])
def test_asking_again_changes_nothing(turn: Turn) -> None:
    ticket = make_ticket(turn=turn)
    before = (kinds(ticket), ticket.assignee, ticket.turn_since)
    first = ticket.handovers.get()
    assert hand_over(ticket, Reason.ANGER) == first
    ticket.refresh_from_db()
    assert (kinds(ticket), ticket.assignee, ticket.turn_since) == before
    assert ticket.turn == turn
    assert ticket.handovers.get().reason == Reason.ASKED


def test_asking_after_a_reopening_does_not_take_it_from_its_agent() -> None:
    agent = make_agent()
    ticket = make_ticket(turn=Turn.CLOSED, agent=agent)
    actions.reopen(actor=Actor.of_customer(ticket.customer), ticket=ticket)
    before = kinds(ticket)
    hand_over(ticket)
    ticket.refresh_from_db()
    assert (ticket.turn, ticket.assignee) == (Turn.AGENT, agent)
    assert kinds(ticket) == before


def test_asking_works_when_the_agent_who_had_it_is_gone() -> None:
    agent = make_agent()
    ticket = make_ticket(turn=Turn.CUSTOMER, agent=agent)
    leave(agent)
    hand_over(ticket)
    ticket.refresh_from_db()
    assert (ticket.turn, ticket.assignee) == (Turn.QUEUE, None)
    assert ticket.handovers.filter(ended_at=None).count() == 1


def test_the_brief_is_there_with_the_request_and_stays_as_it_was() -> None:
    ticket = make_ticket(turn=Turn.ASSISTANT)
    handover = hand_over(ticket, Reason.ANGER, "“useless”")
    brief = (handover.wants, handover.tried, handover.why, handover.feeling, handover.facts)
    assert handover.wants == QUESTION
    assert handover.why == "Upset (“useless”)"
    make_message(ticket, "My order is KM-1024, and I am furious.")
    handover.refresh_from_db()
    assert (
        handover.wants,
        handover.tried,
        handover.why,
        handover.feeling,
        handover.facts,
    ) == brief


def test_before_anything_was_typed_the_brief_says_so() -> None:
    visitor = make_visitor()
    ticket = actions.ask_for_a_person(actor=Actor.of_customer(visitor), customer=visitor)
    assert ticket.handovers.get().wants == (
        "Nothing written yet. They asked for a person right away."
    )


def test_a_detail_is_one_line_of_300_characters() -> None:
    handover = hand_over(make_ticket(turn=Turn.ASSISTANT), detail="a\r\nBcc: b\x00 " + "x" * 500)
    assert handover.detail.startswith("a Bcc: b x")
    assert len(handover.detail) == 300


@real_transactions
def test_ten_wishes_for_a_person_at_once_are_one_hand_over() -> None:
    ticket = make_ticket(turn=Turn.ASSISTANT)
    found = together(10, lambda _: hand_over(ticket).pk)
    assert set(found) == {HandOver.objects.get().pk}
    assert kinds(ticket).count("person.asked") == 1


# --- what the customer is told --------------------------------------------------------------------


def told(ticket: Ticket) -> str:
    """The last line of the system."""
    return bodies(ticket, AuthorKind.SYSTEM)[-1]


def closed_team() -> Team:
    """A team that opens once, in two days."""
    day = (timezone.now() + timedelta(days=2)).weekday()
    return make_team(hours=make_hours((day, "09:00", "17:00")))


def test_the_place_in_the_queue_is_said() -> None:
    team = make_team()
    first = make_ticket(turn=Turn.QUEUE, team=team)
    second = make_ticket(turn=Turn.QUEUE, team=team)
    make_ticket(turn=Turn.QUEUE)  # another team's queue
    assert told(first).endswith("You joined the queue at its front.")
    assert told(second).endswith("You joined the queue as number 2.")
    assert "minute" not in told(second)  # nothing is known, so nothing is promised


def test_outside_hours_it_is_said_when_and_that_the_answer_comes_by_mail() -> None:
    ticket = make_ticket(
        turn=Turn.QUEUE, team=closed_team(), customer=make_customer(email="ines@walkers.example")
    )
    assert "Nobody is here right now. We are back on" in told(ticket)
    assert "09:00" in told(ticket)
    assert "The answer comes here and to ines@walkers.example." in told(ticket)
    assert "queue" not in told(ticket)


def test_outside_hours_a_visitor_without_an_address_is_asked_for_one() -> None:
    ticket = make_ticket(turn=Turn.QUEUE, team=closed_team(), customer=make_visitor())
    assert told(ticket).endswith("Leave an e-mail address if you want to be told.")


def test_outside_hours_an_unconfirmed_address_gets_the_news_not_the_answer() -> None:
    customer = make_customer(email=None, claimed_email="new@walkers.example")
    ticket = make_ticket(turn=Turn.QUEUE, team=closed_team(), customer=customer)
    assert told(ticket).endswith("The answer comes here, and we tell you at new@walkers.example.")


def test_a_team_that_never_opens_promises_no_time() -> None:
    ticket = make_ticket(turn=Turn.QUEUE, team=make_team(hours=make_hours()))
    assert "We will answer as soon as we are back." in told(ticket)


# --- accepting ------------------------------------------------------------------------------------


def test_accepting_gives_the_turn_to_the_agent_and_ends_the_wait() -> None:
    agent = make_agent("Dana Osei")
    ticket = make_ticket(turn=Turn.QUEUE)
    before = len(kinds(ticket))
    actions.accept(actor=Actor.agent(agent), ticket=ticket)
    ticket.refresh_from_db()
    handover = ticket.handovers.get()
    assert (ticket.turn, ticket.assignee) == (Turn.AGENT, agent)
    assert handover.accepted_by == agent
    assert handover.accepted_at is not None
    assert handover.ended_at is None
    assert since(ticket, before) == ["ticket.accepted", "message.posted"]
    assert told(ticket) == "Dana joined the conversation."  # their first name, nothing else


def test_accepting_twice_changes_nothing() -> None:
    agent = make_agent()
    ticket = make_ticket(turn=Turn.AGENT, agent=agent)
    before = kinds(ticket)
    assert actions.accept(actor=Actor.agent(agent), ticket=ticket) == ticket
    assert kinds(ticket) == before


def test_an_agent_can_take_over_from_the_assistant_with_a_brief() -> None:
    agent = make_agent()
    ticket = make_ticket(turn=Turn.CUSTOMER)
    actions.accept(actor=Actor.agent(agent), ticket=ticket)
    handover = ticket.handovers.get()
    assert (handover.reason, handover.wants) == (Reason.TAKEN_OVER, QUESTION)
    assert handover.accepted_by == agent


def test_what_an_agent_had_who_is_gone_can_be_accepted() -> None:
    gone, agent = make_agent(), make_agent()
    ticket = make_ticket(turn=Turn.AGENT, agent=gone)
    leave(gone)
    actions.accept(actor=Actor.agent(agent), ticket=ticket)
    ticket.refresh_from_db()
    assert ticket.assignee == agent
    first, second = ticket.handovers.order_by("pk")
    assert (first.accepted_by, second.accepted_by) == (gone, agent)
    assert first.ended_at is not None


def test_a_closed_conversation_cannot_be_accepted() -> None:
    with pytest.raises(ActionError) as refused:
        actions.accept(actor=Actor.agent(make_agent()), ticket=make_ticket(turn=Turn.CLOSED))
    assert refused.value.code == "closed"


@pytest.mark.parametrize("who", ["customer", "assistant", "gone"])
def test_only_those_who_work_here_accept_hand_back_transfer_and_resolve(who: str) -> None:
    ticket = make_ticket(turn=Turn.QUEUE)
    gone = make_agent()
    leave(gone)
    actor = {
        "customer": Actor.of_customer(ticket.customer),
        "assistant": Actor.assistant(),
        "gone": Actor.agent(gone),
    }[who]
    before = kinds(ticket)
    for act in (actions.accept, actions.hand_back, actions.resolve):
        with pytest.raises(NotAllowed):
            act(actor=actor, ticket=ticket)
    with pytest.raises(NotAllowed):
        actions.transfer(actor=actor, ticket=ticket, team=make_team())
    assert kinds(ticket) == before


@real_transactions
def test_of_fifty_who_accept_at_once_one_wins_and_the_others_read_who() -> None:
    team = make_team()
    agents = [make_agent(f"Agent{index} Moor", teams=[team]) for index in range(50)]
    ticket = make_ticket(turn=Turn.QUEUE, team=team)
    results = together(
        50, lambda index: actions.accept(actor=Actor.agent(agents[index]), ticket=ticket)
    )
    winners = [result for result in results if isinstance(result, Ticket)]
    losers = [result for result in results if isinstance(result, Taken)]
    assert (len(winners), len(losers)) == (1, 49), results
    ticket.refresh_from_db()
    assert ticket.assignee is not None
    assert {loser.by for loser in losers} == {ticket.assignee}
    assert str(losers[0]) == f"{ticket.assignee} has already accepted this conversation."
    assert Event.objects.filter(kind="ticket.accepted").count() == 1
    assert ticket.handovers.get().accepted_by == ticket.assignee


# --- handing back ---------------------------------------------------------------------------------


def test_handing_back_an_unanswered_question_gives_the_turn_to_the_assistant() -> None:
    agent = make_agent()
    ticket = make_ticket(turn=Turn.AGENT, agent=agent)
    before = len(kinds(ticket))
    actions.hand_back(actor=Actor.agent(agent), ticket=ticket)
    ticket.refresh_from_db()
    assert (ticket.turn, ticket.assignee, ticket.person_asked_at) == (Turn.ASSISTANT, None, None)
    assert ticket.handovers.get().ended_at is not None
    assert since(ticket, before) == ["ticket.handed_back", "message.posted"]
    assert "You can talk to a human again at any time." in told(ticket)


def test_handing_back_what_was_answered_waits_for_the_customer() -> None:
    agent = make_agent()
    ticket = make_ticket(turn=Turn.CUSTOMER, agent=agent)
    actions.hand_back(actor=Actor.agent(agent), ticket=ticket)
    ticket.refresh_from_db()
    assert (ticket.turn, ticket.person_asked_at) == (Turn.CUSTOMER, None)


def test_handing_back_what_no_person_has_changes_nothing() -> None:
    ticket = make_ticket(turn=Turn.CUSTOMER)
    before = kinds(ticket)
    actions.hand_back(actor=Actor.agent(make_agent()), ticket=ticket)
    assert kinds(ticket) == before


def test_after_handing_back_a_person_is_one_step_away_again() -> None:
    agent = make_agent()
    ticket = make_ticket(turn=Turn.AGENT, agent=agent)
    actions.hand_back(actor=Actor.agent(agent), ticket=ticket)
    hand_over(ticket)
    ticket.refresh_from_db()
    assert ticket.turn == Turn.QUEUE
    assert ticket.handovers.count() == 2


def test_handing_back_forgets_which_answers_did_not_help() -> None:
    agent = make_agent()
    ticket = make_ticket(turn=Turn.CUSTOMER)
    answer = ticket.messages.get(author_kind=AuthorKind.ASSISTANT).answer
    customer = Actor.of_customer(ticket.customer)
    actions.rate_answer(actor=customer, answer=answer, helpful=False)
    actions.accept(actor=Actor.agent(agent), ticket=ticket)
    actions.hand_back(actor=Actor.agent(agent), ticket=ticket)
    ticket.refresh_from_db()
    assert ticket.unhelpful_answers == 0


# --- transferring ---------------------------------------------------------------------------------


def test_a_transfer_keeps_the_brief_and_the_old_team_sees_it_no_more() -> None:
    old, new = make_team("Shop"), make_team("Workshop")
    agent, colleague = make_agent(teams=[old]), make_agent(teams=[old])
    smith = make_agent(teams=[new])
    ticket = make_ticket(turn=Turn.AGENT, team=old, agent=agent)
    brief = ticket.handovers.get()
    before = len(kinds(ticket))
    actions.transfer(
        actor=Actor.agent(agent), ticket=ticket, team=new, detail="Needs the riveting press"
    )
    ticket.refresh_from_db()
    assert (ticket.turn, ticket.team, ticket.assignee) == (Turn.QUEUE, new, None)
    ended, handed = ticket.handovers.order_by("pk")
    assert ended.ended_at is not None
    assert (handed.reason, handed.team) == (Reason.TRANSFERRED, new)
    assert handed.detail == "Needs the riveting press"
    assert (handed.wants, handed.tried, handed.facts) == (brief.wants, brief.tried, brief.facts)
    assert since(ticket, before) == ["ticket.transferred", "message.posted"]
    event = ticket.events.get(kind="ticket.transferred")
    assert event.data == {"team": new.pk, "from_team": old.pk}
    assert told(ticket).startswith("We passed you on to Workshop. They see everything you wrote.")
    assert "riveting" not in told(ticket)  # what agents tell each other
    seen_by = {
        user: access.tickets_for(Actor.agent(user)).filter(pk=ticket.pk).exists()
        for user in (agent, colleague, smith)
    }
    assert seen_by == {agent: False, colleague: False, smith: True}


def test_a_transfer_takes_the_frozen_lines_along_whatever_was_said_since() -> None:
    agent = make_agent()
    body = "This is ridiculous! I already tried glue. Order KM-1024 came broken, I want a new one."
    ticket = make_ticket(turn=Turn.AGENT, agent=agent, body=body)
    frozen = ticket.handovers.get()
    make_message(ticket, "Thank you so much. Can you also send KM-20418 to my new address?")
    actions.transfer(actor=Actor.agent(agent), ticket=ticket, team=make_team(), detail="Press")
    handed = ticket.handovers.get(ended_at=None)
    for name in ("wants", "tried", "feeling", "feeling_start", "facts", "read_to"):
        assert getattr(frozen, name), f"nothing to take along: {name}"
        assert getattr(handed, name) == getattr(frozen, name), name
    lines = [[one for one in of.statements if one["kind"] != "why"] for of in (frozen, handed)]
    assert lines[0] == lines[1] != []
    assert [one["text"] for one in handed.statements if one["kind"] == "why"] == [handed.why]
    assert handed.why == "Transferred by an agent (Press)"


def test_a_transfer_from_the_assistant_writes_a_brief() -> None:
    ticket = make_ticket(turn=Turn.CUSTOMER)
    actions.transfer(actor=Actor.agent(make_agent()), ticket=ticket, team=make_team())
    assert ticket.handovers.get().wants == QUESTION


def test_a_transfer_to_the_queue_where_it_waits_changes_nothing() -> None:
    ticket = make_ticket(turn=Turn.QUEUE)
    before = kinds(ticket)
    actions.transfer(actor=Actor.agent(make_agent()), ticket=ticket, team=ticket.team)
    assert kinds(ticket) == before
    assert ticket.handovers.count() == 1


def test_a_note_is_in_no_brief() -> None:
    agent = make_agent()
    ticket = make_ticket(turn=Turn.AGENT, agent=agent)
    make_note(ticket, agent, "zanzibar-canary")
    actions.hand_back(actor=Actor.agent(agent), ticket=ticket)
    make_answer(ticket)
    handover = hand_over(ticket)
    assert "zanzibar" not in f"{handover.wants}{handover.tried}{handover.why}{handover.facts}"
    assert last_event(ticket).data.keys() == {"author"}
