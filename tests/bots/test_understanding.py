"""What a message says beside its question, by its words alone: feeling, facts, and no surprise."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.understanding import asks_identity, feel, find_facts, is_courtesy, wants_person
from bots.understanding.facts import MOST
from bots.understanding.vocabulary import ANGRY, CALM, FRUSTRATED

WORDS = st.text(
    st.sampled_from([*list("agent human person talk speak to a? !.,'\n "), "ü", "🏕", "\u200b"]),
    max_size=200,
)


@pytest.mark.parametrize(
    "text",
    [
        "THIS IS RIDICULOUS I WANT MY MONEY BACK NOW",
        "This is a scam. You are useless!!",
        "I am furious, worst company ever, I will call my lawyer",
        "For the third time: this is unacceptable!!",
    ],
)
def test_anger_is_heard(text: str) -> None:
    feeling = feel(text)
    assert feeling.name == ANGRY
    assert feeling.words


@pytest.mark.parametrize(
    "text",
    [
        "My tent leaks.",
        "How do I wash it?",
        "Thank you, that was great!",
        "I am a bit disappointed by the colour.",
        "The stove exploded in cold weather, is that covered?",
        "My FELL 2 is from 2019",
        "",
    ],
)
def test_a_problem_is_not_anger(text: str) -> None:
    assert feel(text).name in (CALM, FRUSTRATED)


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("My order KM-10234 is late", [("order_number", "KM-10234")]),
        ("order number is 55512345", [("order_number", "55512345")]),
        ("km-10234 and KM-10234", [("order_number", "KM-10234")]),
        ("Write to ines@walkers.example.", [("email", "ines@walkers.example")]),
        ("Call +44 20 7946 0018", [("phone", "+44 20 7946 0018")]),
        ("I paid £129.00 for it", [("amount", "£129.00")]),
        ("It goes to NE1 4AB", [("postcode", "NE1 4AB")]),
        ("meine PLZ ist 10115", [("postcode", "10115")]),
        ("I bought 3 tents in 2024", []),
        ("", []),
    ],
)
def test_facts_are_found_as_they_were_written(text: str, facts: list[tuple[str, str]]) -> None:
    assert [(fact.key, fact.value) for fact in find_facts(text)] == facts


def test_a_pasted_list_is_no_set_of_facts() -> None:
    assert len(find_facts(" ".join(f"KM-{number}" for number in range(10000, 10100)))) == MOST


@given(WORDS | st.text(max_size=300))
def test_nothing_that_can_be_typed_breaks_the_understanding(text: str) -> None:
    tidy = " ".join(text.replace("\0", " ").split())
    assert wants_person(text) in tidy
    assert asks_identity(text) in tidy
    assert is_courtesy(text) in (True, False)
    assert all(words in tidy for words in feel(text).words)
    assert len(find_facts(text)) <= MOST
