"""Answering all conversations that a problem affects at once, and resolving them together.

An agent asks for it once (`answer_affected`); each conversation is then done by itself, in a
transaction of its own, by the actions for one (`answer_one`). The row of each says what came of it, so
that whoever goes on after a crash does what is left and nothing twice.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from tickets import access, clock, events
from tickets.actions import undoing
from tickets.actions.closing import resolve
from tickets.actions.conversation import reply
from tickets.actions.errors import ActionError, NotAllowed
from tickets.actors import Actor
from tickets.intake import text
from tickets.models import (
    AffectedState,
    AffectedTicket,
    EventKind,
    ProblemAnswer,
    Ticket,
    Turn,
    User,
)

MOST = 2000  # conversations that are answered at once


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
) -> ProblemAnswer:
    """Write `body` into all open conversations that are caused by this one, and resolve them.

    Those that the actor may see. It begins after `wait`; until then it can be taken back. Without
    words they are only resolved. The same `client_id` again finds the first answer.

    Raises:
        TextError: too much was written.
        NotAllowed: the actor is no agent.
        ActionError: nothing is to be done, no conversation is open, or an answer is on its way.
    """
    problem = Ticket.objects.locked(problem)
    if not actor.works_here or actor.user is None:
        raise NotAllowed
    if client_id and (before := problem.problem_answers.filter(client_id=client_id).first()):
        return before
    body = text.message(body, may_be_empty=True)
    if not body and not resolves:
        raise ValidationError(_("Write something first, or choose to resolve them."), code="empty")
    if problem.problem_answers.filter(ended_at=None).exists():
        raise ActionError(
            _("An answer is on its way already. Wait until it is through."), code="running"
        )
    tickets = list(_open_affected(actor, problem)[: MOST + 1])
    if not tickets:
        raise ActionError(_("No affected conversation is open."), code="none")
    if len(tickets) > MOST:
        raise ActionError(
            _("More than %(most)d are affected. That is too many at once.") % {"most": MOST},
            code="too_many",
        )
    answer = ProblemAnswer.objects.create(
        problem=problem,
        author=actor.user,
        body=body,
        resolves=resolves,
        resolves_problem=resolves_problem,
        client_id=client_id or uuid4(),
        starts_at=clock.now() + wait,
    )
    AffectedTicket.objects.bulk_create(
        AffectedTicket(answer=answer, ticket=ticket, seen=ticket.last_position)
        for ticket in tickets
    )
    events.record(
        EventKind.AFFECTED_ANSWERED,
        actor=actor,
        ticket=problem,
        answer=answer.pk,
        number=len(tickets),
        resolves=resolves,
        wait=wait.total_seconds(),
    )
    problem.save()
    return answer


@transaction.atomic
def stop_answer(*, actor: Actor, answer: ProblemAnswer) -> ProblemAnswer:
    """Do no more of it. What is done already stays done.

    Raises:
        NotAllowed: the actor is no agent.
    """
    problem = Ticket.objects.locked(answer.problem)
    if not actor.works_here:
        raise NotAllowed
    answer = ProblemAnswer.objects.select_for_update().get(pk=answer.pk)
    if answer.ended_at is None:
        due = answer.affected.filter(state=AffectedState.DUE)
        due.update(state=AffectedState.NOT_DONE, why=_("It was stopped."))
        _end(answer, problem, actor)
    return answer


@transaction.atomic
def answer_one(*, actor: Actor, row: AffectedTicket) -> AffectedTicket:
    """Do it to one conversation, in the name of whoever asked for it; once, however often it is tried.

    What does not allow it stands in the row, in words.
    """
    ticket = Ticket.objects.locked(row.ticket)
    row = AffectedTicket.objects.select_for_update().get(pk=row.pk)
    if row.state != AffectedState.DUE:
        return row
    try:
        with transaction.atomic(), undoing.one_of_many():
            _do(row, ticket, Actor.agent(row.answer.author))
    except ActionError as error:
        row.state, row.why = AffectedState.NOT_DONE, error.message[:300]
    else:
        row.state = AffectedState.DONE
    row.save(update_fields=["state", "why"])
    return row


@transaction.atomic
def give_up_one(*, actor: Actor, row: AffectedTicket) -> None:
    """A fault of ours lies in one conversation: the others go on, and its row says so."""
    row = AffectedTicket.objects.select_for_update().get(pk=row.pk)
    if row.state == AffectedState.DUE:
        row.state, row.why = AffectedState.NOT_DONE, _("It failed. Please do it by hand.")
        row.save(update_fields=["state", "why"])


@transaction.atomic
def end_answer(*, actor: Actor, answer: ProblemAnswer) -> ProblemAnswer:
    """It is through: the problem is resolved, if that was asked for and nothing forbids it."""
    problem = Ticket.objects.locked(answer.problem)
    answer = ProblemAnswer.objects.select_for_update().get(pk=answer.pk)
    if answer.ended_at is not None or answer.affected.filter(state=AffectedState.DUE).exists():
        return answer
    if answer.resolves_problem:
        try:
            with transaction.atomic(), undoing.one_of_many():
                resolve(actor=Actor.agent(answer.author), ticket=problem)
        except ActionError as error:
            answer.held = error.message[:200]
        problem = Ticket.objects.locked(problem)
    _end(answer, problem, Actor.agent(answer.author))
    return answer


def _open_affected(actor: Actor, problem: Ticket) -> list[Ticket]:
    """In the order in which they were linked, as far as `actor` may see them."""
    caused = access.affected_by(actor, problem).exclude(turn=Turn.CLOSED)
    return list(caused.only("pk", "last_position").order_by("pk")[: MOST + 1])


def _do(row: AffectedTicket, ticket: Ticket, author: Actor) -> None:
    answer = row.answer
    if author.user is None or not _may_still(author.user, author, ticket):
        raise ActionError(_("Whoever asked for it may not see it any more."), code="forbidden")
    if not access.affected_by(author, answer.problem).filter(pk=ticket.pk).exists():
        raise ActionError(_("It is not linked with the problem any more."), code="unlinked")
    if ticket.is_closed:
        raise ActionError(_("It was closed meanwhile."), code="closed")
    seen: int | None = row.seen
    if answer.body:
        message = reply(
            actor=author, ticket=ticket, body=answer.body, client_id=row.client_id, seen=seen
        )
        seen = message.position
    if answer.resolves:
        resolve(actor=author, ticket=ticket, seen=seen)


def _may_still(user: User, author: Actor, ticket: Ticket) -> bool:
    return user.works_here and access.may_see(author, ticket, teams=user.team_keys)


def _end(answer: ProblemAnswer, problem: Ticket, actor: Actor) -> None:
    """The answer and the problem are locked."""
    answer.ended_at = clock.now()
    answer.save(update_fields=["ended_at", "held"])
    done = answer.affected.filter(state=AffectedState.DONE).count()
    events.record(
        EventKind.AFFECTED_DONE,
        actor=actor,
        ticket=problem,
        answer=answer.pk,
        done=done,
        number=answer.affected.count(),
    )
    problem.save()
