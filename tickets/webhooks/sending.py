"""One attempt to send something to a webhook's address: signed, pinned to the address that was checked."""

from __future__ import annotations

import json
import time
import uuid

from django.utils import timezone
from django.utils.translation import gettext as _

from tickets import actions, outside, sealing, signing
from tickets.actions import Attempt
from tickets.actors import Actor
from tickets.intake import text
from tickets.models import Webhook, WebhookDelivery

SECONDS = 10.0
LONGEST_ANSWER = 4096  # bytes; what is longer is cut
TEST = "webhook.test"


def attempt(webhook: Webhook, number: str, body: str) -> Attempt:
    """Send it once. Never inside a transaction."""
    begun = time.monotonic()
    try:
        answered = _post(webhook, number, body.encode())
    except sealing.Unreadable:
        return Attempt(None, problem=_("Its secret cannot be opened. Make a new one."))
    except (outside.Refused, outside.NoAnswer) as error:
        problem = outside.in_words(error, seconds=SECONDS)
        return Attempt(None, problem=problem, milliseconds=_since(begun))
    return Attempt(
        answered.status,
        answer=text.clean(answered.body.decode("utf-8", "replace")),
        problem=_problem(answered.status),
        milliseconds=_since(begun),
    )


def test(webhook: Webhook) -> WebhookDelivery:
    """Send something that says that it is a test, and tell what came of it."""
    now = timezone.now()
    number = f"test-{uuid.uuid4()}"
    body = {"id": number, "type": TEST, "timestamp": now.isoformat(), "data": {}}
    delivery = WebhookDelivery(webhook=webhook, number=number, body=json.dumps(body))
    return actions.note_test(
        actor=Actor.system(),
        delivery=delivery,
        attempt=attempt(webhook, number, delivery.body),
    )


def _post(webhook: Webhook, number: str, body: bytes) -> outside.Answered:
    signature = signing.headers((webhook.secret, webhook.previous_secret), number, body)
    return outside.send(
        outside.read(webhook.address, plain=bool(webhook.networks)),
        body=body,
        headers={"Content-Type": "application/json", "User-Agent": "Helpdesk", **signature},
        seconds=SECONDS,
        allowed=webhook.networks,
        longest=LONGEST_ANSWER,
        cut=True,
    )


def _problem(status: int) -> str:
    if 200 <= status < 300:
        return ""
    if 300 <= status < 400:
        return _("It answers with a redirect, which is not followed.")
    return _("It answers with %(status)d.") % {"status": status}


def _since(begun: float) -> int:
    return round((time.monotonic() - begun) * 1000)
