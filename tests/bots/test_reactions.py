"""What the assistant does after the commit: it answers once, notes facts, and never stays silent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from bots import reactions
from bots.models import AssistantSettings
from tests.bots.conftest import Find, react
from tests.factories import (
    make_answer,
    make_article,
    make_message,
    make_ticket,
)
from tests.tickets.ledger import bodies, kinds
from tests.tickets.parallel import real_transactions, together
from tickets import actions, events, tasks, watch
from tickets.actors import Actor
from tickets.models import (
    Answer,
    AuthorKind,
    Decision,
    Reaction,
    ReactionState,
    Reason,
    Ticket,
    Turn,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("encoder")]


def said(ticket: Ticket) -> list[str]:
    """What the assistant said."""
    return bodies(ticket, AuthorKind.ASSISTANT)


def turn(ticket: Ticket) -> Reaction:
    """The newest turn that the assistant owes."""
    return Reaction.objects.filter(name="assistant.turn", event__ticket=ticket).latest("pk")


def pass_time(ticket: Ticket) -> None:
    """As if the turn had begun too long ago."""
    Ticket.objects.filter(pk=ticket.pk).update(turn_since=timezone.now() - timedelta(seconds=11))


# --- answering ------------------------------------------------------------------------------------


def test_a_question_is_answered_once_with_its_sources(finds: Find) -> None:
    article, other = make_article("Order a spare pole"), make_article()
    finds((article, 0.95), (other, 0.2))
    ticket = make_ticket(turn=Turn.ASSISTANT)
    react()
    reactions.consider(turn(ticket).event)
    events.run(turn(ticket).pk)
    ticket.refresh_from_db()
    assert ticket.turn == Turn.CUSTOMER
    assert said(ticket) == [AssistantSettings.load().answer_intro]
    answer = Answer.objects.get()
    assert answer.decision == Decision.ANSWER
    assert answer.reasons
    first, second = answer.citations.order_by("rank")
    assert (first.article, first.title, first.heading) == (
        article,
        "Order a spare pole",
        "Order a spare",
    )
    assert first.passage == "Spare pole sections are in the shop under Spare parts."
    assert (first.quoted, second.quoted) == (True, False)
    assert second.article == other


@real_transactions
def test_a_turn_that_two_workers_take_at_once_is_answered_once(finds: Find) -> None:
    finds((make_article(), 0.95))
    ticket = make_ticket(turn=Turn.ASSISTANT)
    reaction = turn(ticket)
    together(6, lambda _: events.run(reaction.pk))
    assert len(said(ticket)) == 1


def test_several_messages_in_a_row_get_one_answer_to_all_of_them(
    finds: Find, asked: list[str]
) -> None:
    finds((make_article(), 0.95))
    ticket = make_ticket(turn=Turn.ASSISTANT, body="My pole snapped.")
    make_message(ticket, "The second one.")
    make_message(ticket, "Can I order a spare?")
    react()
    whole, *parts = asked
    assert whole == "My pole snapped. The second one. Can I order a spare?"
    assert parts == ["My pole snapped.", "Can I order a spare?"]
    assert len(said(ticket)) == 1


def test_an_answer_that_was_still_thought_out_when_they_wrote_again_is_dropped(
    finds: Find,
) -> None:
    finds((make_article(), 0.95))
    ticket = make_ticket(turn=Turn.ASSISTANT)
    old = turn(ticket)
    thought = reactions.consider(old.event)
    assert thought is not None
    make_message(ticket, "I meant the stove.")
    reactions.speak(old.event, thought)
    assert said(ticket) == []
    react()
    assert len(said(ticket)) == 1


def test_an_answer_that_was_still_thought_out_when_a_person_was_asked_for_is_dropped(
    finds: Find,
) -> None:
    finds((make_article(), 0.95))
    ticket = make_ticket(turn=Turn.ASSISTANT)
    thought = reactions.consider(turn(ticket).event)
    assert thought is not None
    actions.hand_over(actor=Actor.of_customer(ticket.customer), ticket=ticket, reason=Reason.ASKED)
    reactions.speak(turn(ticket).event, thought)
    ticket.refresh_from_db()
    assert said(ticket) == []
    assert ticket.turn == Turn.QUEUE


def test_once_a_person_was_asked_for_the_assistant_is_silent(finds: Find, asked: list[str]) -> None:
    finds((make_article(), 0.95))
    ticket = make_ticket(turn=Turn.QUEUE)
    make_message(ticket, "How do I mend a pole?")
    react()
    assert (said(ticket), asked) == ([], [])


# --- never silence --------------------------------------------------------------------------------


def test_if_the_assistant_fails_a_person_is_asked_for_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise MemoryError

    monkeypatch.setattr("bots.turns.think", fail)
    ticket = make_ticket(turn=Turn.ASSISTANT)
    react()
    ticket.refresh_from_db()
    assert ticket.turn == Turn.QUEUE
    assert ticket.handovers.get().reason == Reason.FAILED
    assert turn(ticket).state == ReactionState.DEAD
    assert said(ticket) == []


def test_a_worker_killed_in_the_middle_of_a_turn_means_one_hand_over(asked: list[str]) -> None:
    ticket = make_ticket(turn=Turn.ASSISTANT)
    assert Reaction.objects.claim(turn(ticket).pk, lease=events.LEASE) is not None
    Reaction.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    react()
    ticket.refresh_from_db()
    assert ticket.turn == Turn.QUEUE
    assert kinds(ticket).count("person.asked") == 1


def test_after_seven_seconds_of_silence_a_person_is_asked_for() -> None:
    late = make_ticket(turn=Turn.ASSISTANT, ago=timedelta(seconds=8))
    early = make_ticket(turn=Turn.ASSISTANT, ago=timedelta(seconds=5))
    assert tasks.hand_over_overdue_turns() == 1
    for ticket in (late, early):
        ticket.refresh_from_db()
    assert (late.turn, early.turn) == (Turn.QUEUE, Turn.ASSISTANT)
    assert late.handovers.get().reason == Reason.TOO_SLOW
    assert tasks.hand_over_overdue_turns() == 0


def test_an_answer_that_comes_after_the_deadline_is_dropped(finds: Find) -> None:
    finds((make_article(), 0.95))
    ticket = make_ticket(turn=Turn.ASSISTANT)
    thought = reactions.consider(turn(ticket).event)
    pass_time(ticket)
    tasks.hand_over_overdue_turns()
    reactions.speak(turn(ticket).event, thought)
    assert said(ticket) == []


@pytest.mark.parametrize("what", ["answered", "written again"])
def test_the_deadline_looks_again_once_it_has_the_lock(what: str) -> None:
    ticket = make_ticket(turn=Turn.ASSISTANT, ago=timedelta(seconds=11))
    since = timezone.now() - watch.DEADLINE  # and it was found to be late
    if what == "answered":
        make_answer(ticket)
    else:
        make_message(ticket)
    assert watch._give_up(ticket.pk, since) is False
    assert not ticket.handovers.exists()


@real_transactions
def test_the_deadline_and_the_answer_at_once_give_one_of_the_two(finds: Find) -> None:
    finds((make_article(), 0.95))
    ticket = make_ticket(turn=Turn.ASSISTANT)
    claimed = Reaction.objects.claim(turn(ticket).pk, lease=events.LEASE)
    assert claimed is not None
    thought = reactions.consider(claimed.event)
    pass_time(ticket)
    subscriber = events._by_name[claimed.name]
    acts: list[Callable[[], object]] = [
        lambda: events._settle(claimed, subscriber, thought),
        tasks.hand_over_overdue_turns,
    ]
    together(2, lambda index: acts[index]())
    ticket.refresh_from_db()
    answered, asked = len(said(ticket)), kinds(ticket).count("person.asked")
    assert (ticket.turn, answered, asked) in (
        (Turn.CUSTOMER, 1, 0),
        (Turn.QUEUE, 0, 1),
    )


# --- handing over ---------------------------------------------------------------------------------
