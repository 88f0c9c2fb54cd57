"""The decision: which rules hold, in which order, what they say together, and with what evidence."""

from __future__ import annotations

from typing import Any

import pytest

from tests.tickets.rules.conftest import rule
from tickets.conditions import Value
from tickets.models import EscalationRule
from tickets.rules import decide

SITUATION = {
    "wants_person": Value(False),
    "feeling": Value("angry", ("this is a joke",), 0.8),
    "sensitive": Value(["legal", "medical"], ("my lawyer",)),
    "confidence": Value(0.4),
    "language": Value("de"),
    "text": Value("Where is my REFUND? I asked for the re-fund twice, in July."),
    "priority": Value(2),
    "value": Value(None),
    "tags": Value([]),
}


def holds(*conditions: tuple[str, str, Any], match: str = "all") -> bool:
    return bool(decide(SITUATION, [rule(*conditions, match=match)]))


@pytest.mark.parametrize(
    "conditions", [[], None, "feeling", {"field": "feeling"}, [None], ["x"], [[]]]
)
def test_a_rule_without_conditions_that_can_be_read_never_holds(conditions: Any) -> None:
    stored = rule()
    stored.conditions = conditions
    assert not decide(SITUATION, [stored])
    stored.match = "any"
    assert not decide(SITUATION, [stored])


def test_all_needs_every_condition_and_any_needs_one() -> None:
    angry, calm = ("feeling", "is", "angry"), ("feeling", "is", "calm")
    low = ("confidence", "at_most", 0.5)
    assert holds(angry, low)
    assert not holds(angry, calm)
    assert holds(angry, calm, match="any")
    assert not holds(calm, match="any")


def test_the_first_rule_that_hands_over_decides_and_the_others_add_what_they_say() -> None:
    flags = rule(("feeling", "is", "angry"), flag="look", tags=["upset"], page=[3])
    first = rule(("feeling", "is", "angry"), hand_over={"team": 7, "priority": 3}, page=[3, 4])
    second = rule(("confidence", "at_most", 1), hand_over={}, facts={"mood": "bad"}, tags=["upset"])
    third = rule(("feeling", "is", "calm"), offer_person=True)

    verdict = decide(SITUATION, [flags, first, second, third])
    assert [fired.rule for fired in verdict.firings] == [flags, first, second]
    assert verdict.hand_over is not None
    assert verdict.hand_over.rule == first
    assert verdict.hand_over.route is not None
    assert (verdict.hand_over.route.team, verdict.hand_over.route.priority) == (7, 3)
    assert (verdict.flag, verdict.tags, verdict.pages) == ("look", ["upset"], [3, 4])
    assert verdict.facts == {"mood": "bad"}
    assert not verdict.offer_person


def test_of_two_rules_that_note_the_same_fact_the_first_in_the_order_counts() -> None:
    first = rule(("feeling", "is", "angry"), facts={"mood": "furious", "seen": "once"})
    second = rule(("feeling", "is", "angry"), facts={"mood": "bad", "size": "M"})
    verdict = decide(SITUATION, [first, second])
    assert verdict.facts == {"mood": "furious", "seen": "once", "size": "M"}
    assert decide(SITUATION, [second, first]).facts["mood"] == "bad"


def test_nothing_seen_means_no_verdict() -> None:
    verdict = decide({}, [rule(("feeling", "is", "angry"))])
    assert not verdict
    assert verdict.hand_over is None
    assert (verdict.flag, verdict.pages, verdict.tags, verdict.facts) == ("", [], [], {})


def test_the_evidence_is_the_customers_words_and_otherwise_the_value() -> None:
    (fired,) = decide(
        SITUATION,
        [
            rule(
                ("feeling", "is", "angry"),
                ("text", "contains", ["refund"]),
                ("confidence", "at_most", 0.5),
                ("wants_person", "is", False),
            )
        ],
    ).firings
    assert fired.evidence == ["this is a joke", "REFUND", "confidence: 0.4", "they do not ask"]


def test_evidence_is_of_what_held_only_short_and_each_once() -> None:
    seen = {**SITUATION, "language": Value("x " * 500, ("y " * 500, "this is a joke"))}
    (fired,) = decide(
        seen,
        [
            rule(
                ("feeling", "is", "calm"),
                ("feeling", "is", "angry"),
                ("language", "none_of", ["en"]),
                match="any",
            )
        ],
    ).firings
    assert fired.evidence[0] == "this is a joke"
    assert len(fired.evidence) == 2
    assert max(map(len, fired.evidence)) == 200


def test_actions_that_cannot_be_read_do_nothing() -> None:
    (fired,) = decide(
        SITUATION,
        [
            rule(
                ("feeling", "is", "angry"),
                hand_over={"team": "x", "priority": 99, "text": 3, "emergency": "yes"},
                flag=["x"],
                page="all",
                tags={"a": 1},
                facts=["x"],
                explode=True,
            )
        ],
    ).firings
    route = fired.route
    assert route is not None
    assert (route.team, route.priority, route.text, route.emergency) == (None, None, "", False)
    assert (fired.effects.flag, fired.effects.page, fired.effects.tags) == ("", [], [])


def test_a_field_may_follow_from_others_also_where_it_was_not_kept() -> None:
    premier = {"tier": Value("premier"), "feeling": Value("calm"), "unhelpful_answers": Value(0)}
    important = rule(("tier", "is", "premier"), ("trouble", "any_of", ["upset", "unhelpful"]))
    assert not decide(premier, [important])
    assert decide({**premier, "unhelpful_answers": Value(1)}, [important])
    (fired,) = decide({**premier, "feeling": Value("angry", ("useless",))}, [important]).firings
    assert fired.evidence == ["customer's tier: Premier", "useless"]


@pytest.mark.django_db
def test_without_rules_given_the_active_ones_are_asked_for_in_one_query(
    django_assert_num_queries: Any,
) -> None:
    EscalationRule.objects.all().delete()
    for number, active in ((2, True), (1, True), (3, False)):
        EscalationRule.objects.create(
            name=f"Rule {number}",
            position=number,
            active=active,
            conditions=[{"field": "feeling", "op": "is", "value": "angry"}],
            actions={"hand_over": {}},
        )
    with django_assert_num_queries(1):
        verdict = decide(SITUATION)
    assert [fired.rule.name for fired in verdict.firings] == ["Rule 1", "Rule 2"]
