"""How answers turned out: stated against actual, and what other thresholds would have changed."""

from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries

from bots import outcomes
from bots.endings import Ending
from bots.models import AnswerReport
from bots.outcomes import TurnedOut
from tests.factories import (
    QUESTION,
    make_agent,
    make_answer,
    make_article,
    make_message,
    make_ticket,
)
from tickets import actions
from tickets.actors import Actor
from tickets.models import Answer, Decision, Reading, Reason, Turn

pytestmark = pytest.mark.django_db


def answered(confidence: float, decision: Decision = Decision.ANSWER) -> Answer:
    ticket = make_ticket(turn=Turn.ASSISTANT)
    return make_answer(
        ticket, articles=[make_article()], confidence=confidence, decision=decision
    ).answer


def right(answer: Answer) -> bool | None:
    (found,) = [turn for turn in outcomes.recent(100) if turn.answer_id == answer.pk]
    return found.right


def test_what_the_customer_says_counts() -> None:
    yes, no, silent = answered(0.9), answered(0.8), answered(0.7)
    for answer, helpful in ((yes, True), (no, False)):
        actor = Actor.of_customer(answer.message.ticket.customer)
        actions.rate_answer(actor=actor, answer=answer, helpful=helpful)
    assert (right(yes), right(no), right(silent)) == (True, False, None)


def how(answer: Answer) -> Ending:
    (found,) = [turn for turn in outcomes.recent(100) if turn.answer_id == answer.pk]
    return found.ending


def test_what_came_next_in_the_conversation_decides_how_it_ended() -> None:
    clicked, again, thanked, went_on = (answered(0.9) for _ in range(4))
    make_message(again.message.ticket, f"{QUESTION} Please?")
    make_message(thanked.message.ticket, "Thank you!")
    make_message(went_on.message.ticket, "And do you deliver to Norway on Sundays?")
    for answer in (clicked, again):
        ticket = answer.message.ticket
        actions.hand_over(
            actor=Actor.of_customer(ticket.customer), ticket=ticket, reason=Reason.ASKED
        )
    found = [how(answer) for answer in (clicked, again, thanked, went_on)]
    assert found == [
        *(Ending.PERSON_FOR_THE_SAME, Ending.REPHRASED, Ending.THANKED, Ending.WENT_ON)
    ]


def test_what_was_understood_of_the_next_message_goes_before_its_words() -> None:
    answer = answered(0.9)
    message = make_message(answer.message.ticket, "The joint, the upper one, came apart")
    assert how(answer) == Ending.WENT_ON
    values = {"repeats": {"value": "question", "evidence": []}}
    Reading.objects.create(message=message, ticket=answer.message.ticket, values=values)
    assert how(answer) == Ending.REPHRASED


def test_a_turn_is_told_by_its_own_question_not_by_the_conversations_first() -> None:
    answer = answered(0.9)
    ticket = answer.message.ticket
    make_message(ticket, "Do you have it in green?")
    second = make_answer(ticket, articles=[make_article()], confidence=0.8).answer
    subjects = {turn.answer_id: turn.subject for turn in outcomes.recent(10)}
    assert subjects[second.pk] == "Do you have it in green?"
    assert subjects[answer.pk].startswith("The second pole of my Fell 2 snapped")


def test_a_report_that_was_upheld_outweighs_the_customers_yes() -> None:
    answer = answered(0.9)
    actor = Actor.of_customer(answer.message.ticket.customer)
    actions.rate_answer(actor=actor, answer=answer, helpful=True)
    report = AnswerReport.objects.create(answer=answer, reporter=make_agent())
    assert right(answer) is True
    report.state = AnswerReport.State.UPHELD
    report.save()
    assert right(answer) is False


def test_a_greeting_is_no_probability() -> None:
    answered(1.0)
    assert outcomes.recent(10) == []


def test_the_chart_sets_stated_against_actual_with_counts() -> None:
    turns = [
        TurnedOut(1, "A", "", 0.91, Decision.ANSWER, Ending.CONFIRMED),
        TurnedOut(2, "B", "", 0.99, Decision.ANSWER, Ending.REFUSED),
        TurnedOut(3, "C", "", 0.35, Decision.OFFER, Ending.REFUSED),
        TurnedOut(4, "D", "", 0.36, Decision.OFFER, Ending.OPEN),
        TurnedOut(5, "E", "", 0.85, Decision.ANSWER, Ending.CONFIRMED),
        TurnedOut(6, "F", "", 0.85, Decision.ANSWER, Ending.PERSON_FOR_THE_SAME),
    ]
    low, middle, high = outcomes.reliability(turns)
    assert (low.count, low.stated, low.actual) == (1, 0.35, 0.0)
    assert middle.actual == pytest.approx(1 / 1.2)  # as they weigh
    assert (high.low, high.count, high.actual) == (0.9, 2, 0.5)
    assert high.stated == pytest.approx(0.95)


def test_other_thresholds_are_tried_on_each_turn() -> None:
    turns = [
        TurnedOut(1, "A", "", 0.9, Decision.ANSWER, Ending.CONFIRMED),
        TurnedOut(2, "B", "", 0.7, Decision.ANSWER, Ending.REFUSED),
        TurnedOut(3, "C", "", 0.4, Decision.OFFER),
        TurnedOut(4, "D", "", 0.1, Decision.CLARIFY),
    ]
    found = outcomes.what_if(turns, answer_from=0.8, offer_from=0.5)
    assert (found.answered, found.offered, found.neither) == (1, 1, 2)
    assert (found.right, found.wrong) == (1, 0)
    assert [(turn.reference, decision) for turn, decision in found.changed] == [
        ("B", Decision.OFFER),
        ("C", Decision.HAND_OVER),
    ]


def test_it_takes_two_queries_however_many(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(3):
        answered(0.8)
    with django_assert_num_queries(2):
        assert len(outcomes.recent(100)) == 3
