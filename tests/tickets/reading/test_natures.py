"""Whether a person, a machine or a list wrote, and what came back."""

from __future__ import annotations

import pytest

from tests.tickets.reading.mails import mail, of_parts, part
from tickets.email.reading import Nature, read


@pytest.mark.parametrize(
    ("head", "nature"),
    [
        ("Auto-Submitted: auto-replied", Nature.AUTOMATIC),
        ("Auto-Submitted: no", Nature.PERSON),
        ("Precedence: bulk", Nature.AUTOMATIC),
        ("Precedence: list", Nature.LIST),
        ("Precedence: auto_reply", Nature.AUTOMATIC),
        ("X-Auto-Response-Suppress: All", Nature.AUTOMATIC),
        ("X-Auto-Response-Suppress: None", Nature.PERSON),
        ("X-Autoreply: yes", Nature.AUTOMATIC),
        ("List-Id: <news.shop.example>", Nature.LIST),
        ("List-Unsubscribe: <https://shop.example/u>", Nature.LIST),
        ("Return-Path: <>", Nature.AUTOMATIC),
        ("Return-Path: <ada@shop.example>", Nature.PERSON),
        ("Importance: high", Nature.PERSON),
    ],
)
def test_headers_say_what_a_mail_is_and_which_did(head: str, nature: Nature) -> None:
    found = read(mail(head=f"{head}\r\n"))
    assert found.nature is nature
    assert found.bounce is None
    if nature is not Nature.PERSON:
        assert head.partition(":")[0].lower() in found.why.lower()


@pytest.mark.parametrize(
    ("subject", "nature"),
    [
        ("Automatic reply: Your ticket", Nature.AUTOMATIC),
        ("Abwesenheitsnotiz: Ihre Anfrage", Nature.AUTOMATIC),
        ("Réponse automatique : Bonjour", Nature.AUTOMATIC),
        ("Re: Automatic reply: Your ticket", Nature.PERSON),
        ("Your automatic reply is broken", Nature.PERSON),
        ("Vacation rental: is it free?", Nature.PERSON),
        ("Out of office software does not start", Nature.PERSON),
    ],
)
def test_a_subject_of_an_absence_is_automatic_and_one_about_it_is_not(
    subject: str, nature: Nature
) -> None:
    assert read(f"From: a@x.example\r\nSubject: {subject}\r\n\r\nHi".encode()).nature is nature


def test_nobody_can_answer_a_no_reply_address_unless_it_names_somebody() -> None:
    assert read(b"From: no-reply@x.example\r\n\r\nHi").nature is Nature.AUTOMATIC
    form = read(b"From: no-reply@x.example\r\nReply-To: ada@x.example\r\n\r\nHi")
    assert form.nature is Nature.PERSON


def report(action: str, status: str, diagnostic: str = "smtp; 550 no such user") -> bytes:
    about = (
        "Reporting-MTA: dns; mx.x.example\r\n\r\n"
        f"Final-Recipient: rfc822; Gone@x.example\r\nAction: {action}\r\nStatus: {status}\r\n"
        f"Diagnostic-Code: {diagnostic}\r\n"
    )
    return of_parts(
        part("text/plain", "It did not arrive."),
        part("message/delivery-status", about),
        part("text/rfc822-headers", "Message-ID: <ours@desk.example>\r\nSubject: Hi\r\n"),
        kind="report; report-type=delivery-status",
    )


@pytest.mark.parametrize(
    ("action", "status", "is_permanent"),
    [
        ("failed", "5.1.1", True),
        ("failed", "4.4.7", False),
        ("delayed", "4.4.1", False),
        ("delayed", "5.0.0", False),
        ("failed", "5.2.2", False),
    ],
)
def test_a_report_says_who_was_not_reached_and_whether_for_good(
    action: str, status: str, is_permanent: bool
) -> None:
    found = read(report(action, status))
    assert found.nature is Nature.BOUNCE
    assert found.bounce is not None
    assert found.bounce.recipient == "gone@x.example"
    assert found.bounce.is_permanent is is_permanent
    assert found.bounce.status == status
    assert found.bounce.diagnostic == "550 no such user"
    assert found.bounce.message_id == "<ours@desk.example>"


def test_a_report_of_success_is_automatic_and_no_bounce() -> None:
    found = read(report("delivered", "2.0.0"))
    assert (found.nature, found.bounce) == (Nature.AUTOMATIC, None)


def test_servers_that_know_no_report_are_understood_too() -> None:
    qmail = (
        b"From: MAILER-DAEMON@mx.x.example\r\nReturn-Path: <>\r\nSubject: failure notice\r\n\r\n"
        b"Hi. This is the qmail-send program at mx.x.example.\r\n\r\n<gone@x.example>:\r\n"
        b"Sorry, no mailbox here by that name. (#5.1.1)\r\n\r\n"
        b"--- Below this line is a copy of the message.\r\n\r\nMessage-ID: <ours@desk.example>\r\n"
    )
    found = read(qmail).bounce
    assert found is not None
    assert (found.recipient, found.is_permanent) == ("gone@x.example", True)
    assert (found.status, found.message_id) == ("5.1.1", "<ours@desk.example>")


def test_a_mail_that_is_a_report_and_nothing_else_came_back() -> None:
    about = "Final-Recipient: rfc822; <gone@x.example>\r\nAction: failed\r\nStatus: 4.2.2\r\n"
    found = read(
        f"Content-Type: message/delivery-status\r\n\r\nX: y\r\n\r\n{about}".encode()
    ).bounce
    assert found is not None
    assert (found.recipient, found.is_permanent) == ("gone@x.example", False)


def test_a_person_who_passes_on_what_came_back_is_a_person() -> None:
    raw = of_parts(
        part("text/plain", "I got this, why?"),
        part(
            "message/delivery-status", "Final-Recipient: rfc822; x@x.example\r\nAction: failed\r\n"
        ),
    )
    found = read(raw)
    assert (found.nature, found.bounce) == (Nature.PERSON, None)


def test_a_receipt_is_automatic() -> None:
    raw = of_parts(
        part("text/plain", "Read"),
        part("message/disposition-notification", "Disposition: manual-action; displayed"),
        kind="report; report-type=disposition-notification",
    )
    assert read(raw).nature is Nature.AUTOMATIC
