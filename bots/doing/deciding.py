"""One step of a task: what is asked next, shown, confirmed or done, with what the customer says.

The order is always the same: which record, the facts, who they are, the record as it is now, whether its
status allows it, whether a person has to decide, their yes. Only then something is done.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import gettext as _

from bots.doing import facts as answers
from bots.doing import wording
from bots.doing.asker import MOST_CHOICES, Asker
from bots.doing.looking_up import Found, Unavailable, look_up
from bots.doing.replies import Reply, says, to_a_question
from bots.models import Task, TaskRun
from bots.models.tasks import Does, RunState
from tickets import clock

RECORD = "record"  # the question which one it is about
MOST_TRIES = 2  # answers to one question that cannot be read; then a person asks


@dataclass(frozen=True, slots=True)
class Step:
    """What becomes of a task. `run` is the one that goes on; None begins one.

    `says` is what the customer reads, and `choices` what they may answer by one press. `detail` says to
    staff why a person is needed, and `is_unclear` that the message answers nothing that was asked.
    """

    task: Task
    state: RunState
    facts: Mapping[str, str] = field(default_factory=dict)
    record: Mapping[str, Any] = field(default_factory=dict)
    asked: str = ""
    tries: int = 0
    says: str = ""
    choices: tuple[str, ...] = ()
    detail: str = ""
    run: TaskRun | None = None
    is_unclear: bool = False
    offers_person: bool = False

    @property
    def told_by(self) -> str:
        return str(self.record.get("told_by", ""))

    @property
    def needs_a_person(self) -> bool:
        return self.state in (RunState.HANDED_OVER, RunState.FAILED)


def begin(task: Task, text: str, asker: Asker) -> Step:
    """The first step. What the message states already is not asked for."""
    known = answers.known_from(task, text, asker.noted)
    kind = task.record_type
    if kind is not None:
        noted = asker.noted.get(f"{kind.key}_number", "")
        named = answers.reference_in(kind, text) or answers.reference_in(kind, noted)
        if named:
            known[RECORD] = named
    return _advance(Step(task, RunState.ASKING, known), asker)


def meant(text: str, keys: Sequence[str], asker: Asker) -> list[Task]:
    """The task that a message calls for, by its name or as it was understood; two where nobody can tell."""
    return asker.named(text)[:1] or asker.offered(keys)[:2]


def go_on(text: str, asker: Asker) -> Step | None:
    """What the message does to the task that was begun, or to the one that was done; None for nothing."""
    if asker.done is not None and says(Reply.TAKES_BACK, text):
        return _take_back(asker.done)
    run = asker.run
    if run is None:
        return None
    step = of_run(run)
    if says(Reply.DROPS, text):
        return replace(
            step, state=RunState.LEFT, says=_("All right, I leave that. Nothing was done.")
        )
    if not run.task.active:
        return replace(
            step, state=RunState.HANDED_OVER, detail=_("it was switched off in the middle of it")
        )
    if run.state == RunState.CONFIRMING:
        return _confirmed(step, text, asker)
    if run.state == RunState.PROVING:
        return proved(asker) or replace(
            step,
            is_unclear=True,
            says=_("I need the code from the mail first. Type it into the field for it."),
        )
    return _answered(step, text, asker)


def proved(asker: Asker) -> Step | None:
    """They proved who they are, and the task goes on; None if it waits for something else."""
    run = asker.run
    if run is None or run.state != RunState.PROVING or not asker.is_at_least(run.task.identity):
        return None
    return _advance(replace(of_run(run), asked="", tries=0), asker)


def failed(step: Step, detail: str) -> Step:
    """A person has it, with all that was collected."""
    return replace(step, state=RunState.FAILED, says="", choices=(), detail=detail)


def of_run(run: TaskRun) -> Step:
    """A run as it stands."""
    return Step(
        task=run.task,
        state=RunState(run.state),
        facts=run.facts,
        record=run.record,
        asked=run.asked,
        tries=run.tries,
        run=run,
    )


def _answered(step: Step, text: str, asker: Asker) -> Step:
    """An answer to what was asked, or to several things at once."""
    missing = [fact for fact in step.task.asks() if fact.key not in step.facts]
    found = answers.read_all(missing, step.asked, text)
    kind = step.task.record_type
    if kind is not None and (step.asked == RECORD or RECORD not in step.facts):
        read = answers.plain_reference if step.asked == RECORD else answers.reference_in
        if named := read(kind, text):
            found[RECORD] = named
    if found:
        tries = step.tries if step.asked == RECORD else 0  # it may be none of theirs, again
        return _advance(replace(step, facts={**step.facts, **found}, asked="", tries=tries), asker)
    return _ask_again(step, asker)


def _ask_again(step: Step, asker: Asker) -> Step:
    if step.tries + 1 >= MOST_TRIES:
        return replace(
            failed(step, _("two answers to “%(what)s” could not be read") % {"what": step.asked}),
            is_unclear=True,
        )
    asked = _advance(replace(step, tries=0), asker)
    return replace(
        asked,
        tries=step.tries + 1,
        says=f"{_('I could not read that.')} {asked.says}",
        is_unclear=True,
    )


def _confirmed(step: Step, text: str, asker: Asker) -> Step:
    reply = to_a_question(text)
    if reply == Reply.AGREES:
        return _advance(step, asker, agreed=True)
    if reply == Reply.DECLINES:
        return replace(step, state=RunState.LEFT, says=_("All right. Nothing was done."))
    if reply == Reply.AMENDS:
        # Its facts are asked for again; where it needs none, it is about another record.
        same = step.facts.get(RECORD, "") if step.task.asks() else ""
        facts = {RECORD: same} if same else {}
        return _advance(
            replace(step, state=RunState.ASKING, facts=facts, record={}, asked="", tries=0), asker
        )
    if step.tries + 1 >= MOST_TRIES:
        return replace(
            failed(step, _("neither yes nor no to what was to be confirmed")), is_unclear=True
        )
    said = _("Please answer with yes or no, so that I do nothing you did not mean.")
    return replace(
        step,
        tries=step.tries + 1,
        says=f"{said} {_question(step, asker)}",
        choices=_yes_or_no(),
        is_unclear=True,
    )


def _take_back(run: TaskRun) -> Step:
    step = of_run(run)
    if run.task.undo_operation is None or run.undo_until is None:
        said = _("That cannot be taken back by me.")
    elif run.undo_until <= clock.now():
        said = _("It is too late to take that back here.")
    else:
        return replace(step, state=RunState.UNDOING)
    person = _("A person can look at it: press “Talk to a human”.")
    return replace(step, says=f"{said} {person}", offers_person=True)


# --- the order of things --------------------------------------------------------------------------


def _advance(step: Step, asker: Asker, *, agreed: bool = False) -> Step:
    """The next thing that is missing, or what it comes to."""
    task = step.task
    if task.record_type is not None and not step.facts.get(RECORD):
        chosen = _choose(step, asker)
        if chosen.state != RunState.ASKING or chosen.asked:
            return chosen
        step = chosen
    for fact in task.asks():
        if fact.key not in step.facts:
            return replace(
                step,
                state=RunState.ASKING,
                asked=fact.key,
                tries=0,
                says=fact.question,
                choices=tuple(fact.options),
            )
    if not asker.is_at_least(task.identity):
        return replace(
            step,
            state=RunState.PROVING,
            asked="",
            says=_("Before I do that, I have to make sure that it is you."),
        )
    return _known(step, asker, agreed=agreed)


def _choose(step: Step, asker: Asker) -> Step:
    """Which record: the only one they have, one of theirs by a button, or its number in words."""
    kind = step.task.record_type
    assert kind is not None
    theirs = asker.records(kind) if asker.is_at_least(step.task.identity) else []
    if len(theirs) == 1:
        return replace(step, facts={**step.facts, RECORD: theirs[0].reference})
    asks = _("Which one is it about? Its number is enough, like %(look)s.")
    said = (
        asks % {"look": kind.look.replace("#", "0")} if kind.look else _("Which one is it about?")
    )
    return replace(
        step,
        state=RunState.ASKING,
        asked=RECORD,
        says=f"**{kind.name}:** {said}",
        choices=tuple(one.reference for one in theirs[:MOST_CHOICES]),
    )


def _known(step: Step, asker: Asker, *, agreed: bool) -> Step:
    """All that it needs is known, and who they are: it is looked up, allowed, confirmed, done."""
    task = step.task
    before = step.record
    if task.record_type is not None and asker.ticket is not None:
        reference = step.facts[RECORD]
        try:
            found = look_up(task, reference, asker)
        except Unavailable as error:
            return failed(step, str(error))
        if found is None:
            return _not_theirs(step)
        step = replace(
            step,
            record=found.kept(),
            facts={**step.facts, RECORD: found.reference},
        )
        if refused := _refused(step, found, asker):
            return refused
    if above := _above_the_limit(step, asker):
        return replace(step, state=RunState.HANDED_OVER, says="", detail=above)
    changed = bool(before) and before.get("values") != step.record.get("values")
    if task.confirmation and (not agreed or changed):
        said = f"{_('It has changed in the meantime.')} " if agreed else ""
        return replace(
            step,
            state=RunState.CONFIRMING,
            asked="",
            tries=0,
            says=f"{said}{_question(step, asker)}",
            choices=_yes_or_no(),
        )
    return _comes_to(step, asker)


def _comes_to(step: Step, asker: Asker) -> Step:
    task = step.task
    said = wording.fill(task.answer, task, _values(step, asker))
    if task.does == Does.HAND_OVER:
        return replace(step, state=RunState.HANDED_OVER, asked="", says=said)
    if task.does == Does.CALL and asker.ticket is not None:
        return replace(step, state=RunState.DOING, asked="", says="")
    return replace(step, state=RunState.DONE, asked="", says=said)


def _not_theirs(step: Step) -> Step:
    """The same words for what there is not and for what is somebody else's."""
    kind = step.task.record_type
    assert kind is not None
    words = {"type": kind.name.lower(), "number": step.facts[RECORD]}
    if step.tries + 1 >= MOST_TRIES:
        return failed(step, _("no %(type)s %(number)s of theirs was found") % words)
    facts = {key: value for key, value in step.facts.items() if key != RECORD}
    said = _("I find no %(type)s %(number)s of yours. Please look at the number again.") % words
    return replace(
        step, state=RunState.ASKING, facts=facts, asked=RECORD, tries=step.tries + 1, says=said
    )


