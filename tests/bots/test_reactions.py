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
    make_agent,
    make_answer,
    make_article,
    make_message,
    make_reply,
    make_ticket,
)
from tests.tickets.ledger import bodies, kinds
from tests.tickets.parallel import real_transactions, together
from tickets import actions, events, tasks
from tickets.actors import Actor
from tickets.models import (
    Answer,
    AuthorKind,
    Citation,
    Decision,
    Fact,
    Message,
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
    assert first.nearby == [{"heading": "Change a pole", "anchor": "change"}]
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
    assert asked == ["My pole snapped. The second one. Can I order a spare?"]
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


def test_after_ten_seconds_of_silence_a_person_is_asked_for() -> None:
    late = make_ticket(turn=Turn.ASSISTANT, ago=timedelta(seconds=11))
    early = make_ticket(turn=Turn.ASSISTANT, ago=timedelta(seconds=8))
    assert tasks.hand_over_overdue_turns() == 1
    for ticket in (late, early):
        ticket.refresh_from_db()
    assert (late.turn, early.turn) == (Turn.QUEUE, Turn.ASSISTANT)
    assert late.handovers.get().reason == Reason.TOO_SLOW
    assert tasks.hand_over_overdue_turns() == 0


def test_an_answer_that_comes_after_the_deadline_is_dropped(finds: Find) -> None:
    finds((make_article(), 0.95))
    ticket = make_ticket(turn=Turn.ASSISTANT, ago=timedelta(seconds=11))
    thought = reactions.consider(turn(ticket).event)
    tasks.hand_over_overdue_turns()
    reactions.speak(turn(ticket).event, thought)
    assert said(ticket) == []


@pytest.mark.parametrize("what", ["answered", "written again"])
def test_the_deadline_looks_again_once_it_has_the_lock(what: str) -> None:
    ticket = make_ticket(turn=Turn.ASSISTANT, ago=timedelta(seconds=11))
    since = timezone.now() - tasks.ASSISTANT_DEADLINE  # and it was found to be late
    if what == "answered":
        make_answer(ticket)
    else:
        make_message(ticket)
    assert tasks._give_up_turn(ticket, since) is False
    assert not ticket.handovers.exists()


@real_transactions
def test_the_deadline_and_the_answer_at_once_give_one_of_the_two(finds: Find) -> None:
    finds((make_article(), 0.95))
    ticket = make_ticket(turn=Turn.ASSISTANT, ago=timedelta(seconds=11))
    reaction = turn(ticket)
    acts: list[Callable[[], object]] = [
        lambda: events.run(reaction.pk),
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


def test_a_wish_in_words_hands_over_in_the_same_turn_with_the_brief() -> None:
    ticket = make_ticket(
        turn=Turn.ASSISTANT, body="My order KM-10234 is late. Let me speek to somone."
    )
    react()
    ticket.refresh_from_db()
    assert ticket.turn == Turn.QUEUE
    handover = ticket.handovers.get()
    assert handover.reason == Reason.ASKED
    assert handover.wants == "My order KM-10234 is late."
    assert handover.why == "Asked for a person (“speek to somone”)"
    assert [fact["value"] for fact in handover.facts] == ["KM-10234"]
    assert said(ticket) == []


def test_it_asks_back_at_most_once_in_a_whole_conversation(asked: list[str]) -> None:
    settings = AssistantSettings.load()
    ticket = make_ticket(turn=Turn.ASSISTANT, body="Do you sell kayaks?")
    react()
    make_message(ticket, "Boats that one paddles.")
    react()
    ticket.refresh_from_db()
    assert said(ticket) == [settings.clarify_text, settings.no_answer_text]
    assert (ticket.turn, ticket.handovers.get().reason) == (Turn.QUEUE, Reason.NOT_UNDERSTOOD)
    actions.hand_back(actor=Actor.agent(make_agent()), ticket=ticket)
    react()
    assert said(ticket).count(settings.clarify_text) == 1


def test_a_no_to_its_question_back_fetches_a_person(asked: list[str]) -> None:
    ticket = make_ticket(turn=Turn.ASSISTANT, body="Do you sell kayaks?")
    react()
    make_message(ticket, "no")
    react()
    ticket.refresh_from_db()
    assert ticket.turn == Turn.QUEUE
    assert ticket.unhelpful_answers == 0


def test_the_first_no_gets_a_word_that_promises_nobody(finds: Find) -> None:
    finds((make_article(), 0.95))
    ticket = make_ticket(turn=Turn.ASSISTANT)
    react()
    answer = Answer.objects.get()
    customer = Actor.of_customer(ticket.customer)
    actions.rate_answer(actor=customer, answer=answer, helpful=False)
    react()
    ticket.refresh_from_db()
    assert said(ticket)[-1] == AssistantSettings.load().unhelpful_text
    assert "colleague" not in said(ticket)[-1]
    assert ticket.turn == Turn.CUSTOMER
    assert not ticket.handovers.exists()


def test_a_no_in_words_counts_like_the_button_and_the_second_fetches_a_person(
    finds: Find,
) -> None:
    article, other = make_article(), make_article()
    finds((article, 0.95), (other, 0.3))
    ticket = make_ticket(turn=Turn.ASSISTANT)
    react()
    make_message(ticket, "That didn't help")
    react()
    ticket.refresh_from_db()
    assert (ticket.turn, ticket.unhelpful_answers) == (Turn.CUSTOMER, 1)
    make_message(ticket, "How do I mend the other one?")
    react()
    assert Citation.objects.filter(rank=1).latest("pk").article == other
    make_message(ticket, "nope")
    react()
    ticket.refresh_from_db()
    assert (ticket.turn, ticket.handovers.get().reason) == (Turn.QUEUE, Reason.UNHELPFUL)


def test_a_word_of_regret_comes_too_late_once_a_person_was_asked_for(finds: Find) -> None:
    finds((make_article(), 0.95))
    ticket = make_ticket(turn=Turn.ASSISTANT)
    react()
    customer = Actor.of_customer(ticket.customer)
    actions.rate_answer(actor=customer, answer=Answer.objects.get(), helpful=False)
    actions.hand_over(actor=customer, ticket=ticket, reason=Reason.ASKED)
    before = said(ticket)
    react()
    assert said(ticket) == before


# --- facts ----------------------------------------------------------------------------------------


def test_what_was_said_once_is_noted_with_where_it_came_from(asked: list[str]) -> None:
    ticket = make_ticket(turn=Turn.QUEUE, body="Order KM-10234, call +44 20 7946 0018")
    react()
    facts = {fact.key: fact for fact in Fact.objects.filter(ticket=ticket)}
    assert {key: fact.value for key, fact in facts.items()} == {
        "order_number": "KM-10234",
        "phone": "+44 20 7946 0018",
    }
    assert facts["phone"].message == Message.objects.get(author_kind="customer")
    assert facts["phone"].source == "assistant"


def test_what_agents_say_is_no_fact_of_the_customers(asked: list[str]) -> None:
    ticket = make_ticket(turn=Turn.QUEUE)
    make_reply(ticket, make_agent(), "I made you the order KM-99999")
    react()
    assert not Fact.objects.exists()


# --- the brief ------------------------------------------------------------------------------------


def test_the_brief_says_what_was_tried_and_how_they_feel() -> None:
    ticket = make_ticket(turn=Turn.ASSISTANT, body="My pole snapped in the first night.")
    answer = make_answer(ticket, articles=[make_article("Mend a pole")]).answer
    customer = Actor.of_customer(ticket.customer)
    actions.rate_answer(actor=customer, answer=answer, helpful=False)
    make_message(ticket, "This is ridiculous, a useless tent!! I want my money back.")
    handover = actions.hand_over(actor=customer, ticket=ticket, reason=Reason.ANGER)
    assert handover.wants.startswith("My pole snapped in the first night. …")
    assert handover.tried == "The assistant showed: “Mend a pole”, which did not help."
    assert handover.feeling == "angry"
    assert handover.articles[0]["title"] == "Mend a pole"
    assert handover.articles[0]["helpful"] is False


def test_one_calm_line_at_the_end_does_not_undo_the_anger() -> None:
    ticket = make_ticket(turn=Turn.ASSISTANT, body="This is ridiculous. Useless!!")
    make_message(ticket, "ok")
    customer = Actor.of_customer(ticket.customer)
    assert actions.hand_over(actor=customer, ticket=ticket, reason=Reason.ASKED).feeling == "angry"


def test_a_brief_of_a_long_conversation_stays_short() -> None:
    ticket = make_ticket(turn=Turn.ASSISTANT, body="word " * 3000)
    for _ in range(5):
        make_message(ticket, "another " * 2000)
    handover = actions.hand_over(
        actor=Actor.assistant(), ticket=ticket, reason=Reason.SENSITIVE, detail="x" * 900
    )
    for text in (handover.wants, handover.tried, handover.why):
        assert 0 < len(text) <= 400
