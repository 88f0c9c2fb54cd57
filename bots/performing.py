"""What a task asks another system to do, after the commit: once, whatever happens to the process.

The number of the call is that of the run, so whoever does it again asks what became of it first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from bots import actions as bot_actions
from bots.doing import asker, deciding, wording
from bots.doing.deciding import RECORD, Step
from bots.models import RunState, TaskRun
from bots.models.tasks import Does
from tickets import events
from tickets.actors import Actor
from tickets.connectors.asking import Answer, ask
from tickets.models import (
    ConnectorCallState,
    Event,
    EventKind,
    Operation,
    Record,
    Ticket,
    User,
)
from tickets.models.records import reference_key

LIVE = "assistant"  # the queue of those who wait


def subscribe() -> None:
    events.subscribe(
        *(EventKind.TASK_CONFIRMED, EventKind.TASK_UNDO_ASKED),
        name="tasks.perform",
        queue=LIVE,
        work=perform,
        settle=tell,
        failed=give_up,
    )
    events.subscribe(
        EventKind.IDENTITY_PROVED,
        name="tasks.proved",
        queue=LIVE,
        when=waits_for_proof,
        work=go_on,
        settle=say_next,
        failed=leave_to_a_person,
    )


def waits_for_proof(event: Event) -> bool:
    """Whether a task of this conversation waits for what was just proved."""
    waiting = TaskRun.objects.filter(ticket=event.ticket_id, state=RunState.PROVING)
    return waiting.exists()


@dataclass(frozen=True, slots=True)
class Performed:
    """What a system said, and the record that an agent's run is about as it was then."""

    answer: Answer
    record: Mapping[str, Any] = field(default_factory=dict)


def perform(event: Event) -> Performed | None:
    """Ask for what the customer agreed to, or for taking it back; None if it was done before."""
    run = _run(event)
    if run is None:
        return None
    if run.agent is not None:
        return _for_agent(run)
    undoes = run.state == RunState.UNDOING
    operation = run.task.undo_operation if undoes else run.task.operation
    if operation is None:
        nothing = _("Nothing says how it is done.")
        return Performed(Answer(ConnectorCallState.UNAVAILABLE, (), nothing))
    return Performed(call(run, operation, "undo" if undoes else "do"))


def call(run: TaskRun, operation: Operation, step: str) -> Answer:
    """Ask a connector for a step of a run, in the name of its customer. Never inside a transaction."""
    who = asker.whoever(run.ticket)
    return ask(
        operation,
        inputs(run),
        number=run.number(step),
        owner=who.owner(),
        ticket=run.ticket,
    )


def _for_agent(run: TaskRun) -> Performed:
    """The record as it is now, then what is to be done, asked for by one of us."""
    kind, reference = run.task.record_type, run.facts.get(RECORD, "")
    if kind is not None:
        stored = Record.objects.filter(type=kind, reference_key=reference_key(reference)).first()
        values = dict(stored.values) if stored else {}
        if kind.operation is not None:
            number = run.number("look")
            found = ask(kind.operation, {"number": reference}, number=number, ticket=run.ticket)
            if not found.is_done or not found.rows:
                why = found.problem or _("It knows nothing of that.")
                return Performed(Answer(found.state, (), why))
            values |= {name: one for name, one in found.rows[0].items() if one is not None}
        run.record = {"reference": reference, "values": values}
    if run.task.does != Does.CALL or run.task.operation is None:
        return Performed(Answer(ConnectorCallState.DONE), run.record)
    done = ask(run.task.operation, inputs(run), number=run.number("do"), ticket=run.ticket)
    return Performed(done, run.record)


def inputs(run: TaskRun) -> dict[str, Any]:
    """What a connector is sent: the facts by their keys, the record's reference as `number`, and what
    was answered before.
    """
    facts = {key: value for key, value in run.facts.items() if key != RECORD}
    reference = run.record.get("reference") or run.facts.get(RECORD)
    number = {"number": reference} if reference else {}
    return {**facts, **number, **run.result}


