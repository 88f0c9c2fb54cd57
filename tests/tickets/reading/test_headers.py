"""Who wrote, to whom, about what, when, and in answer to which mail."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest

from tests.tickets.reading.mails import mail
from tickets.email.reading import Incoming, Person, read


def headers(*lines: bytes) -> Incoming:
    return read(b"\r\n".join(lines) + b"\r\n\r\nHello")


@pytest.mark.parametrize(
    ("said", "person"),
    [
        (b"Ada Lin <Ada@Shop.example>", Person("Ada Lin", "ada@shop.example")),
        (b'"Lin, Ada" <ada@shop.example>', Person("Lin, Ada", "ada@shop.example")),
        (b"ada@shop.example (Ada Lin)", Person("Ada Lin", "ada@shop.example")),
        (b"=?utf-8?q?J=C3=B6rg?= <j@shop.example>", Person("Jörg", "j@shop.example")),
        ("Jörg <j@shop.example>".encode("latin-1"), Person("Jörg", "j@shop.example")),
        ("Jörg <j@shop.example>".encode(), Person("Jörg", "j@shop.example")),
        (b"Ada", Person("Ada", "")),
    ],
)
def test_a_sender_has_a_name_and_an_address_in_its_one_form(said: bytes, person: Person) -> None:
    assert headers(b"From: " + said).sender == person


@pytest.mark.parametrize(
    "name",
    [
        '"a@x.example" <b@y.example>, c@z.example',
        "evil@x.example>, <other@y.example",
        "a\r\nBcc: b@c.example",
    ],
)
def test_an_encoded_word_is_a_name_and_never_a_second_address(name: str) -> None:
    word = b"=?utf-8?b?" + base64.b64encode(name.encode()) + b"?="
    found = headers(b"From: " + word + b" <ada@shop.example>", b"To: " + word)
    assert found.sender.address == "ada@shop.example"
    assert [one.address for one in found.to] == [""]
    assert "\n" not in found.sender.name


def test_a_quoted_name_that_looks_like_addresses_is_one_person() -> None:
    found = headers(b'From: "a@x.example <b@y.example>, c" <ada@shop.example>')
    assert found.sender.address == "ada@shop.example"


def test_a_group_is_taken_apart_and_an_empty_one_is_nobody() -> None:
    found = headers(b"To: team: a@x.example, B <b@x.example>;", b"Cc: undisclosed-recipients:;")
    assert [one.address for one in found.to] == ["a@x.example", "b@x.example"]
    assert found.cc == ()


def test_sender_counts_only_where_from_is_missing() -> None:
    assert headers(b"Sender: s@x.example").sender.address == "s@x.example"
    assert headers(b"Sender: s@x.example", b"From: f@x.example").sender.address == "f@x.example"


@pytest.mark.parametrize(
    "subject",
    [b"a\r\nBcc: evil@x.example", b"a\0b", b"x" * 100_000, "ü".encode() * 60_000, b"\x1b[31m"],
)
def test_a_subject_is_one_line_of_at_most_255_characters(subject: bytes) -> None:
    word = b"=?utf-8?b?" + base64.b64encode(subject) + b"?="
    for found in (
        headers(b"Subject: " + word),
        headers(b"Subject: " + subject.replace(b"\r\n", b"")),
    ):
        assert len(found.subject) <= 255
        assert found.subject.isprintable()


def test_encoded_words_side_by_side_are_decoded_together() -> None:
    first, second = "=?utf-8?b?" + "4oI=" + "?=", "=?utf-8?b?" + "rA==" + "?="
    assert headers(f"Subject: {first}\r\n {second} now".encode()).subject == "€ now"


def test_what_is_no_character_set_of_mails_is_none() -> None:
    for charset in ("punycode", "idna", "unicode_escape", "rot13", "zlib", "x-unknown"):
        assert headers(f"Subject: =?{charset}?q?abc?=".encode()).subject == "abc"


def test_ids_keep_their_signs_and_the_newest_is_last() -> None:
    many = b" ".join(b"<%d@x.example>" % number for number in range(300))
    found = headers(
        b"Message-ID: <me@x.example>", b"References: " + many, b"In-Reply-To: <299@x.example>"
    )
    assert found.message_id == "<me@x.example>"
    assert len(found.references) == 50
    assert found.references[-1] == "<299@x.example>"
    assert found.in_reply_to == ("<299@x.example>",)


@pytest.mark.parametrize(
    ("said", "date"),
    [
        (b"Mon, 3 May 2021 10:00:00 +0200", datetime(2021, 5, 3, 8, tzinfo=UTC)),
        (b"3 May 2021 10:00:00 -0000 (GMT)", datetime(2021, 5, 3, 10, tzinfo=UTC)),
        (b"2021-05-03T10:00:00Z", datetime(2021, 5, 3, 10, tzinfo=UTC)),
        (b"some day", None),
        (b"Mon, 99 May 2021 10:00:00 +9999", None),
        (b"", None),
    ],
)
def test_a_date_is_in_utc_or_not_there(said: bytes, date: datetime | None) -> None:
    assert headers(b"Date: " + said).date == date


def test_the_envelope_says_to_which_mailbox_it_came() -> None:
    found = headers(b"Delivered-To: help+7@desk.example", b"X-Original-To: HELP@desk.example")
    assert found.envelope_to == ("help+7@desk.example", "help@desk.example")


def test_only_a_trusted_server_is_believed_and_the_topmost_first() -> None:
    lines = (
        b"Received: from a by mx.desk.example",
        b"Authentication-Results: evil.example; dmarc=pass",
        b"Authentication-Results: mx.desk.example (v1); dmarc=fail (p=none) header.from=x; spf=pass",
        b"Authentication-Results: mx.desk.example; dkim=pass",
        b"Received: from b by a",
        b"Authentication-Results: mx.desk.example; dmarc=pass; arc=pass",
    )
    raw = b"\r\n".join(lines) + b"\r\n\r\nx"
    assert read(raw).authentication == {}
    found = read(raw, trusted=["MX.desk.example"]).authentication
    assert found == {"dmarc": "fail", "spf": "pass", "dkim": "pass"}


def test_markers_are_found_in_text_and_html_in_their_order() -> None:
    body = "Hi ##HD-a1.b_2-c=:>## and\n> ##HD-z##\n##HD-with space## ##HD-z##"
    assert read(mail(body)).marker == ("##HD-a1.b_2-c=:>##", "##HD-z##")
    shown = "<p style='display:none'>##HD-q:&gt;##</p>"
    assert read(mail(shown, kind="text/html")).marker == ("##HD-q:>##",)
    assert len(read(mail(" ".join(f"##HD-{one}##" for one in range(99)))).marker) == 20
