"""Works at acts on many tickets: a slice at a time, whatever dies in between.

Some tickets are done in one transaction, each in a savepoint of its own, and their items are marked in
it: a worker that is killed leaves nothing half done, and whoever goes on does nothing twice. They are
locked together, in the order of their keys, and for a moment only. A slice lasts a second, so that others
who use the same queue have a turn; a job that nobody works at is found by the sweep.
"""

from __future__ import annotations

import logging
import time
from datetime import timedelta
from typing import Any

from celery import current_app
from django.core.exceptions import ValidationError
from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tickets import access, actions, events
from tickets.actions import ActionError, undoing
from tickets.actors import Actor
from tickets.bulk import acts
from tickets.bulk.acts import Doing, Undoing
from tickets.models import BulkItem, BulkJob, Event, EventKind, Permission, Reaction, Ticket, User
from tickets.models.jobs import Act, JobState

logger = logging.getLogger(__name__)

SLICE_SECONDS = 1.0
TOGETHER = 25  # tickets that are locked at once
HELD_SECONDS = 0.5  # for so long; what is not done by then is let go
HEARD_FOR = 60.0  # a task that nobody takes up for so long is none: the sweep has sent another
WAITS = timedelta(seconds=2)
PATIENCE = 0.2  # of a slice, while what people wait for is behind
WAITED_FOR = {"mail", "reading", "assistant"}


def work(job: BulkJob, *, seconds: float = SLICE_SECONDS, at_least: int = 1) -> bool:
    """Work at a job for so long, at so many tickets at least; whether something is left to do."""
    until = time.monotonic() + seconds
    user = User.objects.with_access().get(pk=job.by_id)
    actor = Actor.agent(user)
    if not access.may(user, Permission.BULK):
        why = _("%(name)s may not act on many conversations any more.") % {"name": user}
        if not user.works_here:
            why = _("%(name)s does not work here any more.") % {"name": user}
        actions.end_bulk(actor=Actor.system(), job=job, why=why)
        return False
    last = done = 0
    while some := _do_some(job, actor, last):
        last, done = some[-1].pk, done + len(some)
        if time.monotonic() > until and done >= at_least:
            return True
    return actions.end_bulk(actor=Actor.system(), job=job).is_running


def subscribe() -> None:
    """An answer to a problem begins after the moment in which it can be taken back."""
    events.subscribe(
        EventKind.AFFECTED_ANSWERED,
        name="problem.answer",
        work=_begin,
        settle=_begun,
        after=lambda event: timedelta(seconds=event.data["wait"]),
    )


def _begin(event: Event) -> None:
    for job in BulkJob.objects.filter(problem=event.ticket, state=JobState.RUNNING):
        go_on(job.pk, job.chain)


def _begun(event: Event, _nothing: None) -> None:
    """The job says what was done and what is left."""


def go_on(pk: int, chain: str) -> None:
    """A slice of a job; and the next one is asked for."""
    job = BulkJob.objects.go_on(pk, chain)
    if job is None:
        return
    behind = WAITED_FOR & set(Reaction.objects.queues_behind(since=timezone.now() - WAITS))
    if work(job, seconds=SLICE_SECONDS * (PATIENCE if behind else 1)):
        BulkJob.objects.go_on(pk, chain)
        send(pk, chain, after=SLICE_SECONDS if behind else 0)


def sweep() -> int:
    """Go on with what was left alone; how many jobs."""
    left = list(BulkJob.objects.left_alone().values_list("pk", flat=True)[:100])
    for pk in left:
        if chain := BulkJob.objects.adopt(pk):
            send(pk, chain)
    return len(left)


def send(pk: int, chain: str, *, after: float = 0) -> None:
    """Ask for the next slice. Failing is allowed: the sweep comes by."""
    try:
        current_app.send_task(
            "tickets.tasks.work_at_bulk",
            (pk, chain),
            queue="default",
            countdown=after or None,
            expires=after + HEARD_FOR,
            ignore_result=True,
        )
    except Exception:
        logger.warning("The queue is away; the sweep will go on with job %s.", pk)


@transaction.atomic
def _do_some(job: BulkJob, actor: Actor, after: int) -> list[BulkItem]:
    """Do the next ones and mark them, in one transaction; those that were done. Empty if none is left."""
    until = time.monotonic() + HELD_SECONDS
    items = BulkItem.objects.take_next(job, after=after, most=TOGETHER)
    keys = [item.ticket_id for item in items]
    tickets = {ticket.pk: ticket for ticket in Ticket.objects.all_locked(keys)}
    seen = access.seen_among(actor, keys)
    before = _done_before(job, keys)
    known: dict[str, Any] = {}
    done: dict[int, BulkItem] = {}
    was: dict[int, acts.Values] = {}
    with events.together():
        for item in items:
            key = item.ticket_id
            ticket = tickets[key] if key in seen else None
            state = _do_one(job, actor, item, ticket, before.get(key), known)
            done[key] = item
            if state is not None:
                was[key] = state
            if time.monotonic() > until:
                break
    for ticket in Ticket.objects.filter(pk__in=was):
        done[ticket.pk].done(was[ticket.pk], acts.state_of(Act(job.act), ticket))
    BulkItem.objects.settle(list(done.values()))
    return list(done.values())


def _do_one(
    job: BulkJob,
    actor: Actor,
    item: BulkItem,
    ticket: Ticket | None,
    before: BulkItem | None,
    known: dict[str, Any],
) -> acts.Values | None:
    """Do it to a locked ticket, None if it may not be seen any more; what was before, if it was done.

    If not, its item says why.
    """
    try:
        with transaction.atomic(), undoing.one_of_many():
            return _do(job, actor, item, ticket, before, known)
    except ValidationError as error:
        item.not_done(" ".join(error.messages), "invalid")
    except ActionError as error:
        item.not_done(error.message, error.code)
    except (OperationalError, InterfaceError):  # the database is away: it is to be done
        raise
    except Exception:
        logger.exception("Job %s failed with ticket %s", job.pk, item.ticket_id)
        item.not_done(_("Something went wrong here. It is in our log."), "error")
    return None


def _do(
    job: BulkJob,
    actor: Actor,
    item: BulkItem,
    ticket: Ticket | None,
    before: BulkItem | None,
    known: dict[str, Any],
) -> acts.Values:
    """What was before."""
    if ticket is None:
        gone = _("Whoever asked for it may not see it any more.")
        raise ActionError(gone if job.problem else _("Not found."), code="not_found")
    act = Act(job.act)
    was = acts.state_of(act, ticket)
    if before is None:
        acts.do(act, Doing(actor, ticket, job.values, item, job.problem, known))
    else:
        acts.undo(act, Undoing(actor, ticket, before.was, before.became))
    return was


def _done_before(job: BulkJob, keys: list[int]) -> dict[int, BulkItem]:
    """What the job that is taken back did to these tickets."""
    if job.undoes_id is None:
        return {}
    found = BulkItem.objects.filter(job=job.undoes_id, ticket__in=keys)
    return {item.ticket_id: item for item in found}
