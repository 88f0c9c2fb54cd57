"""Texts are taken apart in the same way wherever it is done, in any language."""

from __future__ import annotations

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from tickets.search.documents import Vector
from tickets.search.words import LONGEST, places_of, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("My order KM-48213 never came.", ["my", "order", "km", "48213", "never", "came"]),
        ("CAFÉ Straße Łódź Smørrebrød", ["cafe", "strasse", "lodz", "smorrebrod"]),
        ("“Lost” parcel…", ["lost", "parcel"]),
        ("maya@lindqvist.example", ["maya", "lindqvist", "example"]),
        ("Cafe\u0301", ["cafe"]),
        ("返品したい", ["返", "品", "し", "た", "い"]),
        ("Где посылка?", ["где", "посылка"]),
        ("무엇을", ["무엇을"]),
        ("🏕🏕 — !", []),
        ("a" * 500, ["a" * LONGEST]),
    ],
)
def test_words_are_small_letters_without_accents(text: str, words: list[str]) -> None:
    assert words_of(text) == words


@given(st.text())
def test_where_a_word_stands_is_known_of_every_word(text: str) -> None:
    assert [place.word for place in places_of(text)] == words_of(text)


@pytest.mark.django_db
@given(text=st.text(st.characters(exclude_categories=["Cs"])))
def test_postgresql_reads_every_vector_as_it_was_meant(text: str) -> None:
    vector = Vector()
    vector.add(text, "B")
    with connection.cursor() as cursor:
        cursor.execute("SELECT tsvector_to_array(%s::tsvector)", [str(vector)])
        assert set(cursor.fetchone()[0]) == set(words_of(text))
