"""The language of phrases: words, classes, options, gaps, edges, and words with typing errors."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.understanding import catalogue
from bots.understanding.phrases import Phrasebook, PhraseError

CLASSES = {"a": ["a", "an"], "person": ["person", "agent", "human being", "somebody"]}
SAME = {"wanna": "want to"}


def book(phrases: Sequence[str], not_phrases: Sequence[str] = ()) -> Phrasebook:
    return Phrasebook(
        {"it": phrases},
        {"it": not_phrases},
        classes=CLASSES,
        same=SAME,
        left_out=["please", "really"],
        known=["parson"],
    )


@pytest.mark.parametrize(
    ("phrase", "text", "quoted"),
    [
        ("talk to <a>? <person>", "I talk to an agent now", "talk to an agent"),
        ("talk to <a>? <person>", "Talk to somebody!", "Talk to somebody"),
        ("talk to <a>? <person>", "talk to my agent", ""),
        ("<a> <person>", "such a human being", "a human being"),
        ("(talk|speak up) to", "speak up to me", "speak up to"),
        ("(talk|speak (up|out)) to", "speak out to me", "speak out to"),
        ("not ... person", "not one single real person", "not one single real person"),
        ("not ... person", "not one of the four persons, a person", ""),
        ("^ agent $", "agent", "agent"),
        ("^ agent $", "an agent", ""),
        (", agent ,", "my tent leaks, agent please", "agent"),
        (", agent ,", "the seller and agent are here", ""),
        ("want to talk", "I wanna talk", "wanna talk"),
        ("do not want", "I don't want it", "don't want"),
        ("do not want", "I dont really want it", "dont really want"),
        ("it is a person", "it’s a person", "it’s a person"),
    ],
)
def test_a_phrase_is_found_in_the_words_of_a_sentence(phrase: str, text: str, quoted: str) -> None:
    assert book([phrase]).match(text).quoted("it") == quoted


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("speek to an agemt", "speek to an agemt"),
        ("spaek to an agnet", "spaek to an agnet"),
        ("pxrsun", ""),  # two slips in a short word
        ("parson", ""),  # a word of its own
        ("the reason is an urgent season", ""),
        ("spe akto anagent", "spe akto anagent"),
        ("speakto an agent", "speakto an agent"),
        ("speak to an a gent", ""),  # so it is written, and both are words
    ],
)
def test_typing_errors_are_taken_back_and_real_words_are_left(text: str, quoted: str) -> None:
    assert book(["speak to <a> agent", "person"]).match(text).quoted("it") == quoted


def test_what_a_not_phrase_covers_does_not_count() -> None:
    one = book(["<a> agent"], ["<a> agent of"])
    assert one.match("he is an agent of the firm").quoted("it") == ""
    assert one.match("an agent of the firm, and I want an agent").quoted("it") == "an agent"


@pytest.mark.parametrize("phrase", ["", "a?", "(open", "<unknown>", "please", "a ) b"])
def test_a_phrase_that_cannot_be_read_is_refused(phrase: str) -> None:
    with pytest.raises(PhraseError):
        book([phrase])


@given(st.text(max_size=300))
def test_no_text_breaks_it_and_what_is_quoted_stands_there(text: str) -> None:
    matches = catalogue.phrasebook().match(text)
    for slug in matches.found:
        assert matches.quoted(slug) in text
        said, words = matches.covered(slug)
        assert 0 < said <= words
