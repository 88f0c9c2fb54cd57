"""Webhooks that tell a receiver on the loopback, and what tests of them share."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.webhook_receiver import Receiver, receiving
from tickets import actions, sealing, signing
from tickets.actors import Actor
from tickets.models import (
    Event,
    Ticket,
    Webhook,
    WebhookDelivery,
    WebhookDeliveryState,
    WebhookState,
)
from tickets.webhooks import run

State, Done = WebhookState, WebhookDeliveryState
SYSTEM = Actor.system()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving(signing.new_secret()) as found:
        yield found


def make_webhook(receiver: Receiver, **fields: Any) -> Webhook:
    """One that is on, and is told what happens from now on."""
    made = Webhook.objects.create(
        name="Dashboard",
        address=fields.pop("address", receiver.address),
        secret=sealing.seal(receiver.secret),
        allowed_networks=fields.pop("allowed_networks", "127.0.0.1/32"),
        **fields,
    )
    return actions.switch_webhook(actor=SYSTEM, webhook=made, state=State.ACTIVE)


def work() -> None:
    """Send what is due: whoever rests is taken to have rested."""
    Webhook.objects.update(due_at=timezone.now())
    run.work()


def pass_time(of: timedelta) -> None:
    """As if all that waits had begun to wait so much earlier."""
    for webhook in Webhook.objects.exclude(failing_since=None):
        Webhook.objects.filter(pk=webhook.pk).update(failing_since=webhook.failing_since - of)  # type: ignore[operator]
    for delivery in WebhookDelivery.objects.filter(state=Done.DUE):
        WebhookDelivery.objects.filter(pk=delivery.pk).update(due_at=delivery.due_at - of)


def of(ticket: Ticket, receiver: Receiver) -> list[str]:
    return [one["id"] for one in receiver.got if one["ticket"]["reference"] == ticket.reference]


def written(ticket: Ticket, *kinds: str) -> list[str]:
    found = Event.objects.filter(ticket=ticket, kind__in=kinds or ["message.posted"]).order_by("pk")
    return [f"event-{pk}" for pk in found.values_list("pk", flat=True)]
