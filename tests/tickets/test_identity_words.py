"""What was kept in the former words for how well somebody is known goes on to mean the same."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest

renaming = import_module("tickets.migrations.0070_identity_words")


def condition(op: str, value: Any) -> dict[str, Any]:
    return {"field": "identity", "op": op, "value": value}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (condition("is", "confirmed"), condition("at_least", "confirmed")),
        (condition("is_not", "confirmed"), condition("less_than", "confirmed")),
        (condition("is", "visitor"), condition("is", "unknown")),
        (
            condition("any_of", ["visitor", "claimed"]),
            condition("any_of", ["unknown", "claimed"]),
        ),
        (
            condition("any_of", ["claimed", "confirmed"]),
            condition("any_of", ["claimed", "confirmed", "signed_in", "verified"]),
        ),
        (
            {
                "match": "all",
                "conditions": [{"match": "any", "conditions": [condition("is", "visitor")]}],
            },
            {
                "match": "all",
                "conditions": [{"match": "any", "conditions": [condition("is", "unknown")]}],
            },
        ),
        ({"field": "tier", "op": "is", "value": "visitor"},) * 2,
        ([None, "x"],) * 2,
    ],
)
def test_a_condition_finds_those_whom_it_found(before: Any, after: Any) -> None:
    assert renaming.renamed(before) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("tag:a identity:confirmed", "tag:a identity:>=confirmed"),
        ('-(identity:"Confirmed address") x', "-(identity:>=confirmed) x"),
        ("identity:visitor", "identity:unknown"),
        ("identity:confirmed,claimed", "identity:confirmed,claimed"),
        ("my identity: confirmed", "my identity: confirmed"),
    ],
)
def test_a_kept_search_finds_those_whom_it_found(before: str, after: str) -> None:
    for piece, instead in renaming.PIECES:
        before = piece.sub(instead, before)
    assert before == after
