"""The words for what is understood stand in one place, and `tickets` knows none of them."""

from __future__ import annotations

import ast
from pathlib import Path

import tickets
from bots.understanding import catalogue
from bots.understanding.vocabulary import CORRECTABLE, FEELINGS, TOPICS, URGENCIES
from tickets.conditions import field_named
from tickets.conversation.correctable import all_correctable, correctable

ROOT = Path(tickets.__file__).parent
WORDS = {name for names in (FEELINGS, TOPICS, URGENCIES) for name, _label in names}
# The rules that come with the helpdesk are data, and name what they ask for. "Confused" is also a
# reason for a hand-over, and a "safety" line is any warning.
KNOWN = {
    *{("rules/shipped.py", word) for word in WORDS | {"wants_to_cancel", "billing_dispute"}},
    ("rules/shipped_automatic.py", "angry"),
    ("rules/shipped_automatic.py", "distressed"),
    ("models/handovers.py", "confused"),
    ("actions/handover.py", "safety"),
    ("models/messages.py", "safety"),
}


def test_no_word_for_a_feeling_a_topic_or_an_urgency_is_spelled_out_in_tickets() -> None:
    found = {
        (file.relative_to(ROOT).as_posix(), node.value)
        for file in ROOT.rglob("*.py")
        if "migrations" not in file.parts
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant)
        and node.value in WORDS | {"wants_to_cancel", "billing_dispute"}
    }
    assert found - KNOWN == set()


def test_what_agents_correct_are_the_values_that_rules_can_ask_for() -> None:
    assert [one.field for one in all_correctable()] == [name for name, *_rest in CORRECTABLE]
    for one in all_correctable():
        field = field_named(one.field)
        assert field is not None
        values = {value for value, _label in field.all_choices()}
        assert one.is_yes_or_no == (field.kind == "bool")
        assert set(one.values) - {"", True, False} == values


def test_every_detector_that_a_correction_names_is_one() -> None:
    """So that the assistant learns from it: a value is called as the detector that notices it."""
    slugs = set(catalogue.shipped())
    for name in ("feeling", "urgent"):
        one = correctable(name)
        assert one is not None
        assert {choice.value for choice in one.choices} <= slugs
    assert {"wants_person", "wants_to_cancel", "billing_dispute"} <= slugs
    assert {slug for slug, _label in TOPICS} == {
        slug for slug, one in catalogue.shipped().items() if one.kind == catalogue.SENSITIVE
    }
