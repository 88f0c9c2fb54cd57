"""Who asks, as far as tasks care: how well they are known, what is theirs, and what was begun for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.db.models import QuerySet

from bots.models import Task, TaskRun
from bots.models.tasks import RunState
from knowledgebase.lately import Lately
from tickets.connectors.owners import Owner
from tickets.conversation import identity
from tickets.conversation.identity import Known
from tickets.models import Customer, ExternalId, Fact, Identity, Record, RecordType, Ticket

MOST_CHOICES = 4
_LEVELS = list(Identity)


def _load() -> list[Task]:
    """The tasks that are switched on, with all that a step of them needs."""
    kept = Task.objects.filter(active=True).select_related(
        "record_type__operation__connector",
        "operation__connector",
        "undo_operation__connector",
        "team",
    )
    return list(kept.prefetch_related("facts"))


active_tasks = Lately(_load)


@dataclass(frozen=True)
class Asker:
    """One who asks. `ticket` is None where a conversation is only played: then nothing is looked up."""

    tasks: Sequence[Task]  # that are switched on
    tier: str
    open_now: bool
    ticket: Ticket | None = None
    level: str = Identity.UNKNOWN  # where there is no ticket to tell
    run: TaskRun | None = None  # the newest that is open
    done: TaskRun | None = None  # the newest, where it is done

    @cached_property
    def known(self) -> Known:
        return identity.of(self.ticket) if self.ticket else Known(Identity(self.level))

    @cached_property
    def noted(self) -> Mapping[str, str]:
        """The facts of the conversation, the newest of each kind."""
        rows = Fact.objects.filter(ticket=self.ticket) if self.ticket else Fact.objects.none()
        return dict(rows.order_by("pk").values_list("key", "value"))

    def is_at_least(self, level: str) -> bool:
        return _LEVELS.index(self.known.level) >= _LEVELS.index(Identity(level))

    def offered(self, keys: Sequence[str]) -> list[Task]:
        """The tasks of these keys that they may be offered, in the order of the keys."""
        by_key = {task.key: task for task in self.tasks}
        return [by_key[key] for key in keys if key in by_key and self.may_have(by_key[key])]

    def named(self, text: str) -> list[Task]:
        """The task whose name a message is, as a button says it."""
        said = " ".join(text.split()).casefold()
        return [one for one in self.tasks if one.name.casefold() == said and self.may_have(one)]

    def may_have(self, task: Task) -> bool:
        for_them = not task.tiers or self.tier in task.tiers
        return for_them and (self.open_now or not task.only_open)

    def owner(self) -> Owner:
        """By what other systems know them: what they proved, and nothing that they only said."""
        numbers: list[str] = []
        if self.known.customer is not None:
            theirs = ExternalId.objects.filter(customer__in=self.person())
            numbers = list(theirs.values_list("value", flat=True))
        return Owner([self.known.email] if self.known.email else [], numbers)

    def records(self, record_type: RecordType) -> Sequence[Record]:
        """Theirs, the newest first: as many as there are buttons for."""
        if self.known.customer is None:
            return []
        found = Record.objects.filter(type=record_type, customer__in=self.person())
        return list(found.order_by("-changed_at", "-pk")[:MOST_CHOICES])

    def person(self) -> QuerySet[Customer, int]:
        """All rows of the customer whose address was proved: they may have been merged."""
        found = Customer.objects.filter(pk=self.known.customer or 0).first()
        theirs = Customer.objects.of_person(found.person) if found else Customer.objects.none()
        return theirs.values_list("pk", flat=True)


def of(ticket: Ticket, *, tier: str, open_now: bool) -> Asker | None:
    """Who asks in a conversation; None where no task is switched on. One query, and what is asked of it."""
    tasks = active_tasks()
    return whoever(ticket, tasks, tier=tier, open_now=open_now) if tasks else None


def whoever(
    ticket: Ticket, tasks: Sequence[Task] = (), *, tier: str = "", open_now: bool = True
) -> Asker:
    """The same, where a task was begun already. What an agent had done is none of the customer's."""
    runs = TaskRun.objects.filter(ticket=ticket, agent=None).select_related(
        "task__record_type__operation__connector", "task__operation", "task__team"
    )
    newest = runs.order_by("-pk").first()
    asked_at = ticket.person_asked_at
    given_up = newest is not None and asked_at is not None and asked_at >= newest.changed_at
    return Asker(
        tasks=tasks,
        tier=tier,
        open_now=open_now,
        ticket=ticket,
        run=newest if newest and newest.is_open and not given_up else None,
        done=newest if newest and newest.state == RunState.DONE else None,
    )


def played(
    tasks: Sequence[Task],
    *,
    level: str,
    tier: str,
    open_now: bool,
    run: TaskRun | None = None,
) -> Asker:
    """Somebody who might ask: nothing is theirs, and nothing is looked up."""
    return Asker(tasks, tier, open_now, level=level, run=run)
