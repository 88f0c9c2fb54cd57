"""How answers turned out: stated against actual, and what other thresholds would have changed."""

from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries

from bots import outcomes
from bots.models import AnswerReport
from bots.outcomes import TurnedOut
from tests.factories import make_agent, make_answer, make_article, make_ticket
from tickets import actions
from tickets.actors import Actor
from tickets.models import Answer, Decision, Reason, Turn

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


def test_a_person_asked_for_afterwards_counts_against_the_answer() -> None:
    answer, other = answered(0.9), answered(0.9)
    for given, reason in ((answer, Reason.ASKED), (other, Reason.PREFERENCE)):
        actions.hand_over(
            actor=Actor.of_customer(given.message.ticket.customer),
            ticket=given.message.ticket,
            reason=reason,
        )
    assert (right(answer), right(other)) == (False, None)


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
        TurnedOut(1, "A", "", 0.91, Decision.ANSWER, True),
        TurnedOut(2, "B", "", 0.99, Decision.ANSWER, False),
        TurnedOut(3, "C", "", 0.35, Decision.OFFER, False),
        TurnedOut(4, "D", "", 0.36, Decision.OFFER, None),
    ]
    low, high = outcomes.reliability(turns)
    assert (low.count, low.stated, low.actual) == (1, 0.35, 0.0)
    assert (high.low, high.count, high.actual) == (0.9, 2, 0.5)
    assert high.stated == pytest.approx(0.95)


def test_other_thresholds_are_tried_on_each_turn() -> None:
    turns = [
        TurnedOut(1, "A", "", 0.9, Decision.ANSWER, True),
        TurnedOut(2, "B", "", 0.7, Decision.ANSWER, False),
        TurnedOut(3, "C", "", 0.4, Decision.OFFER, None),
        TurnedOut(4, "D", "", 0.1, Decision.CLARIFY, None),
    ]
    found = outcomes.what_if(turns, answer_from=0.8, offer_from=0.5)
    assert (found.answered, found.offered, found.neither) == (1, 1, 2)
    assert (found.right, found.wrong) == (1, 0)
    assert [(turn.reference, decision) for turn, decision in found.changed] == [
        ("B", Decision.OFFER),
        ("C", Decision.HAND_OVER),
    ]


def test_it_takes_one_query_however_many(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(3):
        answered(0.8)
    with django_assert_num_queries(1):
        assert len(outcomes.recent(100)) == 3
