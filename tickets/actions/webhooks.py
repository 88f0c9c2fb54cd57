"""Webhooks: switched on and off, told what happened, and what came of each attempt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from tickets import clock
from tickets.actions.settings import change_setting
from tickets.actors import Actor
from tickets.feed import reading
from tickets.models import Webhook, WebhookDelivery, WebhookDeliveryState, WebhookState

# How long after an attempt the next one is: a day in all. After the last it is given up.
WAITS = tuple(
    timedelta(seconds=seconds)
    for seconds in (5, 30, 120, 600, 1800, 3600, 7200, 14400, 28800, 28800)
)
PAUSED_AFTER = sum(WAITS, timedelta())  # in which nothing was taken
GONE = 410  # "send no more", as Standard Webhooks says
LONGEST_ANSWER = 4096  # characters that are kept


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of sending once: a status and an answer, or the problem as a sentence for staff."""

    status: int | None
    answer: str = ""
    problem: str = ""
    milliseconds: int = 0

    @property
    def is_taken(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


@transaction.atomic
def switch_webhook(*, actor: Actor, webhook: Webhook, state: WebhookState) -> Webhook:
    """Switch it on, where it stopped and at first from now on; or off. What waits is sent at once.

    Raises Webhook.DoesNotExist if it was removed.
    """
    webhook = Webhook.objects.locked(webhook)
    if webhook.state == state or (state == WebhookState.ACTIVE and not webhook.secret):
        return webhook
    _become(actor, webhook, state, "")
    if state == WebhookState.ACTIVE:
        due = WebhookDelivery.objects.filter(webhook=webhook, state=WebhookDeliveryState.DUE)
        due.update(due_at=clock.now(), attempts=0)
    return webhook


@transaction.atomic
def tell_webhook(
    *, actor: Actor, webhook: Webhook, cursor: str, deliveries: Sequence[WebhookDelivery]
) -> bool:
    """Write down what it is to be told, and how far that is; False if another did so meanwhile."""
    locked = Webhook.objects.locked(webhook)
    if locked.cursor != webhook.cursor or locked.state != WebhookState.ACTIVE:
        return False
    WebhookDelivery.objects.bulk_create(deliveries, ignore_conflicts=True)
    locked.cursor = cursor
    locked.save(update_fields=["cursor"])
    webhook.cursor = cursor
    return True


@transaction.atomic
def note_attempt(*, actor: Actor, delivery: WebhookDelivery, attempt: Attempt) -> Webhook:
    """What came of sending it: it is done, or tried again later, or given up after a day.

    A webhook that took nothing for a day is paused, one that answers 410 is switched off. What it did
    not take waits there, and is sent when it is switched on again.
    """
    webhook = Webhook.objects.locked(delivery.webhook)
    delivery.attempts += 1
    delivery.tried_at = clock.now()
    delivery.status, delivery.milliseconds = attempt.status, attempt.milliseconds
    delivery.answer, delivery.problem = attempt.answer[:LONGEST_ANSWER], attempt.problem[:300]
    if attempt.is_taken:
        delivery.state = WebhookDeliveryState.DONE
        _works(webhook)
    else:
        _fails(actor, webhook, attempt)
        if delivery.attempts <= len(WAITS):
            delivery.due_at = clock.now() + WAITS[delivery.attempts - 1]
        elif webhook.state == WebhookState.ACTIVE:  # others were taken: it is this one
            delivery.state = WebhookDeliveryState.FAILED
    delivery.save()
    return webhook


@transaction.atomic
def note_test(*, actor: Actor, delivery: WebhookDelivery, attempt: Attempt) -> WebhookDelivery:
    """Keep what came of an admin's test in the log. It says nothing of how the webhook fares."""
    Webhook.objects.locked(delivery.webhook)
    delivery.attempts, delivery.tried_at = 1, clock.now()
    delivery.status, delivery.milliseconds = attempt.status, attempt.milliseconds
    delivery.answer, delivery.problem = attempt.answer[:LONGEST_ANSWER], attempt.problem[:300]
    taken = attempt.is_taken
    delivery.state = WebhookDeliveryState.DONE if taken else WebhookDeliveryState.FAILED
    delivery.save()
    return delivery


@transaction.atomic
def send_webhooks_again(
    *, actor: Actor, webhook: Webhook, since: datetime, until: datetime, most: int
) -> int:
    """Send again what happened in a period, as far as it is in the log; how many, `most` at most."""
    webhook = Webhook.objects.locked(webhook)
    ended = WebhookDelivery.objects.narrowed(webhook, since, until).exclude(
        state=WebhookDeliveryState.DUE
    )
    keys = list(ended.order_by("pk").values_list("pk", flat=True)[:most])
    return _again(keys)


@transaction.atomic
def send_webhook_again(*, actor: Actor, delivery: WebhookDelivery) -> bool:
    """Send one again, under its number of before; False if it waits to be sent already."""
    Webhook.objects.locked(delivery.webhook)
    return bool(delivery.event_id and _again([delivery.pk]))


def _again(keys: Sequence[int]) -> int:
    rows = WebhookDelivery.objects.filter(pk__in=keys).exclude(state=WebhookDeliveryState.DUE)
    return rows.update(state=WebhookDeliveryState.DUE, attempts=0, due_at=clock.now())


def _works(webhook: Webhook) -> None:
    if not webhook.failures:
        return
    webhook.failures, webhook.failing_since, webhook.trouble = 0, None, ""
    webhook.save(update_fields=["failures", "failing_since", "trouble"])
    # Those that it did not take have waited long enough.
    due = WebhookDelivery.objects.filter(webhook=webhook, state=WebhookDeliveryState.DUE)
    due.update(due_at=clock.now())


def _fails(actor: Actor, webhook: Webhook, attempt: Attempt) -> None:
    webhook.failures += 1
    webhook.failing_since = webhook.failing_since or clock.now()
    webhook.trouble = attempt.problem[:300]
    webhook.save(update_fields=["failures", "failing_since", "trouble"])
    if webhook.state != WebhookState.ACTIVE:
        return
    if attempt.status == GONE:
        _become(actor, webhook, WebhookState.OFF, _("It answered that it wants nothing more."))
    elif clock.now() - webhook.failing_since >= PAUSED_AFTER:
        _become(actor, webhook, WebhookState.PAUSED, attempt.problem)


def _become(actor: Actor, webhook: Webhook, state: WebhookState, trouble: str) -> None:
    """Into another state, with the record of it."""
    webhook.state, webhook.trouble = state, trouble[:300]
    if state == WebhookState.ACTIVE:
        webhook.failures, webhook.failing_since, webhook.due_at = 0, None, clock.now()
        webhook.cursor = webhook.cursor or reading.end()
    change_setting(actor=actor, instance=webhook)
