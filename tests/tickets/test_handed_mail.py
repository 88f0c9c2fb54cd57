"""A provider hands mail over to an address with a secret: kept once, when it hears 200."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from email import message_from_bytes
from typing import Any
from unittest import mock

import pytest
from django.db import OperationalError
from django.test import Client

from tests.factories import make_team
from tickets import actions, sealing
from tickets.models import Event, EventKind, IncomingMail, Mailbox, Provider, WayIn

pytestmark = pytest.mark.django_db

RAW = "From: Ines <ines@brook.example>\nMessage-ID: <1@brook.example>\nSubject: Tent\n\nA hole: ö \x00\n"
SECRET = "what only Postmark knows"


def make_mailbox(provider: str = Provider.POSTMARK, **values: Any) -> Mailbox:
    return Mailbox.objects.create(
        name="Support",
        address="support@kestrelmoor.example",
        team=make_team(),
        way_in=WayIn.WEBHOOK,
        provider=provider,
        webhook_secret=sealing.seal(SECRET),
        **values,
    )


def basic(secret: str = SECRET, user: str = "mail") -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{secret}".encode()).decode()}


def address(mailbox: Mailbox) -> str:
    return f"/mail/in/{mailbox.pk}/mime"


def post(client: Client, mailbox: Mailbox, data: Any, **headers: str) -> int:
    answer = client.post(
        address(mailbox), json.dumps(data), content_type="application/json", headers=headers
    )
    return answer.status_code


def postmark(raw: str = RAW) -> dict[str, Any]:
    return {"RecordType": "Inbound", "RawEmail": raw, "Headers": []}


def test_a_mail_is_kept_as_the_provider_got_it_and_once(client: Client) -> None:
    mailbox = make_mailbox()
    for _ in range(3):
        assert post(client, mailbox, postmark(), **basic()) == 200
    mail = IncomingMail.objects.get()
    assert (mail.source, mail.mailbox) == (RAW.encode(), mailbox)
    assert Event.objects.filter(kind=EventKind.MAIL_RECEIVED).count() == 1


def test_who_does_not_know_the_secret_is_refused_and_nothing_is_kept(client: Client) -> None:
    mailbox = make_mailbox()
    wrong = [{}, basic("another"), basic(user="other"), basic(""), {"Authorization": "Basic ö"}]
    for headers in wrong:
        assert post(client, mailbox, postmark(), **headers) == 401
    assert not IncomingMail.objects.exists()


@pytest.mark.parametrize("change", [{"is_active": False}, {"way_in": WayIn.IMAP}, {"provider": ""}])
def test_a_mailbox_that_takes_nothing_has_no_address(client: Client, change: Any) -> None:
    mailbox = make_mailbox()
    Mailbox.objects.filter(pk=mailbox.pk).update(**change)
    assert post(client, mailbox, postmark(), **basic()) == 404
    assert client.post("/mail/in/999999/mime").status_code == 404


def test_a_mailbox_without_a_secret_is_open_to_nobody(client: Client) -> None:
    mailbox = make_mailbox()
    Mailbox.objects.update(webhook_secret="")
    assert post(client, mailbox, postmark(), **basic("")) == 401
    Mailbox.objects.update(webhook_secret="gAAAAAnothing")
    assert post(client, mailbox, postmark(), **basic("")) == 401


def mailgun(key: str = "a key", raw: str = RAW) -> dict[str, str]:
    signed = hmac.new(key.encode(), b"1700000000token", hashlib.sha256).hexdigest()
    return {
        "timestamp": "1700000000",
        "token": "token",
        "signature": signed,
        "sender": "ines@brook.example",
        "recipient": "support@kestrelmoor.example",
        "body-mime": raw,
    }


def test_a_signature_is_checked_where_the_provider_signs(client: Client) -> None:
    mailbox = make_mailbox(Provider.MAILGUN, signing_key=sealing.seal("a key"))
    forged = client.post(address(mailbox), mailgun("no key"), headers=basic())
    unknown = client.post(address(mailbox), mailgun())
    assert (forged.status_code, unknown.status_code) == (401, 401)
    assert not IncomingMail.objects.exists()
    assert client.post(address(mailbox), mailgun(), headers=basic()).status_code == 200
    assert b"Subject: Tent" in IncomingMail.objects.get().source


def test_a_provider_that_signs_is_not_believed_without_its_key(client: Client) -> None:
    mailbox = make_mailbox(Provider.MAILGUN)
    assert client.post(address(mailbox), mailgun(""), headers=basic()).status_code == 401


def test_what_the_provider_took_apart_is_put_together_the_same_each_time(client: Client) -> None:
    mailbox = make_mailbox()
    parts = {
        "FromFull": {"Email": "ines@brook.example", "Name": "Ines"},
        "ToFull": [{"Email": "support@kestrelmoor.example", "Name": ""}],
        "Subject": "Tent ⛺",
        "TextBody": "A hole",
        "HtmlBody": "<p>A hole</p>",
        "Headers": [{"Name": "Message-ID", "Value": "<2@brook.example>"}],
        "Attachments": [
            {"Name": "hole.png", "Content": "AAEC", "ContentType": "image/png", "ContentID": ""}
        ],
    }
    assert [post(client, mailbox, parts, **basic()) for _ in range(2)] == [200, 200]
    source = IncomingMail.objects.get().source
    assert b"<2@brook.example>" in source
    (picture,) = [part for part in message_from_bytes(source).walk() if part.get_filename()]
    assert picture.get_payload(decode=True) == b"\x00\x01\x02"


@pytest.mark.parametrize(
    "body", ["", "[]", "null", "{", '{"a":' * 20_000, '"\\u0000\\ud800"', '{"RawEmail": 7}']
)
def test_what_is_no_mail_is_said_to_be_none(client: Client, body: str) -> None:
    answer = client.post(
        address(make_mailbox()), body, content_type="application/json", headers=basic()
    )
    assert answer.status_code == 400
    assert not IncomingMail.objects.exists()


def test_a_large_mail_is_taken_and_one_that_is_too_large_is_refused(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailbox = make_mailbox()
    assert post(client, mailbox, postmark(RAW + "x" * 6_000_000), **basic()) == 200
    monkeypatch.setattr("tickets.handed.views.LARGEST", 1000)
    assert post(client, mailbox, postmark("x" * 2000), **basic()) == 413
    assert IncomingMail.objects.count() == 1


def test_nothing_is_said_to_be_kept_that_is_not(client: Client) -> None:
    client.raise_request_exception = False
    with mock.patch.object(actions, "receive_mail", side_effect=OperationalError("disk full")):
        assert post(client, make_mailbox(), postmark(), **basic()) >= 500
    assert not IncomingMail.objects.exists()