def tell(event: Event, performed: Performed | None) -> None:
    """What came of it: the customer reads it, or a person has it."""
    run = _run(event)
    if run is None or performed is None:
        return
    assistant, answer = Actor.assistant(), performed.answer
    if run.agent is not None:
        _tell_agent(run, run.agent, performed)
        return
    if not answer.is_done:
        bot_actions.fail_run(actor=assistant, run=run, problem=_problem(answer))
        return
    result = dict(answer.rows[0]) if answer.rows else {}
    undone = run.state == RunState.UNDOING
    bot_actions.end_run(
        actor=assistant,
        run=run,
        says=_("It is taken back.") if undone else said(run, result),
        result=result,
        told_by=run.task.operation.connector.name if run.task.operation else "",
        since=event.position or 0,
    )


def _tell_agent(run: TaskRun, agent: User, performed: Performed) -> None:
    """A note of what came of it, with the record as it is now."""
    answer = performed.answer
    run.record = dict(performed.record)
    result = dict(answer.rows[0]) if answer.is_done and answer.rows else {}
    bot_actions.end_for_agent(
        actor=Actor.agent(agent),
        run=run,
        says=said(run, result) if answer.is_done else "",
        record=run.record,
        result=result,
        problem="" if answer.is_done else _problem(answer),
    )


def said(run: TaskRun, result: dict[str, Any]) -> str:
    """The task's answer with the values of this run."""
    known = wording.Known(
        facts={key: value for key, value in run.facts.items() if key != RECORD},
        record=run.record,
        result=result,
        email=asker.whoever(run.ticket).known.email,
        ticket=run.ticket,
    )
    return wording.fill(run.task.answer, run.task, known)


def give_up(event: Event, error: str) -> None:
    """It could not even be asked, several times."""
    run = _run(event)
    if run is not None and run.agent is not None:
        nobody = Answer(ConnectorCallState.FAILED, (), _("It could not be asked."))
        _tell_agent(run, run.agent, Performed(nobody))
    elif run is not None:
        bot_actions.fail_run(actor=Actor.assistant(), run=run, problem=_("It could not be asked."))


def go_on(event: Event) -> Step | None:
    """The next step of the task that waited for the proof."""
    ticket = Ticket.objects.filter(pk=event.ticket_id or 0).first()
    who = asker.whoever(ticket) if ticket and not ticket.with_a_person else None
    return deciding.proved(who) if who else None


def say_next(event: Event, step: Step | None) -> None:
    if event.ticket is not None and step is not None:
        _say(event, event.ticket, step)


def leave_to_a_person(event: Event, error: str) -> None:
    """They proved who they are, and it could not go on."""
    run = (
        TaskRun.objects.select_related("task")
        .filter(ticket=event.ticket_id, state=RunState.PROVING)
        .first()
    )
    if event.ticket is None or run is None or event.ticket.with_a_person:
        return
    step = deciding.failed(deciding.of_run(run), _("it could not be looked up"))
    _say(event, event.ticket, step)


def _say(event: Event, ticket: Ticket, step: Step) -> None:
    bot_actions.go_on_when_proved(
        actor=Actor.assistant(), ticket=ticket, step=step, since=event.position or 0
    )


def _run(event: Event) -> TaskRun | None:
    """The run that waits for this event; None where it was done, or given up, before."""
    state = {
        EventKind.TASK_CONFIRMED: RunState.DOING,
        EventKind.TASK_UNDO_ASKED: RunState.UNDOING,
    }[EventKind(event.kind)]
    found = TaskRun.objects.filter(pk=event.data["run"], state=state).select_related(
        "agent",
        "ticket__customer",
        "task__record_type__operation__connector",
        "task__team",
        "task__operation__connector",
        "task__undo_operation__connector",
    )
    return found.first()


def _problem(answer: Answer) -> str:
    """Why it was not done, for whoever takes over."""
    if answer.state == ConnectorCallState.UNCERTAIN:
        return _("nobody knows whether it was done: %(why)s") % {"why": answer.problem}
    return answer.problem or _("it was not done")
