"""Every operator of every kind of field, and what is made of values that nobody would write."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from tests.tickets.conditions.worlds import NOW, UNREADABLE, askable
from tickets.conditions import Field, Value, evaluate, fields, matching, register
from tickets.conditions.operators import KINDS
from tickets.models import Ticket

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


def holds(*conditions: tuple[Any, Any, Any], match: str = "all") -> bool:
    members = [{"field": field, "op": op, "value": value} for field, op, value in conditions]
    return evaluate({"match": match, "conditions": members}, SITUATION) is not None


@pytest.mark.parametrize(
    ("field", "op", "value", "expected"),
    [
        ("wants_person", "is", False, True),
        ("wants_person", "is", True, False),
        ("wants_person", "is_not", True, True),
        ("feeling", "is", "angry", True),
        ("feeling", "is", "calm", False),
        ("feeling", "is_not", "calm", True),
        ("feeling", "is_not", "angry", False),
        ("feeling", "any_of", ["angry", "distressed"], True),
        ("feeling", "any_of", ["calm"], False),
        ("feeling", "none_of", ["calm", "confused"], True),
        ("feeling", "none_of", ["angry"], False),
        ("priority", "is", "2", True),
        ("priority", "any_of", ["3", "4"], False),
        ("confidence", "at_least", 0.4, True),
        ("confidence", "at_least", 0.41, False),
        ("confidence", "at_most", 0.4, True),
        ("confidence", "at_most", 0.39, False),
        ("confidence", "is", 0.4, True),
        ("confidence", "is_not", 0.4, False),
        ("sensitive", "any_of", ["medical"], True),
        ("sensitive", "any_of", ["other"], False),
        ("sensitive", "none_of", ["other"], True),
        ("sensitive", "none_of", ["legal"], False),
        ("sensitive", "contains", ["legal"], True),
        ("tags", "any_of", ["vip"], False),
        ("tags", "none_of", ["vip"], True),
        ("language", "is", "DE", True),
        ("language", "any_of", ["en", "fr"], False),
        ("language", "none_of", ["en"], True),
        ("text", "contains", ["refund"], True),
        ("text", "contains", "refund", True),
        ("text", "contains", ["fun"], False),
        ("text", "contains", ["ref"], False),
        ("text", "contains", ["my  refund"], True),
        ("text", "contains", ["in july", "in june"], True),
        ("text", "contains", ["(.*)"], False),
        ("text", "none_of", ["parcel"], True),
        ("text", "none_of", ["parcel", "refund"], False),
    ],
)
def test_each_operator_means_what_it_says(field: str, op: str, value: Any, expected: bool) -> None:
    assert holds((field, op, value)) is expected


@pytest.mark.parametrize(
    "condition",
    [
        ("gone", "is", "anything"),
        ("gone", "is_not", "anything"),
        ("topic_of_old", "none_of", ["x"]),
        ("feeling", "at_least", 3),
        ("feeling", "sounds_like", "angry"),
        ("confidence", "at_least", "often"),
        ("confidence", "at_least", None),
        ("confidence", "at_most", 10**400),
        ("value", "at_most", 10),
        ("value", "is_not", 10),
        ("tier", "is_not", "standard"),
        (None, None, None),
        (["feeling"], "is", "angry"),
        ("feeling", "any_of", None),
        ("feeling", "any_of", {"angry": 1}),
        ("text", "contains", ["", " "]),
    ],
)
def test_what_cannot_be_read_or_was_not_seen_never_holds_and_breaks_nothing(
    condition: tuple[str, str, Any],
) -> None:
    assert not holds(condition)
    assert holds(condition, ("feeling", "is", "angry"), match="any")


@pytest.mark.parametrize("name", KINDS)
def test_no_value_breaks_a_comparison(name: Any) -> None:
    register(Field("odd", "odd", name))
    for op in (*KINDS[name].operators, "explode", None, ["is"]):
        for value, wanted in product(UNREADABLE, UNREADABLE):
            condition = {"field": "odd", "op": op, "value": wanted}
            found = evaluate({"conditions": [condition]}, {"odd": Value(value)})
            assert found is None or all(isinstance(piece, str) for piece in found)


@pytest.mark.django_db
def test_no_value_breaks_a_query() -> None:
    for field, wanted in product(askable(), UNREADABLE):
        members = [{"field": field.name, "op": op, "value": wanted} for op in field.operators]
        group = {"match": "any", "conditions": members}
        assert list(matching(Ticket.objects.all(), group, now=NOW)) == []


def test_registering_a_name_again_replaces_it_and_an_unknown_kind_is_refused() -> None:
    register(Field("feeling", "mood", "text"))
    assert fields.field_named("feeling").label == "mood"  # type: ignore[union-attr]
    with pytest.raises(ValueError, match="no such kind"):
        register(Field("feeling", "mood", "colour"))  # type: ignore[arg-type]
    assert set(KINDS) == {"bool", "choice", "level", "number", "moment", "words", "list", "text"}
