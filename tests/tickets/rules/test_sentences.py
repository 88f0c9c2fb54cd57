"""A rule in words, however many names it has to look up."""

from __future__ import annotations

from typing import Any

import pytest

from tests.factories import make_agent, make_team
from tests.tickets.rules.conftest import rule
from tickets.rules import Names, describe

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        (("feeling", "any_of", ["angry", "distressed"]), "the feeling is angry or distressed"),
        (("feeling", "is_not", "calm"), "the feeling is not calm"),
        (("feeling", "none_of", ["calm", "angry"]), "the feeling is not calm or angry"),
        (("wants_person", "is", True), "they ask"),
        (("wants_person", "is", False), "they do not ask"),
        (("confidence", "at_most", 0.4), "the confidence is at most 0.4"),
        (("turns", "at_least", 3), "the number of the customer's messages is at least 3"),
        (("sensitive", "any_of", ["legal"]), "a sensitive topic is legal"),
        (("tags", "none_of", ["vip"]), "no tag is “vip”"),
        (("text", "contains", ["gas", "smoke"]), "the message contains “gas” or “smoke”"),
        (("text", "none_of", ["gas"]), "the message does not contain “gas”"),
        (
            ("trouble", "any_of", ["upset", "failed"]),
            "there is trouble (not calm or the assistant failed)",
        ),
        (("trouble", "none_of", ["upset"]), "there is no trouble (not calm)"),
        (("channel", "is", "api"), "the channel is API"),
        (("team", "is", "987654"), "the team is “987654” (no longer there)"),
        (("mood", "is", "x"), "“mood”, which is no longer there, holds (so never)"),
    ],
)
def test_a_condition_in_words(condition: Any, said: str) -> None:
    assert describe(rule(condition)) == f"When {said}, hand over to a person."


def test_groups_stand_in_brackets_and_what_was_is_said() -> None:
    calm = {"field": "feeling", "op": "is", "value": "calm"}
    late = {"field": "waiting_minutes", "op": "at_least", "value": 30}
    nested = rule(("tier", "is", "premier"))
    either = {"match": "any", "conditions": [calm, {"match": "all", "conditions": [late, calm]}]}
    nested.conditions += [either, {**calm, "was": True}, {"match": "any", "conditions": []}]
    assert describe(nested) == (
        "When the customer's tier is premier, (the feeling is calm or (the waiting time in minutes is "
        "at least 30 and the feeling is calm)), previously: the feeling is calm and (nothing, so "
        "never), hand over to a person."
    )


def test_a_whole_rule_in_words() -> None:
    team, dana, asha = make_team("Gear care"), make_agent("Dana Osei"), make_agent("Asha Rao")
    said = describe(
        rule(
            ("feeling", "is", "angry"),
            ("tier", "is", "premier"),
            ("turns", "at_least", 2),
            match="any",
            hand_over={"team": team.pk, "skill": "German", "priority": 3, "emergency": True},
            page=[dana.pk, asha.pk],
            tags=["upset", "premier"],
            facts={"plan": "gold"},
            offer_person=True,
            flag="look at it",
        )
    )
    assert said == (
        "When the feeling is angry, the customer's tier is premier or the number of the customer's "
        "messages is at least 2, show the emergency text, hand over to Gear care who knows “German” "
        "with high priority, offer a person with the answer, answer and flag it (“look at it”), "
        "call Dana Osei and Asha Rao, add the tags “upset”, “premier” and note “plan: gold”."
    )


def test_a_rule_that_lost_what_it_names_is_still_said() -> None:
    assert describe(rule()) == "This rule never holds: it has no condition."
    lost = rule(("feeling", "is", "angry"), hand_over={"team": 98765}, page=[98765])
    assert describe(lost) == (
        "When the feeling is angry, hand over to a team that is no longer there and "
        "call somebody who is no longer here."
    )


def test_names_are_asked_for_once_for_all_rules(django_assert_num_queries: Any) -> None:
    teams, people = [make_team() for _ in range(5)], [make_agent() for _ in range(5)]
    rules = [
        rule(("team", "is", str(team.pk)), hand_over={"team": team.pk}, page=[user.pk])
        for team, user in zip(teams, people, strict=True)
    ]
    names = Names()
    with django_assert_num_queries(3):
        names.know_people(rules)
        said = [describe(each, names) for each in rules]
    assert str(people[4]) in said[4]
