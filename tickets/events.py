"""Events and reactions: every action records what happened, and what has to follow from it.

`record` writes the event and, in the same transaction, one `Reaction` row for each subscriber.
After the commit the open screens are nudged, and the bell of each queue is rung that has something
due: a task that names no reaction. Whoever hears it takes what has been due longest in that queue,
until nothing is left. So it costs nothing if a bell is lost, or heard twice: `tickets.tasks.sweep`
rings where something was left undone, however much it is.

A reaction has two halves. `work` runs outside any transaction (a model, a mail server, a web
address); `settle` writes what came of it, in the transaction that marks the reaction as done.
So its effects in the database happen exactly once, however often `work` had to run.

What is replayed (`tickets.replay`) happened long ago: nothing is owed for it and nobody is nudged.
"""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from celery import current_app
from django.db import connection, models, transaction
from django.db.models import QuerySet
from django.utils import timezone

from tickets import replay
from tickets.actors import Actor
from tickets.live import nudges
from tickets.models import Event, EventKind, Reaction, ReactionState, Ticket

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 5
LEASE = timedelta(seconds=30)
NOW = timedelta()
RETRY_AFTER = timedelta(seconds=5)  # times the square of the attempts: 5, 20, 45, 80 seconds
IN_A_MOMENT = timedelta(seconds=1)
SLICE_SECONDS = 1.0  # a bell is worked off for so long; then other tasks of the queue have a turn
RING_SECONDS = 60.0  # a bell that nobody heard for so long is none: the sweep has rung others

Queue = str | Callable[[Event], str]


class Elsewhere(Exception):
    """Raised by a reaction's work: it belongs to another queue, since things have changed."""


class NotYet(Exception):
    """Raised by a reaction's work: what it needs is still on its way, so it is asked again in a moment."""


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A reaction: its name, its queue, and its two halves."""

    name: str
    queue: Queue
    work: Callable[[Event], Any] | None
    settle: Callable[[Event, Any], None]
    when: Callable[[Event], bool] | None = None
    failed: Callable[[Event, str], None] | None = None
    max_attempts: int = MAX_ATTEMPTS
    ahead: Callable[[Sequence[Event]], None] | None = None
    after: Callable[[Event], timedelta] | None = None

    def wait_after(self, event: Event) -> timedelta:
        """How long after the event it is due."""
        return self.after(event) if self.after else NOW

    def queue_of(self, event: Event) -> str:
        """The queue in which the event is reacted to, as things are now."""
        return self.queue if isinstance(self.queue, str) else self.queue(event)


_bells: ContextVar[set[tuple[str, timedelta]] | None] = ContextVar("bells", default=None)
_by_kind: dict[str, list[Subscriber]] = defaultdict(list)
_by_name: dict[str, Subscriber] = {}


def subscribe(
    *kinds: EventKind,
    name: str,
    settle: Callable[[Event, Any], None],
    work: Callable[[Event], Any] | None = None,
    when: Callable[[Event], bool] | None = None,
    failed: Callable[[Event, str], None] | None = None,
    queue: Queue = "default",
    max_attempts: int = MAX_ATTEMPTS,
    ahead: Callable[[Sequence[Event]], None] | None = None,
    after: Callable[[Event], timedelta] | None = None,
) -> None:
    """Let `settle` (after `work`) run once for every event of these kinds.

    `when` looks at the event as it is recorded, and says whether there is anything to do for it.
    `queue` is a name, or chosen for the event: when it is recorded, and again when its turn comes,
    which may send it to another one. `ahead` does what is cheaper for several events at once, before
    the `work` of each of them. `after` says how long after the event it is due; without it, at once.

    `failed` runs once, in a transaction, when all attempts are used up: what must happen then.
    """
    subscriber = Subscriber(name, queue, work, settle, when, failed, max_attempts, ahead, after)
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
    """Write an event of the running transaction, and owe its reactions (none in a replay).

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
        **_by(actor),
        data=data,
    )
    _owe([event])
    return event


def record_each(
    kind: EventKind, *, actor: Actor, told: Iterable[tuple[Ticket, dict[str, Any]]]
) -> list[Event]:
    """The same of each of several locked tickets, with its data: two statements for all of them."""
    found = [
        Event(
            kind=kind, ticket=ticket, position=ticket.next_position(), **_by(actor), data=dict(data)
        )
        for ticket, data in told
    ]
    if found:
        _owe(Event.objects.bulk_create(found))
    return found


def _by(actor: Actor) -> dict[str, Any]:
    return {
        "actor_kind": actor.kind,
        "actor_user": actor.user,
        "actor_customer": actor.customer,
        "actor_key": actor.api_key,
    }


def _owe(recorded: Sequence[Event]) -> None:
    """Owe what follows from events that were just written, and ring after the commit."""
    if replay.is_running():
        return
    now = timezone.now()
    owed = [
        (event, subscriber, subscriber.queue_of(event), subscriber.wait_after(event))
        for event in recorded
        for subscriber in _by_kind[event.kind]
        if subscriber.when is None or subscriber.when(event)
    ]
    Reaction.objects.bulk_create(
        Reaction(event=event, name=subscriber.name, queue=queue, due_at=now + wait)
        for event, subscriber, queue, wait in owed
    )
    bells = {(queue, wait) for _event, _subscriber, queue, wait in owed}
    if (together := _bells.get()) is not None:
        together.update(bells)
        bells = set()
    transaction.on_commit(lambda: _after_commit(recorded, bells), robust=True)


