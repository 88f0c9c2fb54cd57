"""What people type is kept as they meant it, and harmless."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.intake import text
from tickets.intake.text import MESSAGE_LIMIT, TextError

ANYTHING = st.text(st.characters(exclude_categories=[])) | st.text("\r\n\t \0\u200b\ud800ae\u0301🏕")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("a\0b", "ab"),
        ("a\ud800b", "ab"),
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("\x1b[31mred\x07", "[31mred"),
        ("tab\there", "tab\there"),
        ("cafe\u0301", "café"),
        ("  around \n", "around"),
        ("🏕️🔥", "🏕️🔥"),
        ("👨‍👩‍👧", "👨‍👩‍👧"),
        ("\u202eevil\u202c", "\u202eevil\u202c"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("שלום, האוהל דולף", "שלום, האוהל דולף"),
    ],
)
def test_a_message_is_kept_as_it_was_meant(typed: str, kept: str) -> None:
    assert text.message(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "\n\t",
        "\0",
        "\ud800",
        "\u200b",
        "\u200e\u200f",
        "\ufeff",
        "\u2060\u00ad",
        "\u3164 ",
    ],
)
def test_what_shows_nothing_is_empty(typed: str) -> None:
    with pytest.raises(TextError) as refused:
        text.message(typed)
    assert refused.value.code == "empty"
    assert text.message(typed, may_be_empty=True) == ""


@pytest.mark.parametrize("length", [MESSAGE_LIMIT + 1, 100_000, 5_000_000])
def test_too_long_a_message_is_refused_with_what_to_do(length: int) -> None:
    with pytest.raises(TextError) as refused:
        text.message("x" * length)
    assert refused.value.code == "too_long"
    assert refused.value.messages == [
        "Your message is too long. Keep it under 20,000 characters, or attach a file."
    ]


def test_a_message_of_just_the_limit_is_kept() -> None:
    assert len(text.message("ü" * MESSAGE_LIMIT)) == MESSAGE_LIMIT
    assert len(text.message("u\u0308" * MESSAGE_LIMIT)) == MESSAGE_LIMIT  # composed, it fits


@given(ANYTHING)
def test_whatever_is_typed_becomes_text_that_postgresql_keeps(typed: str) -> None:
    try:
        kept = text.message(typed)
    except TextError:
        return
    kept.encode()
    assert "\0" not in kept
    assert "\r" not in kept
    assert kept == kept.strip() != ""
    assert len(kept) <= MESSAGE_LIMIT
    assert unicodedata.is_normalized("NFC", kept)
    assert text.message(kept) == kept


@given(ANYTHING, st.integers(1, 300))
def test_a_line_is_one_line_and_no_longer_than_its_limit(typed: str, limit: int) -> None:
    line = text.line(typed, limit=limit)
    assert len(line.splitlines()) <= 1
    assert len(line) <= limit
    line.encode()


@given(ANYTHING)
def test_a_subject_is_one_short_line(typed: str) -> None:
    subject = text.first_line(typed)
    assert len(subject) <= 90
    assert len(subject.splitlines()) <= 1


def test_a_subject_is_the_first_line_cut_between_words() -> None:
    assert text.first_line("My stove leaks.\nSince Monday.") == "My stove leaks."
    long = text.first_line("The second pole of my Fell 2 snapped at the joint " * 4)
    assert long.endswith("…")
    assert not long[:-1].endswith(" ")
    assert text.first_line("x" * 500) == "x" * 89 + "…"
