"""Works at acts on many tickets: ticket by ticket, a slice at a time, whatever dies in between.

Each ticket is done in a transaction of its own, in which its item is marked: a worker that is killed
leaves nothing half done, and whoever goes on does nothing twice. A slice lasts a second, so that others
who use the same queue have a turn; a job that nobody works at is found by the sweep.
"""

from __future__ import annotations

import logging
import time
from datetime import timedelta

from celery import current_app
from django.core.exceptions import ValidationError
from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tickets import access, actions
from tickets.actions import ActionError, undoing
from tickets.actors import Actor
from tickets.bulk import acts
from tickets.bulk.acts import Doing, Undoing
from tickets.models import BulkItem, BulkJob, Reaction, Ticket, User
from tickets.models.jobs import Act

logger = logging.getLogger(__name__)

SLICE_SECONDS = 1.0
HEARD_FOR = 60.0  # a task that nobody takes up for so long is none: the sweep has sent another
WAITS = timedelta(seconds=2)
PATIENCE = 0.2  # of a slice, while what people wait for is behind
WAITED_FOR = {"mail", "reading", "assistant"}


def work(job: BulkJob, *, seconds: float = SLICE_SECONDS, at_least: int = 1) -> bool:
    """Work at a job for so long, at so many tickets at least; whether something is left to do."""
    until = time.monotonic() + seconds
    user = User.objects.with_access().get(pk=job.by_id)
    actor = Actor.agent(user)
    if not user.works_here:
        why = _("%(name)s does not work here any more.") % {"name": user}
        actions.end_bulk(actor=Actor.system(), job=job, why=why)
        return False
    last = done = 0
    while (item := _do_next(job, actor, last)) is not None:
        last, done = item, done + 1
        if time.monotonic() > until and done >= at_least:
            return True
    actions.end_bulk(actor=Actor.system(), job=job)
    return False


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
def _do_next(job: BulkJob, actor: Actor, after: int) -> int | None:
    """Do the next one and mark it, in one transaction; its key. None if there is none."""
    item = BulkItem.objects.take_next(job, after=after)
    if item is None:
        return None
    try:
        with transaction.atomic(), undoing.one_of_many():
            was, became = _do(job, actor, item)
    except ValidationError as error:
        item.settle_not_done(" ".join(error.messages), "invalid")
    except ActionError as error:
        item.settle_not_done(error.message, error.code)
    except (OperationalError, InterfaceError):  # the database is away: it is to be done
        raise
    except Exception:
        logger.exception("Job %s failed with ticket %s", job.pk, item.ticket_id)
        item.settle_not_done(_("Something went wrong here. It is in our log."), "error")
    else:
        item.settle_done(was, became)
    return item.pk


def _do(job: BulkJob, actor: Actor, item: BulkItem) -> tuple[acts.Values, acts.Values]:
    """Do it to a ticket as it is now, if its agent may still see it; what was before, what is after."""
    act = Act(job.act)
    ticket = Ticket.objects.locked(Ticket(pk=item.ticket_id))
    visible = access.quarantine_for(actor) if ticket.is_spam else access.tickets_for(actor)
    if not visible.filter(pk=ticket.pk).exists():
        raise ActionError(_("Not found."), code="not_found")
    was = acts.state_of(act, ticket)
    if job.undoes_id is None:
        acts.do(act, Doing(actor, ticket, job.values, item))
    else:
        done = BulkItem.objects.get(job=job.undoes_id, ticket=ticket.pk)
        acts.undo(act, Undoing(actor, ticket, done.was, done.became))
    return was, acts.state_of(act, Ticket.objects.get(pk=ticket.pk))
