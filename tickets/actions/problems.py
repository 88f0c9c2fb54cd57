"""Answering all conversations that a problem affects at once, and resolving them together.

An agent asks for it once; then it is an act on many (`tickets.bulk`) like every other one.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from tickets import access, clock
from tickets.actions import rights
from tickets.actions.errors import ActionError
from tickets.actions.jobs import begin, locked_agent
from tickets.actors import Actor
from tickets.intake import text
from tickets.models import BulkJob, Permission, Ticket, Turn
from tickets.models.jobs import MOST_ITEMS, Act, JobState


@transaction.atomic
def answer_affected(
    *,
    actor: Actor,
    problem: Ticket,
    body: str,
    resolves: bool,
    resolves_problem: bool = False,
    wait: timedelta = timedelta(),
    client_id: UUID | None = None,
) -> BulkJob:
    """Write `body` into all open conversations that are caused by this one, and resolve them.

    Those that the actor may see. It begins after `wait`; until then it can be taken back. Without
    words they are only resolved. The same `client_id` again finds the first answer.

    Raises:
        TextError: too much was written.
        NotAllowed: the actor is no agent.
        ActionError: nothing is to be done, no conversation is open, an answer is on its way, or
            several acts of theirs are running.
    """
    problem = Ticket.objects.locked(problem)
    by = locked_agent(actor)
    rights.demand(actor, Permission.REPLY)
    if resolves:
        rights.demand(actor, Permission.RESOLVE)
    if client_id and (before := problem.problem_answers.filter(client_id=client_id).first()):
        return before
    body = text.message(body, may_be_empty=True)
    if not body and not resolves:
        raise ValidationError(_("Write something first, or choose to resolve them."), code="empty")
    if problem.problem_answers.filter(state=JobState.RUNNING).exists():
        raise ActionError(
            _("An answer is on its way already. Wait until it is through."), code="running"
        )
    tickets = access.affected_by(actor, problem).exclude(turn=Turn.CLOSED).order_by("pk")
    number = tickets.order_by()[: MOST_ITEMS + 1].count()
    if not number:
        raise ActionError(_("No affected conversation is open."), code="none")
    if number > MOST_ITEMS:
        raise ActionError(
            _("More than %(most)d are affected. That is too many at once.") % {"most": MOST_ITEMS},
            code="too_many",
        )
    starts_at = clock.now() + wait
    job = BulkJob(
        by=by,
        act=Act.ANSWER,
        values={"body": body, "resolves": resolves, "resolves_problem": resolves_problem},
        problem=problem,
        client_id=client_id or uuid4(),
        starts_at=starts_at,
        worked_at=starts_at,
    )
    return begin(actor, job, tickets, wait=wait)
