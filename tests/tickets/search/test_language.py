"""What somebody types is read as it was meant, or refused with a sentence that helps."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories import make_agent, make_team
from tickets.search.language import LONGEST, Query, read
from tickets.search.operators import OPERATORS, Misread
from tickets.search.parts import Term


def test_words_phrases_and_what_is_not_wanted() -> None:
    query = read('"Lost parcel" order -return ref')
    assert query.terms == [
        Term(("lost", "parcel")),
        Term(("order",)),
        Term(("return",), negative=True),
        Term(("ref",), begins=True),
    ]
    assert [term.as_tsquery() for term in query.wanted] == [
        "'lost' <-> 'parcel'",
        "'order'",
        "'ref':*",
    ]


def test_operators_become_conditions_of_the_one_language() -> None:
    query = read("status:closed,customer tag:refund -channel:email priority:high has:attachment")
    assert query.conditions == [
        {"field": "turn", "op": "any_of", "value": ["closed", "customer"]},
        {"field": "tags", "op": "any_of", "value": ["refund"]},
        {"field": "channel", "op": "none_of", "value": ["email"]},
        {"field": "priority", "op": "any_of", "value": ["3"]},
        {"field": "has_files", "op": "is", "value": True},
    ]


def test_days_and_whose_words_count() -> None:
    query = read("after:2026-03-01 before:2026-10-01 from:customer parcel")
    assert query.after == datetime(2026, 3, 1, tzinfo=UTC)
    assert query.before == datetime(2026, 10, 1, tzinfo=UTC)
    assert query.wanted[0].as_tsquery(query.weights) == "'parcel':*B"


@pytest.mark.django_db
def test_teams_and_people_are_called_by_their_names() -> None:
    team = make_team("Returns & Repairs")
    dana = make_agent("Dana Osei", teams=[team])
    query = read('team:"returns & repairs" assignee:me,dana,nobody', dana)
    assert query.conditions == [
        {"field": "team", "op": "any_of", "value": [str(team.pk)]},
        {"field": "assignee", "op": "any_of", "value": [str(dana.pk), str(dana.pk), "0"]},
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("foo:", "There is no operator foo:"),
        ("stauts:open", "Do you mean status:?"),
        ("https://shop.example", "Put it into quotes"),
        ('"lost parcel', "A quotation mark is missing"),
        ('lost"parcel"', "Write a space before and after a phrase"),
        ("status:", "for example status:open"),
        ("status:opne", "Choose one of these: open, waiting"),
        ("team:Nowhere", "“Nowhere” is nothing that team: can be"),
        ("assignee:zzz", "is nothing that assignee: can be"),
        ("before:yesterday", "before:2026-10-01"),
        ("before:9999-99-99", "year-month-day"),
        ("after:0001-01-01 x", ""),
        ("-before:2026-01-01", "without a minus"),
        ("from:customer", "Add the words that they said"),
        ("from:nobody x", "Choose one of these: customer, agent, assistant"),
        ("has:wings", "Choose one of these: attachment"),
        ("", "Write a word"),
        ('""', "Write a word"),
        ("🏕" * 200, "Write a word"),
        ("🏕" * 2000, "Keep a search under 400 characters"),
        ("a" * 20_000, "Keep a search under 400 characters"),
        ("a b c d e f g h i j k l m n o p q", "Use at most 16 words"),
        ("tag:a " * 11, "Use at most 10 operators"),
    ],
)
def test_what_cannot_be_read_is_told_kindly(text: str, says: str) -> None:
    if not says:
        assert read(text)
        return
    with pytest.raises(Misread, match=says.replace("?", r"\?")):
        read(text)


PIECES = st.sampled_from(
    [
        *(f"{name}:" for name in OPERATORS),
        '"',
        "-",
        ":",
        ",",
        " ",
        "me",
        "open",
        "2026-01-01",
        "\x00",
    ]
)


# The first text that is made up waits for the tables of all letters.
@pytest.mark.django_db
@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.one_of(PIECES, st.text(max_size=8)), max_size=30).map("".join))
def test_anything_is_read_or_refused(text: str) -> None:
    try:
        query = read(text)
    except Misread:
        return
    assert isinstance(query, Query)
    assert len(text) <= LONGEST
    assert not query.is_empty
