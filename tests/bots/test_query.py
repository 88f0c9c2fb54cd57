"""What is looked for: whoever states a fact beside a question is answered as if they had not."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots import turns
from bots.dialogue import Question, think
from bots.learning import gaps
from bots.models import AssistantSettings
from bots.turns import Past
from bots.understanding import query_of
from knowledgebase import actions as articles
from knowledgebase import search
from knowledgebase.indexing import index_due
from knowledgebase.search import SearchResult
from tests.bots import meanings
from tests.factories import make_message, make_ticket
from tickets.conditions import Value
from tickets.models import Turn

TENT = "How long do I have to return a tent?"


@pytest.mark.parametrize(
    "text",
    [
        f"{TENT} My order is KM-48213.",
        f"My order is KM-48213. {TENT}",
        f"{TENT} It's about KM-48213.",
        f"{TENT}\norder no. KM-48213",
        f"{TENT}\n\nKM-48213\nNE1 4AB",
        "How long do I have to return a tent, order KM-48213?",
        "How long do I have to return a tent (order no. KM-48213)?",
        f"My order number: KM-48213. My postcode is NE1 4AB. {TENT}",
        f"{TENT} You can reach me at ada@walkers.example or +44 20 7946 0018.",
        f"I paid £129.00. {TENT}",
        f"Order number 4812077: {TENT}",
        f"My order number, KM-48213. {TENT}",
    ],
)
def test_what_only_states_facts_is_not_looked_for(text: str) -> None:
    assert query_of(text) == TENT


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("Where is my order KM-48213?", "Where is my order?"),
        ("Where is KM-48213?", "Where is order?"),
        ("KM-48213 is late", "order is late"),
        ("My order is KM-48213 and it has not arrived", "order it has not arrived"),
        ("My order, KM-48213, is late", "order is late"),
        ("Hat Bestellung Nr. 4812077 das Lager verlassen?", "Hat Bestellung das Lager verlassen?"),
        ("Wie pflege ich ein Zelt? Meine Bestellnummer ist KM-48213.", "Wie pflege ich ein Zelt?"),
        ("Can I change the e-mail ada@walkers.example?", "Can I change the e-mail?"),
        ("Is delivery free for orders over £50?", "Is delivery free for orders over £50?"),
        ("Do you ship on Sundays, and to Ireland?", "Do you ship on Sundays, and to Ireland?"),
    ],
)
def test_within_a_question_only_the_number_itself_is_left_out(text: str, query: str) -> None:
    assert query_of(text) == query


@pytest.mark.parametrize("text", ["KM-48213", "My order is KM-48213.", "order number 4812077"])
def test_who_states_nothing_but_a_number_is_looked_up_by_what_it_numbers(text: str) -> None:
    assert "order" in query_of(text)
    assert "48" not in query_of(text)


@given(st.text(max_size=300))
def test_a_text_without_facts_is_looked_for_as_it_is(text: str) -> None:
    if not any(letter.isdigit() or letter == "@" for letter in text):
        assert query_of(text) == search.readable(text)


@pytest.mark.django_db
def test_encoder_search_and_gaps_all_get_the_question_without_its_facts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    encoded: list[str] = []
    searched: list[str] = []

    def encode(texts: list[str], timeout: float = 1.0, **_how: object) -> Any:
        encoded.extend(texts)
        return meanings.encode(texts)

    def find(query: str, **_more: object) -> SearchResult:
        searched.append(query)
        return SearchResult([], by_meaning=True)

    meanings.instead_of_the_model(monkeypatch, encode)
    monkeypatch.setattr(search, "search", find)
    said = f"{TENT} My order is KM-48213."
    turns.read(
        said, past=Past(), around={}, settings=AssistantSettings.load(), question=Question(said)
    )
    assert searched == [TENT]
    assert encoded[0] == TENT
    message = make_message(make_ticket(turn=Turn.ASSISTANT), said)
    assert gaps.words_of(message) == TENT


@pytest.mark.model
@pytest.mark.usefixtures("encoder")
@pytest.mark.django_db
def test_giving_the_order_number_changes_neither_the_answer_nor_its_certainty() -> None:
    for title, body in {
        "Return an item": "You can send a tent back within 60 days of its delivery.",
        "Where is my order?": "Every order has a number that starts with KM-, such as KM-40021.",
        "Wash a tent": "Use lukewarm water, a soft sponge and mild soap.",
    }.items():
        article = articles.save_article(actor=None, article=None, title=title, body=body)
        articles.publish_article(actor=None, article=article)
    index_due()
    nothing = dict.fromkeys(("wants_person", "asks_identity"), Value(False))
    seen = {**nothing, "language": Value("en"), "repeats": Value(""), "feeling": Value("calm")}
    settings = AssistantSettings.load()
    without, with_it = (
        think(Question(text), seen, settings) for text in (TENT, f"{TENT} My order is KM-48213.")
    )
    assert without.looked_up
    assert with_it.confidence == without.confidence
    assert with_it.sources == without.sources
