"""What conditions may say: nonsense is refused with a sentence at its place, the rest put in order."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from tests.tickets.conditions.worlds import UNREADABLE
from tickets.conditions import all_fields, clean_group

pytestmark = pytest.mark.django_db

ANGRY = {"field": "feeling", "op": "is", "value": "angry"}


def cleaned(*conditions: Any, match: Any = "all") -> dict[str, Any]:
    return clean_group({"match": match, "conditions": list(conditions)})


def problems(*conditions: Any, match: Any = "all") -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as refused:
        cleaned(*conditions, match=match)
    return refused.value.message_dict


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
    field, op, value = given
    (found,) = cleaned({"field": field, "op": op, "value": value})["conditions"]
    assert found == {"field": field, "op": kept[0], "value": kept[1]}


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
    found = problems(ANGRY, {"field": field, "op": op, "value": value})
    assert list(found) == ["conditions.1"]
    assert said in found["conditions.1"][0]


def test_groups_nest_and_are_kept_complete() -> None:
    wanted = {"conditions": [ANGRY, {"match": "any", "conditions": [ANGRY, ANGRY]}]}
    assert cleaned(ANGRY, wanted, match="any") == {
        "match": "any",
        "conditions": [
            ANGRY,
            {
                "match": "all",
                "conditions": [ANGRY, {"match": "any", "conditions": [ANGRY, ANGRY]}],
            },
        ],
    }


def test_what_a_value_was_is_kept_only_where_it_is_asked_for() -> None:
    kept = cleaned({**ANGRY, "was": True}, {**ANGRY, "was": False}, {**ANGRY, "owner": "me"})
    assert kept["conditions"] == [{**ANGRY, "was": True}, ANGRY, ANGRY]


def nested(depth: int) -> dict[str, Any]:
    found: dict[str, Any] = ANGRY
    for _depth in range(depth):
        found = {"match": "all", "conditions": [found]}
    return found


def test_groups_nest_three_deep_at_most() -> None:
    assert clean_group(nested(3)) == nested(3)
    with pytest.raises(ValidationError) as refused:
        clean_group(nested(4))
    assert list(refused.value.message_dict) == ["conditions.0.0.0"]
    with pytest.raises(ValidationError):
        clean_group(nested(900))


def test_there_are_one_to_twenty_conditions_in_all() -> None:
    half = {"match": "any", "conditions": [ANGRY] * 10}
    assert cleaned(half, half)
    assert list(problems(half, half, ANGRY)) == ["conditions"]
    assert list(problems(*[ANGRY] * 21)) == ["conditions"]
    nothing: Any
    for nothing in ({}, None, [], {"conditions": []}, {"conditions": "feeling"}, {"match": "all"}):
        with pytest.raises(ValidationError) as refused:
            clean_group(nothing)
        assert list(refused.value.message_dict) == ["conditions"]
    assert list(problems(ANGRY, {"conditions": []})) == ["conditions.1"]


def test_a_problem_is_told_at_its_place_however_deep() -> None:
    bad = {**ANGRY, "op": "explode"}
    deep = {"match": "some", "conditions": [ANGRY, {"conditions": [ANGRY, ANGRY, bad]}]}
    found = problems(bad, deep, "x", match="none")
    assert set(found) == {
        "match",
        "conditions.0",
        "conditions.1",
        "conditions.1.1.2",
        "conditions.2",
    }


def test_values_that_nobody_would_write_are_refused_and_never_an_error() -> None:
    ops = ("is", "any_of", "at_least", "contains", "none_of", None, ["is"])
    names = [*(field.name for field in all_fields()), None, ["feeling"]]
    for field, op, value in product(names, ops, UNREADABLE):
        try:
            kept = cleaned({"field": field, "op": op, "value": value})
        except ValidationError:
            continue
        (found,) = kept["conditions"]
        assert "\x00" not in str(found)
        assert len(str(found)) < 1000
