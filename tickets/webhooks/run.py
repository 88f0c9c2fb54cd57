"""Telling webhooks what happened: each is taken by one process for a while, and fails for itself alone.

Of a ticket the next event is sent when the one before was taken or given up; different tickets go on
side by side. A process that dies lets its lease run out, and what it had sent without noting so is sent
once more, under the same number.
"""

from __future__ import annotations

import logging
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from tickets import actions
from tickets.actors import Actor
from tickets.models import Webhook, WebhookDelivery
from tickets.webhooks import choosing, sending

logger = logging.getLogger(__name__)

TOGETHER = 8  # webhooks
AT_ONCE = 4  # requests to one of them
BATCH = 20  # between looks at whether it is still to be sent to
SLICE_SECONDS = 20.0  # then others have a turn
LEASE = timedelta(seconds=BATCH / AT_ONCE * sending.SECONDS * 2)
AGAIN = timedelta(seconds=1)
LONGEST_REST = timedelta(minutes=5)  # of one that fails, before anything is tried again


def work(*, side_by_side: bool = True) -> int:
    """Tell everybody what is due; returns how many webhooks were looked after."""
    claimed = Webhook.objects.claim(most=TOGETHER, lease=LEASE)
    if side_by_side and len(claimed) > 1:
        with ThreadPoolExecutor(len(claimed), thread_name_prefix="webhook") as pool:
            list(pool.map(_look_after_and_hang_up, claimed))
    else:
        for webhook in claimed:
            _look_after(webhook)
    return len(claimed)


def _look_after_and_hang_up(webhook: Webhook) -> None:
    """In a thread of its own, which gives its connection back to the pool."""
    try:
        _look_after(webhook)
    finally:
        connection.close()


def _look_after(webhook: Webhook) -> None:
    try:
        _tell(webhook)
    except Webhook.DoesNotExist:
        logger.info("The webhook %s was removed while it was told something.", webhook)


def _tell(webhook: Webhook) -> None:
    until = time.monotonic() + SLICE_SECONDS
    rest = AGAIN
    while time.monotonic() < until and Webhook.objects.extend(webhook, LEASE):
        more = choosing.next_ones(webhook)
        most = 1 if webhook.failures else BATCH  # whoever fails is asked carefully
        due = WebhookDelivery.objects.next_of(webhook, most=most)
        failures = _send_all(webhook, due)
        webhook.failures = failures
        if failures:
            rest = min(timedelta(seconds=2 ** min(failures, 10)), LONGEST_REST)
            break
        if not due and not more:
            break
    Webhook.objects.rests(webhook, timezone.now() + rest)


def _send_all(webhook: Webhook, due: list[WebhookDelivery]) -> int:
    """Send some, of different tickets; how often it failed in a row by now."""
    if not due:
        return webhook.failures
    for delivery in due:
        delivery.webhook = webhook
    if len(due) == 1:
        return _send(due[0])
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="send") as pool:
        return list(pool.map(_send_and_hang_up, due))[-1]


def _send_and_hang_up(delivery: WebhookDelivery) -> int:
    try:
        return _send(delivery)
    finally:
        connection.close()


def _send(delivery: WebhookDelivery) -> int:
    came = sending.attempt(delivery.webhook, delivery.number, delivery.body)
    noted = actions.note_attempt(actor=Actor.system(), delivery=delivery, attempt=came)
    return noted.failures