@contextmanager
def together() -> Iterator[None]:
    """Of what is recorded within it each bell is rung once: in a transaction after its commit, else at
    the end, of all transactions within it.

    A bell whose event was rolled back is one that somebody hears in vain.
    """
    bells: set[tuple[str, timedelta]] = set()
    before = _bells.set(bells)
    try:
        yield
    finally:
        _bells.reset(before)
        if not connection.in_atomic_block:
            _ring_all(bells)
    if connection.in_atomic_block:
        transaction.on_commit(lambda: _ring_all(bells), robust=True)


def _ring_all(bells: Iterable[tuple[str, timedelta]]) -> None:
    if (outer := _bells.get()) is not None:
        outer.update(bells)
        return
    for queue, wait in bells:
        ring(queue, after=wait)


def _after_commit(recorded: Iterable[Event], bells: Iterable[tuple[str, timedelta]]) -> None:
    _ring_all(bells)
    for event in recorded:
        nudges.nudge(event)


def ring(queue: str, *, after: timedelta = NOW) -> None:
    """Tell a queue that something is due in it. Failing is allowed: the sweep comes by."""
    seconds = after.total_seconds()
    try:
        current_app.send_task(
            "tickets.tasks.work_off",
            (queue,),
            queue=queue,
            countdown=seconds or None,
            expires=seconds + RING_SECONDS,
            ignore_result=True,  # else it subscribes to one, which without Redis takes 19 seconds
        )
    except Exception:
        logger.warning("The queue %s is away; the sweep will find what is due.", queue)


def work_off(
    queue: str,
    *,
    together: int = 1,
    side_by_side: bool = False,
    seconds: float = SLICE_SECONDS,
) -> int:
    """Run what is due in a queue, what waits longest first, until nothing is left; the number done.

    `together` are taken at once; they run one after the other, or `side_by_side` in threads, where
    one thinks while another waits for the database. After `seconds` the rest is left to the next
    bell, which is rung.
    """
    until = time.monotonic() + seconds
    done = 0
    while taken := Reaction.objects.claim_next(queue, most=together, lease=LEASE):
        here = [reaction for reaction in taken if not _is_sent_on(reaction)]
        done += (_run_side_by_side if side_by_side else _run_in_turn)(here)
        if time.monotonic() > until:
            ring(queue)
            break
    return done


def run(reaction_id: int) -> bool:
    """Run one reaction if it is due and nobody else has it; True if it was done here."""
    reaction = Reaction.objects.claim(reaction_id, lease=LEASE)
    return reaction is not None and _run(reaction)


def _run_in_turn(taken: Sequence[Reaction]) -> int:
    """Run what was claimed, one after the other, with what is done ahead for all."""
    by_name: dict[str, list[Event]] = defaultdict(list)
    for reaction in taken:
        by_name[reaction.name].append(reaction.event)
    for name, found in by_name.items():
        subscriber = _by_name.get(name)
        if subscriber and subscriber.ahead and len(found) > 1:
            try:
                subscriber.ahead(found)
            except Exception:  # then each does it for itself
                logger.exception("Nothing was done ahead for %d of %s", len(found), name)
    with together():  # a bell for each of them would be most of what a short one costs
        return sum(_run(reaction) for reaction in taken)


def _run_side_by_side(taken: Sequence[Reaction]) -> int:
    if len(taken) < 2:
        return sum(_run(reaction) for reaction in taken)
    with ThreadPoolExecutor(len(taken), thread_name_prefix="reaction") as pool:
        return sum(pool.map(_run_and_hang_up, taken))


def _run_and_hang_up(reaction: Reaction) -> bool:
    """In a thread of its own, which gives its connection back to the pool."""
    try:
        return _run(reaction)
    finally:
        connection.close()


def _is_sent_on(reaction: Reaction) -> bool:
    """Leave it to the queue where it belongs by now, if that is another; this was no attempt."""
    subscriber = _by_name.get(reaction.name)
    queue = subscriber.queue_of(reaction.event) if subscriber else reaction.queue
    if queue == reaction.queue:
        return False
    _ours(reaction).update(queue=queue, due_at=timezone.now(), attempts=reaction.attempts - 1)
    ring(queue)
    return True


def _run(reaction: Reaction) -> bool:
    subscriber = _by_name.get(reaction.name)
    if subscriber is None:  # left over from a release that had it
        _bury(reaction, "No such reaction any more.")
        return False
    if reaction.attempts > subscriber.max_attempts:  # its worker died each time
        _give_up(reaction, subscriber, reaction.error or "The worker died.")
        return False
    try:
        result = subscriber.work(reaction.event) if subscriber.work else None
        return _settle(reaction, subscriber, result)
    except NotYet:
        _ours(reaction).update(due_at=timezone.now() + IN_A_MOMENT, attempts=reaction.attempts - 1)
        ring(reaction.queue, after=IN_A_MOMENT)
        return False
    except Elsewhere:
        if not _is_sent_on(reaction):
            _try_again(reaction, subscriber, "It belongs nowhere else.")
        return False
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


def _bury(reaction: Reaction, error: str) -> None:
    """Never try it again; unless another has it by now, perhaps of a release that can do it."""
    _ours(reaction).update(state=ReactionState.DEAD, error=error, done_at=timezone.now())


def _try_again(reaction: Reaction, subscriber: Subscriber, error: str) -> None:
    if reaction.attempts >= subscriber.max_attempts:
        _give_up(reaction, subscriber, error)
        return
    _ours(reaction).update(due_at=timezone.now() + RETRY_AFTER * reaction.attempts**2, error=error)


@transaction.atomic
def _give_up(reaction: Reaction, subscriber: Subscriber, error: str) -> None:
    if not _still_ours(reaction):
        return
    if subscriber.failed:
        subscriber.failed(reaction.event, error)
    _bury(reaction, error)
