"""A rule tried on past conversations: what it would have done, against what happened."""

from __future__ import annotations

from typing import Any

import pytest

from tests.factories import make_agent, make_message, make_ticket
from tickets import actions
from tickets.actors import Actor
from tickets.conditions import Value, to_store
from tickets.models import (
    EscalationRule,
    Event,
    HandOver,
    Match,
    Message,
    Reading,
    Reason,
    RuleFiring,
    Ticket,
    Turn,
)
from tickets.rules import Content, decide
from tickets.rules.trial import trial

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_other_rules(db: None) -> None:
    EscalationRule.objects.all().delete()


CALM, ANGRY = {"feeling": Value("calm")}, {"feeling": Value("angry", ("a joke",))}


def content(*conditions: tuple[str, str, Any], **actions_: Any) -> Content:
    return Content(
        name="A rule",
        sentence="x",
        conditions=[{"field": field, "op": op, "value": value} for field, op, value in conditions],
        actions=actions_ or {"hand_over": {}},
    )


WHEN_ANGRY = content(("feeling", "is", "angry"))


def read(message: Message, situation: dict[str, Value]) -> None:
    Reading.objects.create(message=message, ticket=message.ticket, values=to_store(situation))


def conversation(*situations: dict[str, Value]) -> Ticket:
    """The assistant has it; each of the customer's messages was read as stated."""
    ticket = make_ticket(turn=Turn.ASSISTANT)
    read(ticket.messages.latest("position"), situations[0])
    for situation in situations[1:]:
        read(make_message(ticket), situation)
    return ticket


def hand_over(ticket: Ticket, **fields: Any) -> HandOver:
    fields = {"reason": Reason.ASKED, **fields}
    return actions.hand_over(actor=Actor.assistant(), ticket=ticket, **fields)


def saved(rule: Content = WHEN_ANGRY) -> EscalationRule:
    return EscalationRule.objects.create(**rule.snapshot(), position=500)


def refs(found: Any) -> list[str]:
    return [row.reference for row in found]


def test_a_conversation_without_a_person_would_have_been_handed_over_by_that_message() -> None:
    conversation(CALM, CALM)
    ticket = conversation(CALM, ANGRY, ANGRY)
    result = trial(WHEN_ANGRY, saved=None, last=100)
    assert (result.conversations, result.messages, result.total) == (2, 5, 1)
    (row,) = result.newly
    second = ticket.messages.filter(author_kind="customer").order_by("position")[1]
    assert (row.reference, row.position, row.evidence) == (
        *(ticket.reference, second.position, ["a joke"]),
    )
    assert row.text == "Could you say more?"
    assert row.asked is None


def test_one_that_was_handed_over_anyway_says_why_and_how_much_later() -> None:
    at_once = conversation(CALM, ANGRY)
    hand_over(at_once)
    later = conversation(ANGRY, CALM, CALM)
    hand_over(later, reason=Reason.UNHELPFUL)
    result = trial(WHEN_ANGRY, saved=None, last=100)
    assert result.newly == []
    rows = {row.reference: row for row in result.anyway}
    assert rows[at_once.reference].later == 0
    assert rows[later.reference].later == 2
    assert result.sooner == 1
    asked = rows[later.reference].asked
    assert asked is not None
    assert asked.why == "A second answer did not help"


def test_what_is_said_while_a_person_has_it_does_not_count() -> None:
    ticket = conversation(CALM)
    hand_over(ticket)
    read(make_message(ticket), ANGRY)
    assert trial(WHEN_ANGRY, saved=None, last=100).total == 0

    agent = make_agent(teams=[ticket.team])
    actions.accept(actor=Actor.agent(agent), ticket=ticket)
    actions.hand_back(actor=Actor.agent(agent), ticket=ticket)
    read(make_message(ticket), ANGRY)  # the assistant has it again
    assert refs(trial(WHEN_ANGRY, saved=None, last=100).newly) == [ticket.reference]


def test_what_an_agent_corrected_counts_as_corrected() -> None:
    wrong, missed = conversation(ANGRY), conversation(CALM)
    Reading.objects.filter(ticket=wrong).update(corrected={"feeling": {"to": "calm"}})
    Reading.objects.filter(ticket=missed).update(corrected={"feeling": {"to": "angry"}})
    assert refs(trial(WHEN_ANGRY, saved=None, last=100).newly) == [missed.reference]


