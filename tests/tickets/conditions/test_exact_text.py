"""PostgreSQL compares texts as Python does, letter by letter of all of Unicode."""

from __future__ import annotations

import re
import sys
from typing import Any

import pytest
from django.db import connection
from django.db.models import CharField, Value

from tests.factories import make_customer
from tests.tickets.conditions.worlds import LETTERS
from tickets.conditions import exact_text
from tickets.models import Customer


def test_folding_knows_every_letter_and_changes_nothing_twice() -> None:
    """What `folded` relies on: a text that is folded has no letter that folds to another."""
    folds = {
        chr(code): fold
        for code in range(sys.maxunicode + 1)
        if (fold := chr(code).casefold()) != chr(code)
    }
    assert folds == dict(exact_text._folds())
    assert all(letter.casefold() == letter for fold in folds.values() for letter in fold)


def test_a_letter_of_any_case_is_what_python_takes_it_for() -> None:
    cased = [*exact_text._folds(), *LETTERS]
    everything = "".join(map(chr, range(exact_text.LAST_CASED + 1)))
    for letter in cased[::40] + list(LETTERS):
        found = set(re.findall(re.escape(letter), everything, re.IGNORECASE))
        escaped = re.findall(r"\\U([0-9a-f]{8})", exact_text._any_case(letter))
        assert {chr(int(code, 16)) for code in escaped} == found, letter


@pytest.mark.django_db
def test_the_database_knows_which_letters_are_of_words_as_python_does() -> None:
    """Every character that it can hold, in one statement: a word is found beside it or not."""
    codes = [code for code in range(1, sys.maxunicode + 1) if not 0xD800 <= code <= 0xDFFF]
    pattern = exact_text.words_pattern(["x"])
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT code FROM unnest(%s::int[]) AS code WHERE ('x' || chr(code)) ~ %s",
            [codes, pattern],
        )
        found = {code for (code,) in cursor.fetchall()}
    beside = exact_text.whole_words("x")
    assert found == {code for code in codes if beside.search("x" + chr(code))}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("stored", "wanted"),
    [
        ("Straße", "STRASSE"),
        ("STRAẞE", "straße"),
        ("oﬃce", "OFFICE"),
        ("ΣΊΣΥΦΟΣ", "σίσυφος"),
        ("İzmir", "i̇zmir"),
        ("ǅ", "ǆ"),
        ("Éclair", "éCLAIR"),
        ("𞤀𞤁", "𞤢𞤣"),
    ],
)
def test_texts_that_fold_to_the_same_are_the_same_in_the_database(stored: str, wanted: str) -> None:
    make_customer(segment=stored)
    texts = [wanted.casefold()]
    assert stored.casefold() in texts
    same: Any = exact_text.folded(Value(stored, CharField()), texts)
    assert list(Customer.objects.annotate(same=same).values_list("same", flat=True)) == texts
