"""What is looked for of a message: the whole without what says nothing, and its sentences that ask."""

from __future__ import annotations

import pytest

from bots import queries
from knowledgebase import embeddings, search
from knowledgebase.embeddings import EncoderUnavailable

POLE = "How do I mend a broken pole?"


@pytest.mark.parametrize(
    ("message", "texts"),
    [
        (POLE, [POLE]),
        ("tent pole", ["tent pole"]),
        (f"Hi, {POLE}", [POLE]),
        (f"Hello there!\n{POLE}\nThanks a lot, Jo", [POLE]),
        (f"Hi, my order number is KM-48213. {POLE}", [POLE]),
        (
            f"We took the tent to Wales in spring. {POLE}",
            [f"We took the tent to Wales in spring. {POLE}", POLE],
        ),
        (
            f"{POLE} Do you ship to Norway?",
            [f"{POLE} Do you ship to Norway?", POLE, "Do you ship to Norway?"],
        ),
        ("Hello!", ["Hello!"]),
        ("", [""]),
    ],
)
def test_what_is_looked_for(message: str, texts: list[str]) -> None:
    assert queries.texts_of(message) == texts


def test_of_many_sentences_the_whole_and_the_three_that_ask_most() -> None:
    message = " ".join(f"Where can I find thing number {n} of them all?" for n in range(50))
    found = queries.texts_of(message)
    assert len(found) == queries.MOST
    assert found[0] == search.readable(message)


@pytest.mark.parametrize("message", ["😀" * 2000, "x" * 20_000, "a. " * 6_000, "\n" * 9_000])
def test_a_strange_message_gives_few_and_bounded_texts(message: str) -> None:
    found = queries.texts_of(message)
    assert len(found) <= queries.MOST
    assert all(len(text) <= search.LONGEST_QUERY for text in found)


def test_only_the_whole_message_is_no_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_given: object, **_more: object) -> None:
        raise EncoderUnavailable("away")

    monkeypatch.setattr(embeddings, "encode", away)
    found = queries.queries_of(f"{POLE} Do you ship to Norway?")
    assert [one.is_sentence for one in found] == [False, True, True]
    assert [one.vector for one in found] == [None] * 3


def test_without_any_words_nothing_is_encoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embeddings, "encode", None)
    assert queries.queries_of("") == []