def test_an_edited_rule_is_compared_with_the_saved_one() -> None:
    rule = saved()
    sad = conversation({"feeling": Value("distressed")})
    both, angry = conversation(ANGRY), conversation(ANGRY)
    Reading.objects.filter(ticket=both).update(
        values=to_store({"feeling": Value("angry"), "confidence": Value(0.1)})
    )
    edited = Content(
        conditions=[
            {"field": "feeling", "op": "is", "value": "distressed"},
            {"field": "confidence", "op": "at_most", "value": 0.2},
        ],
        match=Match.ANY,
        actions={"hand_over": {}},
    )
    result = trial(edited, saved=rule, last=100)
    assert refs(result.newly) == [both.reference, sad.reference]
    assert {row.reference: row.changed for row in result.newly} == {
        sad.reference: True,
        both.reference: False,
    }
    assert (result.gained, refs(result.lost)) == (1, [angry.reference])
    assert result.lost[0].still == ""


def test_one_that_this_rule_handed_over_and_would_not_any_more_is_told_with_what_else_would() -> (
    None
):
    rule = saved()
    other = EscalationRule.objects.create(
        **content(("wants_person", "is", True)).snapshot() | {"name": "Asks"}, position=600
    )
    ticket = conversation({**ANGRY, "wants_person": Value(True)})
    message = ticket.messages.latest("position")
    verdict = decide(ANGRY, [rule])
    firing = actions.apply_rules(
        actor=Actor.assistant(), ticket=ticket, message=message, verdict=verdict
    )
    hand_over(ticket, firing=firing, reason=Reason.ANGER)

    calmer = content(("feeling", "is", "distressed"))
    (row,) = trial(calmer, saved=rule, last=100).lost
    assert (row.reference, row.still) == (ticket.reference, "Asks")
    assert row.asked is not None
    assert row.asked.why == "A rule"

    other.active = False
    other.save()
    EscalationRule.objects.filter(pk=rule.pk).update(conditions=calmer.conditions)
    rule.refresh_from_db()  # the version that fired is an older one now
    (row,) = trial(calmer, saved=rule, last=100).lost
    assert (row.reference, row.still, row.evidence) == (ticket.reference, "", [])


def test_words_are_looked_for_in_the_whole_message_and_derived_fields_are_worked_out() -> None:
    ticket = make_ticket(turn=Turn.ASSISTANT, body="well " * 300 + "gas leak")
    read(ticket.messages.latest("position"), CALM)
    upset = conversation({"tier": Value("premier"), "unhelpful_answers": Value(1)})
    found = trial(content(("text", "contains", ["gas leak"])), saved=None, last=100).newly
    assert refs(found) == [ticket.reference]
    assert len(found[0].text) == 160
    trouble = content(("tier", "is", "premier"), ("trouble", "any_of", ["unhelpful"]))
    assert refs(trial(trouble, saved=None, last=100).newly) == [upset.reference]


def test_only_the_newest_conversations_are_tried() -> None:
    tickets = [conversation(ANGRY) for _number in range(4)]
    found = trial(WHEN_ANGRY, saved=None, last=2)
    assert refs(found.newly) == [tickets[3].reference, tickets[2].reference]


def test_readings_that_cannot_be_read_break_nothing() -> None:
    ticket = conversation(ANGRY)
    broken: list[Any] = [[], "x", {"feeling": "angry"}, {"feeling": {}}, {"feeling": {"value": {}}}]
    for values in broken:
        Reading.objects.filter(ticket=ticket).update(values=values, corrected=[])
        assert trial(WHEN_ANGRY, saved=None, last=100).total == 0


def test_trying_changes_nothing_and_takes_the_same_few_queries(
    django_assert_num_queries: Any,
) -> None:
    rule = saved()
    for number in range(1, 7):
        hand_over(conversation(ANGRY, CALM))
        conversation(CALM, ANGRY)
        if number in (1, 6):
            before = Event.objects.count()
            with django_assert_num_queries(3):
                trial(WHEN_ANGRY, saved=None, last=100)
            with django_assert_num_queries(4):
                trial(content(("confidence", "is", 1)), saved=rule, last=100)
            assert (Event.objects.count(), RuleFiring.objects.count()) == (before, 0)
