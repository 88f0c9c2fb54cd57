"""What becomes of tasks in conversations. Nothing is asked of another system here: that is done before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from bots.doing.deciding import RECORD, Step
from bots.doing.runs import in_words
from bots.models import RunState, Task, TaskRun
from bots.models.tasks import OPEN, UNDER_WAY, Does
from tickets import actions, clock, events
from tickets.actions import rights, saving
from tickets.actors import Actor
from tickets.conversation.unanswered import assistant_may_answer
from tickets.intake import text
from tickets.models import Citation, Decision, EventKind, Message, Permission, Reason, Ticket

# The events of the states that a step can come to.
_EVENTS = {
    RunState.DOING: EventKind.TASK_CONFIRMED,
    RunState.UNDOING: EventKind.TASK_UNDO_ASKED,
    RunState.DONE: EventKind.TASK_DONE,
    RunState.REFUSED: EventKind.TASK_DONE,
    RunState.LEFT: EventKind.TASK_LEFT,
    RunState.FAILED: EventKind.TASK_FAILED,
    RunState.HANDED_OVER: EventKind.TASK_FAILED,
}


@transaction.atomic
def take_step(
    *,
    actor: Actor,
    ticket: Ticket,
    step: Step,
    to_position: int,
    message: Message | None = None,
    sources: Sequence[Citation] = (),
    flagged: str = "",
    offers_person: bool = False,
) -> TaskRun | None:
    """Write down how far a task is, and say what it says; None if the turn has moved on.

    `to_position` is the customer's message that led to it; what was asked of another screen in the
    meantime goes before. What is to be done is done by the reaction to its event.
    """
    ticket = Ticket.objects.locked(ticket)
    if not assistant_may_answer(ticket, to_position) or not _is_as_seen(step):
        return None
    run = _keep(actor, ticket, step)
    _note_facts(actor, ticket, step, message)
    if step.needs_a_person:
        actions.hand_over(
            actor=actor,
            ticket=ticket,
            reason=Reason.TASK,
            detail=in_words(run, step.detail),
            team=step.task.team,
            words=step.says,
        )
    elif step.says:
        actions.answer(
            actor=actor,
            ticket=ticket,
            to_position=to_position,
            body=step.says,
            decision=Decision.TASK,
            confidence=1.0,
            reasons=[in_words(run, step.detail)],
            citations=sources,
            choices=step.choices,
            told_by=step.told_by,
            flagged=flagged,
            offers_person=offers_person or step.offers_person,
        )
    if step.state == RunState.PROVING:
        _ask_to_prove(actor, ticket, run)
    return run


@transaction.atomic
def go_on_when_proved(*, actor: Actor, ticket: Ticket, step: Step, since: int) -> TaskRun | None:
    """The customer proved who they are, at the place `since`: the task goes on, unless a person has the
    conversation.
    """
    ticket = Ticket.objects.locked(ticket)
    if ticket.with_a_person or ticket.is_closed or not _is_as_seen(step):
        return None
    run = _keep(actor, ticket, step)
    if step.needs_a_person:
        actions.hand_over(
            actor=actor,
            ticket=ticket,
            reason=Reason.TASK,
            detail=in_words(run, step.detail),
            team=step.task.team,
            words=step.says,
        )
    elif step.says:
        actions.tell(
            actor=actor,
            ticket=ticket,
            body=step.says,
            reasons=[in_words(run, step.detail)],
            choices=step.choices,
            told_by=step.told_by,
            offers_person=step.offers_person,
            since=since,
        )
    return run


@transaction.atomic
def do_for_customer(
    *, actor: Actor, ticket: Ticket, task: Task, facts: Mapping[str, str]
) -> TaskRun:
    """An agent has a task done for the customer, who reads nothing of it; the outcome is a note.

    A task that the assistant began is left: its facts are in the form that the agent sent.

    Raises:
        NotAllowed: the actor is no agent.
        ActionError: something is being done here already.
    """
    ticket = Ticket.objects.locked(ticket)
    rights.demand(actor, Permission.REPLY, Permission.CONTACTS)
    if TaskRun.objects.filter(ticket=ticket, state=RunState.DOING).exists():
        raise actions.ActionError(
            _("Something is being done here already. Wait until it is through."), code="doing"
        )
    now = clock.now()
    TaskRun.objects.filter(ticket=ticket, state__in=OPEN).update(
        state=RunState.LEFT, changed_at=now, ended_at=now
    )
    run = TaskRun.objects.create(
        task=task,
        ticket=ticket,
        state=RunState.DOING,
        facts=dict(facts),
        agent=actor.user,
        started_at=now,
        changed_at=now,
    )
    events.record(EventKind.TASK_STARTED, actor=actor, ticket=ticket, **_told(run))
    events.record(EventKind.TASK_CONFIRMED, actor=actor, ticket=ticket, **_told(run))
    saving.save(ticket)
    return run


@transaction.atomic
def end_for_agent(
    *,
    actor: Actor,
    run: TaskRun,
    says: str,
    record: Mapping[str, Any],
    result: Mapping[str, Any],
    problem: str = "",
) -> TaskRun | None:
    """What an agent had done was done, or was not: they read it in a note of theirs.

    None if it was written down before.
    """
    ticket = Ticket.objects.locked(run.ticket)
    run_now = _locked(run)
    if run_now is None or run_now.state != RunState.DOING:
        return None
    run_now.state = RunState.FAILED if problem else RunState.DONE
    run_now.record, run_now.result = dict(record), dict(result)
    run_now.problem = text.line(problem, limit=300)
    run_now.changed_at = run_now.ended_at = clock.now()
    run_now.save()
    kind = EventKind.TASK_FAILED if problem else EventKind.TASK_DONE
    events.record(kind, actor=actor, ticket=ticket, **_told(run_now))
    saving.save(ticket)
    # Nobody is told of a note because of what stands in a record.
    words = f"{in_words(run_now)}\n\n{says}".strip().replace("@", "@\u2060")
    actions.write_note(actor=actor, ticket=ticket, body=words)
    return run_now


@transaction.atomic
def end_run(
    *,
    actor: Actor,
    run: TaskRun,
    says: str,
    result: Mapping[str, Any],
    told_by: str,
    since: int,
) -> TaskRun | None:
    """What was asked of a system was done, or taken back: the customer reads it.

    Where a person has the conversation by now they read it in its history. None if somebody else wrote
    it down before.
    """
    ticket = Ticket.objects.locked(run.ticket)
    run_now = _locked(run)
    if run_now is None or run_now.state not in (RunState.DOING, RunState.UNDOING):
        return None
    now = clock.now()
    undone = run_now.state == RunState.UNDOING
    run_now.state = RunState.UNDONE if undone else RunState.DONE
    run_now.changed_at = run_now.ended_at = now
    if not undone:
        run_now.result = dict(result)
        minutes = run_now.task.undo_minutes
        run_now.undo_until = now + timedelta(minutes=minutes) if minutes else None
    run_now.save()
    kind = EventKind.TASK_UNDONE if undone else EventKind.TASK_DONE
    events.record(kind, actor=actor, ticket=ticket, **_told(run_now))
    saving.save(ticket)
    actions.tell(
        actor=actor,
        ticket=ticket,
        body=says,
        reasons=[in_words(run_now)],
        choices=[_("Undo")] if run_now.undo_until and not undone else [],
        told_by=told_by,
        since=since,
    )
    return run_now


@transaction.atomic
def fail_run(*, actor: Actor, run: TaskRun, problem: str) -> TaskRun | None:
    """It could not be done, or nobody knows whether it was: a person has it, with everything."""
    ticket = Ticket.objects.locked(run.ticket)
    run_now = _locked(run)
    if run_now is None or run_now.state not in (RunState.DOING, RunState.UNDOING):
        return None
    run_now.state = RunState.FAILED
    run_now.problem = text.line(problem, limit=300)
    run_now.changed_at = run_now.ended_at = clock.now()
    run_now.undo_until = None
    run_now.save()
    events.record(EventKind.TASK_FAILED, actor=actor, ticket=ticket, **_told(run_now))
    saving.save(ticket)
    if not ticket.is_closed:
        actions.hand_over(
            actor=actor,
            ticket=ticket,
            reason=Reason.TASK,
            detail=in_words(run_now, problem),
            team=run_now.task.team,
        )
    return run_now


def _keep(actor: Actor, ticket: Ticket, step: Step) -> TaskRun:
    """The row of a run as it is now, with its event; one that was open before it is left."""
    now = clock.now()
    is_new = step.run is None
    if is_new:
        others = TaskRun.objects.filter(ticket=ticket, state__in=OPEN)  # what was agreed to is done
        others.update(state=RunState.LEFT, changed_at=now, ended_at=now)
    run = step.run or TaskRun(task=step.task, ticket=ticket, started_at=now)
    came_to = step.state != run.state  # what was done long ago is done no second time
    run.state = step.state
    run.facts, run.record = dict(step.facts), dict(step.record)
    run.asked, run.tries = step.asked, step.tries
    run.problem = text.line(step.detail, limit=300)
    run.changed_at = now
    if step.state not in UNDER_WAY:
        run.ended_at = run.ended_at or now
    run.save()
    if is_new:
        events.record(EventKind.TASK_STARTED, actor=actor, ticket=ticket, **_told(run))
    kind = _EVENTS.get(step.state)
    if step.state == RunState.HANDED_OVER and step.task.does == Does.HAND_OVER:
        kind = EventKind.TASK_DONE  # that was what it is for
    if kind is not None and came_to:
        events.record(kind, actor=actor, ticket=ticket, **_told(run))
    saving.save(ticket)
    return run


def _locked(run: TaskRun) -> TaskRun | None:
    """The run if nothing was written to it since it was loaded."""
    return TaskRun.objects.select_for_update().filter(pk=run.pk, state=run.state).first()


def _is_as_seen(step: Step) -> bool:
    """Whether the run is still where it was when the step was thought of."""
    if step.run is None:
        return True
    seen = (step.run.state, step.run.changed_at)
    now = TaskRun.objects.select_for_update().filter(pk=step.run.pk)
    return now.values_list("state", "changed_at").first() == seen


def _told(run: TaskRun) -> dict[str, Any]:
    """What an event keeps of a run: nothing that the customer said, which is in the run and can be
    forgotten with it.
    """
    took = (run.changed_at - run.started_at).total_seconds()
    return {
        "run": run.pk,
        "task": run.task.key,
        "name": run.task.name,
        "state": run.state,
        "seconds": round(took, 3),
    }


def _note_facts(actor: Actor, ticket: Ticket, step: Step, message: Message | None) -> None:
    """What was collected stays with the conversation, so that nobody asks for it again."""
    before = step.run.facts if step.run else {}
    for key, value in step.facts.items():
        if value and before.get(key) != value:
            kind = step.task.record_type
            name = f"{kind.key}_number" if key == RECORD and kind else key
            actions.note_fact(actor=actor, ticket=ticket, key=name, value=value, message=message)


def _ask_to_prove(actor: Actor, ticket: Ticket, run: TaskRun) -> None:
    """The form for the code; where nobody could type one, a person has it."""
    try:
        actions.ask_to_prove(actor=actor, ticket=ticket, purpose=run.task.key)
    except actions.ActionError as error:
        actions.hand_over(
            actor=actor,
            ticket=ticket,
            reason=Reason.TASK,
            detail=in_words(run, error.message),
            team=run.task.team,
        )
