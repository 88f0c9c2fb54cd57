"""What a rule may say: nonsense is refused with a sentence at its place, the rest put in order."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from tests.factories import make_agent, make_team, make_user
from tickets.models import EscalationRule
from tickets.rules import clean
from tickets.rules.content import Content
from tickets.rules.shipped import SHIPPED

pytestmark = pytest.mark.django_db

ANGRY = {"field": "feeling", "op": "is", "value": "angry"}


def values(**changed: Any) -> dict[str, Any]:
    return {
        "name": "Upset guides",
        "sentence": "They lead groups tomorrow.",
        "conditions": [ANGRY],
        "actions": {"hand_over": {"team": None}},
        **changed,
    }


def problems(**changed: Any) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as refused:
        clean(values(**changed))
    return refused.value.message_dict


@pytest.mark.parametrize("conditions", [None, [], "feeling", [ANGRY] * 21])
def test_a_rule_has_one_to_twenty_conditions(conditions: Any) -> None:
    assert list(problems(conditions=conditions)) == ["conditions"]


def test_a_rule_may_hold_groups_and_tells_what_is_wrong_in_them() -> None:
    group = {
        "match": "any",
        "conditions": [ANGRY, {"field": "turns", "op": "at_least", "value": 3}],
    }
    assert clean(values(conditions=[ANGRY, group])).conditions == [ANGRY, group]
    found = problems(conditions=[ANGRY, {**group, "conditions": [ANGRY, {"field": "mood"}]}])
    assert list(found) == ["conditions.1.1"]


@pytest.mark.parametrize(
    ("actions", "place"),
    [
        (None, "actions"),
        ({}, "actions"),
        ({"hand_over": None, "flag": " ", "tags": []}, "actions"),
        ({"explode": True}, "actions"),
        ({"hand_over": "Support"}, "actions"),
        ({"hand_over": {"floor": 3}}, "actions"),
        ({"hand_over": {"team": 987_654}}, "actions.team"),
        ({"hand_over": {"team": "1; drop"}}, "actions.team"),
        ({"hand_over": {"priority": 9}}, "actions.priority"),
        ({"hand_over": {"text": "x" * 501}}, "actions.text"),
        ({"page": [987_654]}, "actions.page"),
        ({"page": ["x"]}, "actions.page"),
        ({"page": list(range(1, 30))}, "actions.page"),
        ({"tags": ["x" * 41]}, "actions.tags"),
        ({"tags": [f"t{n}" for n in range(21)]}, "actions.tags"),
        ({"facts": ["x"]}, "actions.facts"),
        ({"facts": {"": "x"}}, "actions.facts"),
        ({"facts": {"k" * 41: "x"}}, "actions.facts"),
    ],
)
def test_actions_that_make_no_sense_are_refused_at_their_place(actions: Any, place: str) -> None:
    assert list(problems(actions=actions)) == [place]


def test_only_who_works_here_can_be_called() -> None:
    dana, gone = make_agent(), make_agent(is_active=False)
    customer = make_user()
    for nobody in (gone, customer):
        assert "actions.page" in problems(actions={"page": [dana.pk, nobody.pk]})
    assert clean(values(actions={"page": [str(dana.pk), dana.pk]})).actions == {"page": [dana.pk]}


def test_actions_are_kept_complete_and_without_what_is_not_done() -> None:
    team = make_team()
    kept = clean(
        values(
            actions={
                "hand_over": {"team": str(team.pk), "priority": "3", "text": " One moment.\r\n"},
                "offer_person": False,
                "flag": "",
                "tags": ["vip", " vip ", ""],
                "facts": {"plan": " gold "},
            }
        )
    ).actions
    assert kept == {
        "hand_over": {
            "team": team.pk,
            "skill": "",
            "priority": 3,
            "text": "One moment.",
            "emergency": False,
        },
        "tags": ["vip"],
        "facts": {"plan": "gold"},
    }


def test_a_name_is_needed_and_used_once() -> None:
    taken = EscalationRule.objects.create(name="Taken", sentence="x")
    assert "Another rule" in problems(name=" Taken ")["name"][0]
    assert "under 80" in problems(name="x" * 81)["name"][0]
    assert set(problems(name="\u0000 ", sentence="", match="some", reason="whim")) == {
        *("name", "sentence", "match", "reason"),
    }
    assert clean(values(name="Taken"), rule=taken).name == "Taken"


def test_all_problems_are_told_at_once() -> None:
    found = problems(name="", conditions=[{}, ANGRY, {"field": "x"}], actions={})
    assert set(found) == {"name", "conditions.0", "conditions.2", "actions"}


def test_what_a_rule_has_not_is_refused() -> None:
    assert "“owner”" in problems(owner="me")["rule"][0]


def test_what_is_clean_stays_as_it_is() -> None:
    once = clean(values(conditions=[ANGRY, {"field": "text", "op": "contains", "value": "gas"}]))
    assert clean(once.snapshot()) == once


def test_shipped_rules_are_there_in_order_switched_on_and_in_their_plainest_form() -> None:
    turns = EscalationRule.objects.filter(trigger="turn")
    stored = list(turns.order_by("position", "pk"))
    assert [rule.shipped_key for rule in stored] == [rule.key for rule in SHIPPED]
    for rule, shipped in zip(stored, SHIPPED, strict=True):
        assert rule.active
        assert Content.of(rule) == Content.of_snapshot(shipped.content())
        assert rule.versions.get().snapshot == shipped.content()
        route = rule.actions.get("hand_over", {})
        assert route or rule.actions == {"offer_person": True}
        assert not route or route.keys() == {"team", "skill", "priority", "text", "emergency"}
        assert len(rule.sentence) > 40
    emergencies = [
        rule.name for rule in stored if rule.actions.get("hand_over", {}).get("emergency")
    ]
    assert emergencies == ["Somebody may be in danger"]
    assert stored[0].actions["hand_over"]["priority"] == 4
