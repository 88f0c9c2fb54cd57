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


def condition(field: Any, op: Any, value: Any) -> dict[str, Any]:
    (found,) = clean(values(conditions=[{"field": field, "op": op, "value": value}])).conditions
    return found


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (("feeling", "any_of", ["distressed", "angry"]), ("any_of", ["angry", "distressed"])),
        (("feeling", "any_of", ["angry", "angry"]), ("is", "angry")),
        (("feeling", "none_of", ["angry"]), ("is_not", "angry")),
        (("feeling", "is", "calm"), ("is", "calm")),
        (("sensitive", "any_of", ["legal"]), ("any_of", ["legal"])),
        (("sensitive", "contains", "legal"), ("contains", ["legal"])),
        (("wants_person", "is", "yes"), ("is", True)),
        (("wants_person", "is", "no"), ("is", False)),
        (("confidence", "at_least", " 0,5 "), ("at_least", 0.5)),
        (("turns", "at_least", "3"), ("at_least", 3)),
        (("text", "contains", ["gas\x00 leak", " ", "smoke"]), ("contains", ["gas leak", "smoke"])),
        (("tags", "any_of", ["vip", "vip"]), ("any_of", ["vip"])),
        (("language", "any_of", ["en"]), ("is", "en")),
        (("priority", "any_of", [4, "3"]), ("any_of", ["3", "4"])),
    ],
)
def test_a_condition_is_kept_in_its_plainest_form(given: Any, kept: Any) -> None:
    assert condition(*given) == {"field": given[0], "op": kept[0], "value": kept[1]}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("", "is", "x"), "Choose what to look at"),
        (("mood", "is", "x"), "nothing called “mood”"),
        ((["feeling"], "is", "x"), "nothing called"),
        (("feeling", "at_least", "x"), "cannot be compared"),
        (("feeling", None, "x"), "cannot be compared"),
        (("feeling", "is", "hungry"), "“hungry” is none of the values"),
        (("feeling", "any_of", []), "at least one value"),
        (("feeling", "is", ["angry", "calm"]), "one value only"),
        (("sensitive", "any_of", ["horoscopes"]), "none of the values"),
        (("wants_person", "is", "perhaps"), "yes or no"),
        (("confidence", "at_least", "often"), "Write a number"),
        (("confidence", "at_least", "nan"), "Write a number"),
        (("confidence", "at_least", True), "Write a number"),
        (("confidence", "at_least", "1e400"), "Write a number"),
        (("confidence", "at_least", 1.5), "at most 1"),
        (("turns", "at_least", -1), "at least 0"),
        (("text", "contains", " "), "Write the words"),
        (("text", "contains", ["x" * 101]), "under 100 characters"),
        (("text", "contains", [f"word {n}" for n in range(51)]), "at most 50 values"),
        (("team", "is", "0"), "none of the values"),
    ],
)
def test_a_condition_that_makes_no_sense_says_what_to_do(given: Any, said: str) -> None:
    field, op, value = given
    found = problems(conditions=[ANGRY, {"field": field, "op": op, "value": value}])
    assert list(found) == ["conditions.1"]
    assert said in found["conditions.1"][0]


@pytest.mark.parametrize("conditions", [None, [], "feeling", [ANGRY] * 21])
def test_a_rule_has_one_to_twenty_conditions(conditions: Any) -> None:
    assert list(problems(conditions=conditions)) == ["conditions"]


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
    stored = list(EscalationRule.objects.order_by("position", "pk"))
    assert [rule.shipped_key for rule in stored] == [rule.key for rule in SHIPPED]
    for rule, shipped in zip(stored, SHIPPED, strict=True):
        assert rule.active
        assert Content.of(rule).snapshot() == shipped.content()
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
