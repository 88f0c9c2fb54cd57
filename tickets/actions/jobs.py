"""Acts on many tickets: begun over what was chosen, ended, and taken back."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from tickets import clock, events
from tickets.access.roles import may
from tickets.actions import rights, saving, undoing
from tickets.actions.closing import resolve
from tickets.actions.errors import ActionError, NotAllowed
from tickets.actors import Actor
from tickets.models import BulkItem, BulkJob, EventKind, Permission, Ticket, User
from tickets.models.jobs import KEPT_FOR, Act, JobState, Outcome

MOST_RUNNING = 3  # of one agent at once


@transaction.atomic
def start_bulk(
    *,
    actor: Actor,
    act: Act,
    values: dict[str, Any],
    tickets: QuerySet[Ticket],
    came_from: str = "",
) -> BulkJob:
    """Begin an act on these tickets, of which each is an item from now on, whatever comes later.

    `tickets` are chosen from those that the actor may see; `values` is what the act's form asked for.

    Raises:
        NotAllowed: the actor is no agent.
        ActionError: several of theirs are running already.
    """
    by = locked_agent(actor)
    job = BulkJob(by=by, act=act, values=values, came_from=came_from[:1000])
    return begin(actor, job, tickets)


@transaction.atomic
def undo_bulk(*, actor: Actor, job: BulkJob) -> BulkJob:
    """Begin to take back what an ended job changed; what was changed again meanwhile stays.

    Raises:
        NotAllowed: it is somebody else's.
        ActionError: it is running, was taken back already, or is too long ago.
    """
    locked_agent(actor)
    job = _locked_job(actor, job)
    if actor.user is None or actor.user.pk != job.by_id:
        raise NotAllowed
    if job.is_running:
        raise ActionError(_("It is still running. Stop it first."), code="running")
    if job.created_at < clock.now() - KEPT_FOR:
        raise ActionError(_("That is too long ago to be undone."), code="too_late")
    if job.undoes_id is not None or BulkJob.objects.filter(undoes=job).exists():
        raise ActionError(_("It was undone already."), code="undone")
    changed = BulkItem.objects.filter(job=job, outcome=Outcome.DONE).exclude(was={})
    tickets = Ticket.objects.filter(pk__in=changed.values("ticket")).order_by("pk")
    undo = BulkJob(by=job.by, act=job.act, undoes=job, came_from=job.came_from)
    return begin(actor, undo, tickets)


@transaction.atomic
def end_bulk(*, actor: Actor, job: BulkJob, why: str = "") -> BulkJob:
    """It is over: all is done, or whoever began it stops it; or the system does, and says why.

    An answer to a problem stops whoever works here. While something is left, the system ends it only
    with a reason. Once it is through, the problem itself is resolved,
    if that was asked for and nothing forbids it.

    Raises:
        NotAllowed: it is somebody else's.
    """
    problem = None if job.problem is None else Ticket.objects.locked(job.problem)
    job = _locked_job(actor, job)
    if not job.is_running:
        return job
    left = BulkItem.objects.filter(job=job, outcome=Outcome.TO_DO).exists()
    if left and actor.user is None and not why:  # another worker has them
        return job
    job.why = why if left else ""
    if problem is not None and not left and job.values["resolves_problem"]:
        job.why = _resolve_problem(job, problem)
        problem = Ticket.objects.locked(problem)
    job.state = JobState.STOPPED if left else JobState.DONE
    job.finished_at = clock.now()
    job.save(update_fields=["state", "why", "finished_at"])
    if problem is None:
        events.record(
            EventKind.BULK_ENDED, actor=actor, subject=job, act=job.act, stopped=left, why=job.why
        )
        return job
    events.record(
        EventKind.AFFECTED_DONE,
        actor=actor if actor.user else Actor.agent(job.by),
        ticket=problem,
        subject=job,
        done=BulkItem.objects.numbers(job)[Outcome.DONE],
        number=job.total,
    )
    saving.save(problem)
    return job


def _resolve_problem(job: BulkJob, problem: Ticket) -> str:
    """Resolve it in the name of whoever answered; what forbids it, in words."""
    try:
        with transaction.atomic(), undoing.one_of_many():
            resolve(actor=Actor.agent(job.by), ticket=problem)
    except ActionError as error:
        return error.message[:200]
    return ""


def locked_agent(actor: Actor) -> User:
    """The agent's row, so that of two acts that are begun at once both are counted."""
    user = rights.demand(actor, Permission.BULK)
    return User.objects.select_for_update(no_key=True).get(pk=user.pk)


def _locked_job(actor: Actor, job: BulkJob) -> BulkJob:
    """The job as it is now, for whoever began it and for the system; of a problem for every agent."""
    job = BulkJob.objects.select_for_update(no_key=True).get(pk=job.pk)
    theirs = actor.user is None or actor.user.pk == job.by_id
    if not theirs and not (job.problem_id and may(actor, Permission.BULK)):
        raise NotAllowed
    return job


def begin(
    actor: Actor, job: BulkJob, tickets: QuerySet[Ticket], *, wait: timedelta = timedelta()
) -> BulkJob:
    """Write the job down with an item for each of these tickets; its agent is locked, and its problem."""
    if BulkJob.objects.filter(by=job.by, state=JobState.RUNNING).count() >= MOST_RUNNING:
        raise ActionError(
            _("%(most)d of your acts on many conversations are running. Wait for one, or stop it.")
            % {"most": MOST_RUNNING},
            code="busy",
        )
    job.chain = secrets.token_hex(8)
    job.save()
    job.total = BulkItem.objects.freeze(job, tickets)
    job.save(update_fields=["total"])
    if job.problem is None:
        events.record(
            EventKind.BULK_STARTED,
            actor=actor,
            subject=job,
            act=job.act,
            total=job.total,
            undoes=job.undoes_id,
        )
        return job
    events.record(
        EventKind.AFFECTED_ANSWERED,
        actor=actor,
        ticket=job.problem,
        subject=job,
        number=job.total,
        resolves=job.values["resolves"],
        wait=wait.total_seconds(),
    )
    saving.save(job.problem)
    return job
