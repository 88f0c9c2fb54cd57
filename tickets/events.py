"""Events and reactions: every action records what happened, and what has to follow from it.

`record` writes the event and, in the same transaction, one `Reaction` row for each subscriber.
After the commit the open screens are nudged and the queue gets a hint for each reaction. The hint
may be lost: `tickets.tasks.sweep` finds every reaction that is due and not done.

A reaction has two halves. `work` runs outside any transaction (a model, a mail server, a web
address); `settle` writes what came of it, in the transaction that marks the reaction as done.
So its effects in the database happen exactly once, however often `work` had to run.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from celery import current_app
from django.db import models, transaction
from django.db.models import QuerySet
from django.utils import timezone

from tickets import live
from tickets.actors import Actor
from tickets.models import Event, EventKind, Reaction, ReactionState, Ticket

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 5
LEASE = timedelta(seconds=30)
RETRY_AFTER = timedelta(seconds=5)  # times the square of the attempts: 5, 20, 45, 80 seconds


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A reaction: its name, its queue, and its two halves."""

    name: str
    queue: str
    work: Callable[[Event], Any] | None
    settle: Callable[[Event, Any], None]
    when: Callable[[Event], bool] | None = None
    failed: Callable[[Event, str], None] | None = None
    max_attempts: int = MAX_ATTEMPTS


_by_kind: dict[str, list[Subscriber]] = defaultdict(list)
_by_name: dict[str, Subscriber] = {}


def subscribe(
    *kinds: EventKind,
    name: str,
    settle: Callable[[Event, Any], None],
    work: Callable[[Event], Any] | None = None,
    when: Callable[[Event], bool] | None = None,
    failed: Callable[[Event, str], None] | None = None,
    queue: str = "default",
    max_attempts: int = MAX_ATTEMPTS,
) -> None:
    """Let `settle` (after `work`) run once for every event of these kinds.

    `when` looks at the event as it is recorded, and says whether there is anything to do for it.

    `failed` runs once, in a transaction, when all attempts are used up: what must happen then.
    """
    subscriber = Subscriber(name, queue, work, settle, when, failed, max_attempts)
    _by_name[name] = subscriber
    for kind in kinds:
        if all(other.name != name for other in _by_kind[kind]):
            _by_kind[kind].append(subscriber)


def record(
    kind: EventKind,
    *,
    actor: Actor,
    ticket: Ticket | None = None,
    subject: models.Model | None = None,
    position: int | None = None,
    **data: Any,
) -> Event:
    """Write an event of the running transaction, and owe its reactions.

    `ticket` must be locked; the caller saves it (its counter is raised here, unless the event
    shares the `position` of a message or note that was just written).
    """
    if ticket is not None and position is None:
        position = ticket.next_position()
    event = Event.objects.create(
        kind=kind,
        ticket=ticket,
        position=position,
        subject=subject._meta.label_lower if subject else "",
        subject_id=str(subject.pk) if subject else "",
        actor_kind=actor.kind,
        actor_user=actor.user,
        actor_customer=actor.customer,
        actor_key=actor.api_key,
        data=data,
    )
    now = timezone.now()
    owed = Reaction.objects.bulk_create(
        Reaction(event=event, name=subscriber.name, due_at=now)
        for subscriber in _by_kind[kind]
        if subscriber.when is None or subscriber.when(event)
    )
    transaction.on_commit(lambda: _after_commit(event, owed), robust=True)
    return event


def _after_commit(event: Event, owed: list[Reaction]) -> None:
    for reaction in owed:
        hint(reaction)
    live.nudge(event)


def hint(reaction: Reaction) -> None:
    """Tell the queue that a reaction is due. Failing is allowed: the sweep comes by."""
    try:
        current_app.send_task(
            "tickets.tasks.react",
            (reaction.pk,),
            queue=queue_of(reaction.name),
            ignore_result=True,  # else it subscribes to one, which without Redis takes 19 seconds
        )
    except Exception:
        logger.warning("The queue is away; the sweep will find %s.", reaction.name)


def run(reaction_id: int) -> bool:
    """Run one reaction if it is due and nobody else has it; True if it was done here."""
    reaction = Reaction.objects.claim(reaction_id, lease=LEASE)
    if reaction is None:
        return False
    subscriber = _by_name.get(reaction.name)
    if subscriber is None:  # left over from a release that had it
        _finish(reaction, ReactionState.DEAD, "No such reaction any more.")
        return False
    if reaction.attempts > subscriber.max_attempts:  # its worker died each time
        _give_up(reaction, subscriber, reaction.error or "The worker died.")
        return False
    try:
        result = subscriber.work(reaction.event) if subscriber.work else None
        return _settle(reaction, subscriber, result)
    except Exception as error:
        logger.exception("Reaction %s to event %s failed", reaction.name, reaction.event_id)
        _try_again(reaction, subscriber, f"{type(error).__name__}: {error}"[:2000])
        return False


def run_due(*, limit: int = 1000) -> int:
    """Run all reactions that are due, here and now, until none is left; the number done."""
    done = 0
    while due := list(Reaction.objects.overdue().order_by("pk").values_list("pk", flat=True)[:100]):
        ran = sum(run(pk) for pk in due)
        done += ran
        if not ran or done >= limit:
            break
    return done


def queue_of(name: str) -> str:
    """The queue that a reaction belongs to; `default` if it is not known any more."""
    subscriber = _by_name.get(name)
    return subscriber.queue if subscriber else "default"


@transaction.atomic
def _settle(reaction: Reaction, subscriber: Subscriber, result: Any) -> bool:
    # Marked first: that holds the row, and whoever worked past its lease finds it taken or done.
    if not _ours(reaction).update(state=ReactionState.DONE, error="", done_at=timezone.now()):
        return False
    subscriber.settle(reaction.event, result)
    return True


def _still_ours(reaction: Reaction) -> bool:
    """Lock it; whoever worked past its lease finds here that another has it or has settled it."""
    return _ours(reaction).select_for_update().exists()


def _ours(reaction: Reaction) -> QuerySet[Reaction]:
    return Reaction.objects.filter(
        pk=reaction.pk, state=ReactionState.DUE, attempts=reaction.attempts
    )


def _finish(reaction: Reaction, state: ReactionState, error: str) -> None:
    Reaction.objects.filter(pk=reaction.pk).update(state=state, error=error, done_at=timezone.now())


def _try_again(reaction: Reaction, subscriber: Subscriber, error: str) -> None:
    if reaction.attempts >= subscriber.max_attempts:
        _give_up(reaction, subscriber, error)
        return
    Reaction.objects.filter(pk=reaction.pk, attempts=reaction.attempts).update(
        due_at=timezone.now() + RETRY_AFTER * reaction.attempts**2, error=error
    )


@transaction.atomic
def _give_up(reaction: Reaction, subscriber: Subscriber, error: str) -> None:
    if not _still_ours(reaction):
        return
    if subscriber.failed:
        subscriber.failed(reaction.event, error)
    _finish(reaction, ReactionState.DEAD, error)
