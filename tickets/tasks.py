"""The periodic tasks and the queue's way in to the reactions."""

from __future__ import annotations

from datetime import timedelta

from celery import shared_task
from django.core.cache import cache
from django.utils import timezone

from tickets import automating, due, events, giving, watch
from tickets.bulk import working
from tickets.delivering import run
from tickets.email import sender
from tickets.intake import attachments
from tickets.models import (
    Attachment,
    BulkJob,
    Claim,
    ConnectorCall,
    FeedMark,
    IdempotentRequest,
    IdentityCheck,
    IncomingMail,
    Notification,
    Reaction,
    Record,
    SiteSettings,
    StaffLogIn,
    Visit,
    WebhookDelivery,
)
from tickets.search import indexing
from tickets.webhooks import run as webhooks

SWEEP_AFTER = timedelta(seconds=3)  # what is younger is still on its way through the queue
BELLS = 2  # that the sweep rings in a queue: as many workers may begin at once
# Reactions that are taken up at once, and done in the order of their events; elsewhere one.
TOGETHER = {"reading": 16, "incoming": 8, "assistant": 3}
FILL_SECONDS = 5.0
LOOK_EVERY = timedelta(minutes=10)
_LOOKED = "search:looked-for-missing"
SIDE_BY_SIDE = {"assistant"}  # where somebody waits for each of them


@shared_task
def work_off(queue: str) -> int:
    """A queue's bell: run what is due in it; returns how many."""
    return events.work_off(
        queue, together=TOGETHER.get(queue, 1), side_by_side=queue in SIDE_BY_SIDE
    )


@shared_task
def sweep() -> list[str]:
    """Ring in every queue where something was left undone, however much it is; returns which."""
    behind = Reaction.objects.queues_behind(since=timezone.now() - SWEEP_AFTER)
    for queue in behind:
        for _ in range(BELLS):
            events.ring(queue)
    return behind


@shared_task
def hand_over_overdue_turns() -> int:
    """A second watch beside that of the web processes; returns how many were handed over."""
    return watch.hand_over_overdue()


@shared_task
def bring_back() -> int:
    """What was put aside until now comes back to its agents; returns how many."""
    return due.bring_back()


@shared_task
def give_out() -> int:
    """Somebody came who has room: give out what waits; returns how many."""
    return giving.give()


@shared_task
def look_after_queues() -> int:
    """Chats whose agent is gone, queues that overflow, and what is still to be given; how many."""
    return giving.look_after()


@shared_task
def run_timed_rules() -> int:
    """Do what the rules say that time sets off; in how many conversations."""
    return automating.look_at_time()


@shared_task
def close_quiet() -> int:
    """Tell customers of what has become quiet, and close what they were told of; returns how many."""
    return due.close_quiet()


@shared_task
def note_promises() -> None:
    """Warn of promises that are near their end, and say which are broken; again at once if there are more."""
    if due.note_promises():
        note_promises.delay()


@shared_task
def deliver_notifications() -> int:
    """Send agents' browsers and mailboxes what is due; returns to how many."""
    return run.deliver()


@shared_task
def send_webhooks() -> int:
    """Tell the systems that want to know what happened; returns to how many something was due."""
    return webhooks.work()


@shared_task
def send_mail() -> int:
    """Send what mail is owed, whoever waits first; returns how many."""
    return sender.send_due()


@shared_task
def work_at_bulk(pk: int, chain: str) -> None:
    """A slice of an act on many tickets."""
    working.go_on(pk, chain)


@shared_task
def sweep_bulk() -> int:
    """Go on with acts on many tickets that nobody works at any more; returns how many."""
    return working.sweep()


@shared_task
def fill_search() -> None:
    """Index what no event told of, a slice at a time: others have a turn in between.

    For tickets without any row all of them are looked through, so once none is left that is not
    done again for a while.
    """
    indexing.again(seconds=FILL_SECONDS)
    looks = cache.add(_LOOKED, True, timeout=LOOK_EVERY.total_seconds())
    if looks and indexing.fill(seconds=FILL_SECONDS) is not None:
        cache.delete(_LOOKED)


@shared_task
def clean_up() -> None:
    """Forget what is kept for a time only: answers to idempotent requests, claims to addresses,
    notifications that were read long ago, acts on many tickets, records from outside, the
    sources of mails, calls of connectors, what webhooks were sent, what customers read and
    searched, log-ins that are over, and files that belong to nothing. And mark how far the feed is.
    """
    IdempotentRequest.objects.forget_old()
    Attachment.objects.forget_old()
    Claim.objects.forget_old()
    IdentityCheck.objects.forget_old()
    Notification.objects.forget_old()
    BulkJob.objects.forget_old()
    Record.objects.forget_old()
    IncomingMail.objects.forget_sources()
    ConnectorCall.objects.forget_old()
    FeedMark.objects.set_mark()
    WebhookDelivery.objects.forget_old()
    Visit.objects.forget_older(SiteSettings.load().visit_days)
    StaffLogIn.objects.forget_ended()
    attachments.remove_orphans()
