"""Any bytes are read or refused in a sentence, in bounded time."""

from __future__ import annotations

import base64
import gc
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.tickets.reading.mails import HEAD, mail, of_parts, part
from tickets.email.reading import Incoming, Unreadable, read
from tickets.intake import text as texts

MILLION = 1_000_000


def nested(depth: int) -> bytes:
    opened = "".join(
        f"Content-Type: multipart/mixed; boundary=b{one}\r\n\r\n--b{one}\r\n"
        for one in range(depth)
    )
    return f"{HEAD}{opened}Content-Type: text/plain\r\n\r\nHello\r\n".encode()


def html(source: str) -> bytes:
    return mail(source, kind="text/html")


ATTACKS = {
    "3,000 nested parts": nested(3_000),
    "10,000 parts": of_parts(*[part("image/png; name=a.png", "x")] * 10_000),
    "many edges": f"{HEAD}Content-Type: multipart/mixed; boundary=b\r\n\r\n".encode()
    + b"--b\n\n" * MILLION,
    "Base64 of 40 MB": f"{HEAD}Content-Transfer-Encoding: base64\r\n\r\n".encode()
    + b"A" * 40 * MILLION,
    "short lines": mail("a\n" * 10 * MILLION),
    "long header": b"Subject: " + b"x" * 10 * MILLION,
    "subject": b"Subject: =?utf-8?b?" + base64.b64encode(b"x\r\n" * 30_000) + b"?=\r\n\r\nx",
    "closing tags": html("</a>" * (MILLION // 4)),
    "deep HTML": html("<div>" * 200_000),
    "deep tables": html("<table><tr><td>" * 60_000),
    "open formats": html(
        "".join(f"<b class=c{one}>" for one in range(55)) + "<p>x<div>y</div>" * 9_000
    ),
    "comments": html("<!--" * 250_000),
    "broken tags": html("<a b='" * 150_000),
    "ampersands": html("&" * MILLION),
    "silent tags": html("<script>" * 120_000),
    "quote signs": mail(">" * MILLION),
    "hyphens": mail("--\n" * 300_000),
    "attributions": mail("On 1/1/2020 10:00 a@b.example wrote\n" * 30_000),
    "copied headers": mail("From: a@b.example\nSent: x\n" * 40_000),
    "parameters": b"Content-Type: text/plain" + b";" * 100_000 + b"\r\n\r\nx",
    "brackets": b"From: " + b"(" * 100_000 + b"\r\n\r\nx",
    "marks": mail("a" + "\u0301" * 400_000),
    "a server's words": b"From: mailer-daemon@x.example\r\n\r\n"
    + b"the following addresses failed <a@b> " * 30_000,
}


def within(raw: bytes, seconds: float) -> Incoming | None:
    """The mail, read in time; None if it was refused in a sentence of ours."""
    started = time.process_time()
    try:
        found = read(raw)
    except Unreadable as refused:
        if refused.__cause__ is not None:  # a mistake of ours, caught at the last moment
            raise refused.__cause__ from None
        found = None
    assert time.process_time() - started < seconds
    return found


@pytest.mark.parametrize("name", ATTACKS)
def test_the_largest_attacks_take_two_seconds_at_most(name: str) -> None:
    gc.collect()
    gc.freeze()  # what other tests left is not looked through again and again while this one reads
    try:
        within(ATTACKS[name], 2)
    finally:
        gc.unfreeze()


@pytest.mark.parametrize("raw", [b"", b"\0" * 100, b"\r\n\r\n", b" "])
def test_nothing_is_unreadable_and_says_so(raw: bytes) -> None:
    with pytest.raises(Unreadable, match="is empty"):
        read(raw)


def test_what_is_too_large_is_unreadable_and_says_so() -> None:
    with pytest.raises(Unreadable, match="60 MB"):
        read(b"x" * (60 * 1024 * 1024 + 1))


def test_what_is_too_long_to_be_read_whole_comes_along_as_a_file() -> None:
    found = read(mail("line of a log\n" * 100_000))
    assert found.files[0].name == "message.txt"
    assert found.files[0].content.count(b"line") == 100_000
    assert "message.txt" in found.folded


def test_a_broken_boundary_loses_no_text() -> None:
    raw = f"{HEAD}Content-Type: multipart/mixed; boundary=other\r\n\r\n--edge\r\n\r\nHello\r\n".encode()
    assert "Hello" in read(raw).said
    unclosed = of_parts(part("text/plain", "Hello")).replace(b"--edge--", b"")
    assert read(unclosed).said == "Hello"
    bare = f"{HEAD}Content-Type: multipart/mixed; boundary=e\r\n\r\n--e\r\nHello there\r\n--e--".encode()
    assert read(bare).said == "Hello there"


def test_a_mail_without_headers_is_a_text() -> None:
    assert read(b"Hello there\r\nyou").said == "Hello there\nyou"


SEEDS = (
    of_parts(
        part("text/plain; charset=utf-8; format=flowed", "Hi ü\n> old\n-- \nAda"),
        part(
            'text/html; charset="utf-8"',
            '<div class="gmail_quote"><blockquote type="cite">x</blockquote></div>',
        ),
        part(
            "image/png; name*0*=utf-8''a%20; name*1=b.png",
            "aGk=",
            "Content-Transfer-Encoding: base64\r\n",
        ),
        part(
            "text/calendar", "BEGIN:VEVENT\r\nSUMMARY:x\r\nDTSTART:20300101T100000Z\r\nEND:VEVENT"
        ),
        part("message/rfc822", "From: b@x.example\r\nSubject: Fwd\r\n\r\nIn"),
        head="References: <a@b> <c@d>\r\nDate: Mon, 3 May 2021 10:00:00 +0200\r\n",
    ),
    of_parts(
        part(
            "message/delivery-status",
            "\r\nFinal-Recipient: rfc822; a@b.example\r\nAction: failed\r\nStatus: 5.1.1",
        ),
        part("text/rfc822-headers", "Message-ID: <x@y>"),
        kind="report; report-type=delivery-status",
        head="Authentication-Results: mx; dmarc=fail\r\nReturn-Path: <>\r\n",
    ),
    mail(
        "On 3 May 2021 10:00 a@b.example wrote:\n> x\n\n---Original Message---\nFrom: a\nSubject: b\nTo: c\n"
    ),
    f"{HEAD}Content-Type: application/ms-tnef\r\n\r\n".encode()
    + b"\x78\x9f\x3e\x22\1\0\1\x0c\x80\0\0\2\0\0\0hi\0\0"
    + b"\2\x02\x90\0\0\1\0\0\0x\0\0\2\x05\x90\0\0\x08\0\0\0\1\0\0\0\x1e\0\7\x37",
)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A mail in which pieces were cut out, doubled, or replaced."""
    raw = draw(st.sampled_from(SEEDS))
    for _step in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(raw)))
        end = min(len(raw), start + draw(st.integers(0, 60)))
        put = draw(
            st.one_of(st.binary(max_size=12), st.just(raw[start:end] * 3), st.sampled_from(SIGNS))
        )
        raw = raw[:start] + put + raw[end:]
    return raw


SIGNS = (
    b"\r\n",
    b"\n\n",
    b"--edge\r\n",
    b"=?utf-8?b?",
    b"?=",
    b'"',
    b"<",
    b">",
    b";",
    b"\0",
    b"=",
    b"\xff\xfe",
    b"&#0;",
)


@settings(max_examples=400, deadline=None)
@given(mutated())
@example(b"From:\r\n\r\n")
@example(of_parts(part("text/plain", "x\0y"), part("text/html", "<p>z\0</p>")))
def test_a_mutated_mail_is_read_or_refused_and_nothing_else(raw: bytes) -> None:
    found = within(raw, 2)
    if found is not None:
        assert len(found.subject) <= 255
        assert "\0" not in found.said + found.folded + found.html
        found.said.encode()
        found.html.encode()


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    within(raw, 2)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300))
def test_every_word_of_a_text_is_said_or_folded(text: str) -> None:
    raw = b"Content-Type: text/plain; charset=utf-8\r\n\r\nx " + text.encode("utf-8", "ignore")
    found = within(raw, 2)
    assert found is not None
    kept = f"{found.said}\n{found.folded}"
    wanted = texts.clean("x " + text.encode("utf-8", "ignore").decode()).split()
    assert [word for word in wanted if word not in kept] == []
