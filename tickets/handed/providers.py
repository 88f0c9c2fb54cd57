"""What each provider hands over, checked and taken apart by Anymail, as the mail that it was."""

from __future__ import annotations

import json
from collections.abc import Iterator
from email.message import Message
from email.policy import compat32
from hashlib import sha256
from typing import Any

from anymail.exceptions import AnymailWebhookValidationFailure
from anymail.webhooks.mailersend import MailerSendInboundWebhookView
from anymail.webhooks.mailgun import MailgunInboundWebhookView
from anymail.webhooks.mailjet import MailjetInboundWebhookView
from anymail.webhooks.mandrill import MandrillCombinedWebhookView
from anymail.webhooks.postal import PostalInboundWebhookView
from anymail.webhooks.postmark import PostmarkInboundWebhookView
from anymail.webhooks.sparkpost import SparkPostInboundWebhookView
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest

from tickets import sealing
from tickets.models import Mailbox, Provider
from tickets.models.ways_in import HAND_OVER_USER

_VIEWS: dict[str, tuple[Any, str]] = {
    Provider.MAILERSEND: (MailerSendInboundWebhookView, "inbound_secret"),
    Provider.MAILGUN: (MailgunInboundWebhookView, "webhook_signing_key"),
    Provider.MAILJET: (MailjetInboundWebhookView, ""),
    Provider.MANDRILL: (MandrillCombinedWebhookView, "webhook_key"),
    Provider.POSTAL: (PostalInboundWebhookView, "webhook_key"),
    Provider.POSTMARK: (PostmarkInboundWebhookView, ""),
    Provider.SPARKPOST: (SparkPostInboundWebhookView, ""),
}


class NotTheirs(Exception):
    """The call does not come from the mailbox's provider."""


class NoMail(Exception):
    """What was handed over is no mail."""


def mails(mailbox: Mailbox, request: HttpRequest) -> list[bytes]:
    """The mails in a call. Raises NotTheirs, or NoMail."""
    try:
        secret, key = sealing.unseal(mailbox.webhook_secret), sealing.unseal(mailbox.signing_key)
    except sealing.Unreadable as error:
        raise NotTheirs from error
    view_class, key_name = _VIEWS[mailbox.provider]
    if not secret or (key_name and not key):
        raise NotTheirs
    view = view_class(
        webhook_secret=f"{HAND_OVER_USER}:{secret}", **({key_name: key} if key_name else {})
    )
    view.setup(request)
    try:
        view.run_validators(request)
        parsed = [event.message for event in view.parse_events(request)]
    except AnymailWebhookValidationFailure as error:
        raise NotTheirs from error
    except SuspiciousOperation:
        raise
    except Exception as error:  # whatever is wrong with what a stranger's server wrote
        raise NoMail(type(error).__name__) from error
    as_it_came = list(_raw(mailbox.provider, request))
    if len(as_it_came) == len(parsed):
        return as_it_came
    return [_rebuilt(message) for message in parsed]


def _raw(provider: str, request: HttpRequest) -> Iterator[bytes]:
    """The mails as they came, where the provider gives them so."""
    if provider == Provider.MAILGUN and "body-mime" in request.POST:
        yield _bytes(request.POST["body-mime"])
    elif provider == Provider.MANDRILL:
        for event in json.loads(request.POST["mandrill_events"]):
            if raw := event.get("msg", {}).get("raw_msg"):
                yield _bytes(raw)
    elif provider == Provider.POSTMARK and (raw := json.loads(request.body).get("RawEmail")):
        yield _bytes(raw)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _rebuilt(message: Message) -> bytes:
    """A mail from its parts, the same each time: a boundary made by chance would make it another."""
    for number, part in enumerate(message.walk()):
        if part.is_multipart() and part.get_boundary() is None:
            name = f"{number} {message.get('Message-ID', '')}".encode("utf-8", "replace")
            part.set_boundary(f"=-{sha256(name).hexdigest()[:40]}")
    try:
        return message.as_bytes(policy=compat32)
    except (UnicodeError, LookupError, ValueError, RecursionError) as error:
        raise NoMail(type(error).__name__) from error