def _refused(step: Step, found: Found, asker: Asker) -> Step | None:
    task = step.task
    if not task.statuses or found.status in task.statuses:
        return None
    said = wording.fill(task.otherwise, task, _values(step, asker))
    return replace(step, state=RunState.REFUSED, says=said, offers_person=True)


def _above_the_limit(step: Step, asker: Asker) -> str:
    """Why a person decides; "" where the value is not above. One that is not known is for a person, too."""
    task = step.task
    if task.limit is None:
        return ""
    value: Any = step.facts.get(task.limit_field)
    if value is None and task.record_type is not None:
        name = task.limit_field.removeprefix(f"{task.record_type.key}.")
        value = step.record.get("values", {}).get(name)
    if value is None and asker.ticket is None:
        return ""  # it is only played, and nothing was looked up
    try:
        if float(value) <= float(task.limit):
            return ""
    except (TypeError, ValueError):
        pass
    return _("%(field)s is above %(limit)s, so a person decides") % {
        "field": task.limit_field,
        "limit": f"{task.limit:g}",
    }


def _question(step: Step, asker: Asker) -> str:
    return wording.fill(step.task.confirmation, step.task, _values(step, asker))


def _values(step: Step, asker: Asker) -> wording.Known:
    return wording.Known(
        facts={key: value for key, value in step.facts.items() if key != RECORD},
        record=step.record,
        email=asker.known.email,
        ticket=asker.ticket,
    )


def _yes_or_no() -> tuple[str, ...]:
    return _("Yes"), _("No"), _("Change something")
