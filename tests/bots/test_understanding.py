"""What a message says beside its question: the wish for a person, feeling, facts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.understanding import asks_whether_human, feel, find_facts, wants_person
from bots.understanding.facts import MOST
from bots.understanding.feeling import ANGRY, CALM, FRUSTRATED

WORDS = st.text(
    st.sampled_from([*list("agent human person talk speak to a? !.,'\n "), "ü", "🏕", "\u200b"]),
    max_size=200,
)


@pytest.mark.parametrize(
    "text",
    [
        "Can I talk to a person?",
        "agemt pls",
        "speek to somone",
        "operater",
        "HUMAN!!!!",
        "I want to speak with a human being please",
        "let me talk to one of your lovely people",
        "put me through to someone",
        "no bots please",
        "gimme a human",
        "real person",
        "My tent leaks. Can somebody call me? Talk to a human.",
        "I need to reach customer support",
        "costumer servise plz",
        "representitive",
        "i haveto tlak to a hmuan",
        "spe akto anagent",
        "get in touc hwith custmer suport",
        "is anybody there?",
        "who can I talk to about my refund",
        "can someone from your team call me back",
        "This is no use, I don't want to talk to a bot",
        "not a bot, a human",
        "I want to see your manager",
        "escalate this please",
        "At what time can I reach customer service?",
        "are you a bot? I want a human",
        "Mitarbeiter bitte",
        "Können Sie mich bitte verbinden",
        "je voudrais parler à quelqu'un",
        "Ich möchte mit einem Menschen sprechen",
    ],
)
def test_a_wish_for_a_person_is_understood_also_with_typing_errors(text: str) -> None:
    assert wants_person(text)


@pytest.mark.parametrize(
    "text",
    [
        "are you human?",
        "Am I talking to a bot?",
        "Is this a real person?",
        "Who is the person who bought it?",
        "How many people fit into the Fell 2?",
        "Is the tent good for 3 people?",
        "What are the opening hours of your shop?",
        "What are the opening hours of customer service?",
        "Who is the contact person for schools?",
        "I spoke to an agent yesterday and he refunded me",
        "He would like to speak to his agent",
        "The agent at the shop was rude",
        "Your customer service was great, thank you",
        "Somebody stole my parcel",
        "Can you call me by my first name?",
        "How do I add a person to my account?",
        "Which cleaning agent should I use?",
        "My captcha says I am not a robot",
        "Thank you for chatting with me",
        "nobody was home when the parcel came",
        "bist du ein Mensch",
        "I am a human rights worker and need a stove",
        "Can someone explain how to wash it?",
        "Does an agent of the carrier need my signature?",
        "For what reason did the seam open this season?",
        "My teammate's tent",
        "",
        "🏕️🔥",
        "?!",
    ],
)
def test_a_question_is_no_wish_for_a_person(text: str) -> None:
    assert wants_person(text) == ""


@pytest.mark.parametrize(
    "text", ["are you human?", "Am I talking to a bot?", "are you a real person?", "is this an AI?"]
)
def test_a_question_about_the_assistants_own_nature_is_one(text: str) -> None:
    assert asks_whether_human(text)


def test_a_question_about_a_tent_is_none_about_the_assistant() -> None:
    assert not asks_whether_human("Is the fabric of this tent real silk?")
    assert not asks_whether_human("I want to talk to a human")


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
    wants_person(text)
    asks_whether_human(text)
    assert 0 <= feel(text).level <= 1
    assert len(find_facts(text)) <= MOST
