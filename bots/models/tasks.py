"""Tasks: what the assistant can do for a customer, as an admin builds it, and each time that it was done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bots.models.detectors import Detector
from tickets import clock
from tickets.models import Identity, Tier

MOST_FACTS = 8
LONGEST_VALUE = 300  # characters of a fact
LEFT_AFTER = timedelta(days=1)  # whoever is silent for so long has left it

_plain_key = RegexValidator(
    r"^[a-z][a-z0-9_]*\Z",
    gettext_lazy("Use small letters, digits and _, beginning with a letter."),
)


class Does(models.TextChoices):
    """What a task comes to, once all that it needs is known."""

    SHOW = "show", gettext_lazy("Shows its answer")
    CALL = "call", gettext_lazy("Asks a connector to do something")
    HAND_OVER = "hand_over", gettext_lazy("Brings it to a person, filled in")


class Task(models.Model):
    """Something that customers may have done. Only what is listed here and switched on is ever done.

    `key` is also the short name of its detector, which has the sentences that call for it.
    """

    key = models.SlugField(gettext_lazy("key"), max_length=40, unique=True, validators=[_plain_key])
    name = models.CharField(
        gettext_lazy("name"),
        max_length=60,
        help_text=gettext_lazy("As customers read it on a button, like “Get a return label”."),
    )
    active = models.BooleanField(gettext_lazy("switched on"), default=False)
    tiers = ArrayField(
        models.CharField(max_length=20, choices=Tier.choices),
        verbose_name=gettext_lazy("for customers of"),
        default=list,
        blank=True,
        help_text=gettext_lazy("None chosen: for everybody."),
    )
    only_open = models.BooleanField(
        gettext_lazy("only while the team is there"),
        default=False,
        help_text=gettext_lazy("At other times articles and people answer."),
    )
    identity = models.CharField(
        gettext_lazy("known at least as"),
        max_length=10,
        choices=Identity.choices,
        default=Identity.UNKNOWN,
        help_text=gettext_lazy(
            "Whoever is known less well proves their address first, by a code that is mailed to it."
        ),
    )
    record_type = models.ForeignKey(
        "tickets.RecordType",
        verbose_name=gettext_lazy("about a"),
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        help_text=gettext_lazy(
            "The customer chooses one of theirs, or writes its number. It is looked up before anything "
            "else is done, where the type says by which connector."
        ),
    )
    statuses = ArrayField(
        models.CharField(max_length=80),
        verbose_name=gettext_lazy("only while its status is"),
        default=list,
        blank=True,
        help_text=gettext_lazy("One on each line. Empty: whatever it is."),
    )
    otherwise = models.TextField(
        gettext_lazy("said otherwise"),
        max_length=1000,
        blank=True,
        help_text=gettext_lazy(
            "Where the status is another one, like “{order.reference} is packed already.”"
        ),
    )
    does = models.CharField(
        gettext_lazy("what it does"), max_length=10, choices=Does.choices, default=Does.SHOW
    )
    operation = models.ForeignKey(
        "tickets.Operation",
        verbose_name=gettext_lazy("what is asked for"),
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        help_text=gettext_lazy(
            "It is sent the facts by their keys, and the reference of the record as “number”."
        ),
    )
    team = models.ForeignKey(
        "tickets.Team",
        verbose_name=gettext_lazy("team"),
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        help_text=gettext_lazy("To whom it goes, where it goes to a person."),
    )
    confirmation = models.TextField(
        gettext_lazy("asked before it is done"),
        max_length=1000,
        blank=True,
        help_text=gettext_lazy(
            "Like “Send a return label for {order.items} to {email}?” Empty: it is not asked. What "
            "changes something should be."
        ),
    )
    answer = models.TextField(
        gettext_lazy("answer"),
        max_length=2000,
        help_text=gettext_lazy("What the customer reads in the end, with the values in braces."),
    )
    limit_field = models.CharField(
        gettext_lazy("an agent decides above"),
        max_length=60,
        blank=True,
        help_text=gettext_lazy("The value that is looked at, like order.total. Empty: never."),
    )
    limit = models.DecimalField(
        gettext_lazy("limit"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    undo_operation = models.ForeignKey(
        "tickets.Operation",
        verbose_name=gettext_lazy("taken back by"),
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        help_text=gettext_lazy(
            "It is sent the same values, and those that the first one answered."
        ),
    )
    undo_minutes = models.PositiveSmallIntegerField(
        gettext_lazy("for minutes"),
        default=0,
        help_text=gettext_lazy("0: it cannot be taken back."),
    )
    # The facts of a draft, which are kept nowhere.
    drafted: Sequence[TaskFact] | None = None
    shipped = models.BooleanField(default=False, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = gettext_lazy("task")
        verbose_name_plural = gettext_lazy("tasks")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(does__in=Does.values)
                & (
                    Q(does=Does.CALL, operation__isnull=False)
                    | ~Q(does=Does.CALL)
                    | Q(active=False)
                ),
                name="task_that_calls_has_an_operation",
                violation_error_message=gettext_lazy("Choose what the connector is asked for."),
            ),
            models.CheckConstraint(
                condition=Q(limit_field="", limit=None)
                | ~Q(limit_field="") & Q(limit__isnull=False),
                name="task_limit_of_a_field",
                violation_error_message=gettext_lazy("A limit needs its value and its field."),
            ),
            models.CheckConstraint(
                condition=Q(undo_minutes=0) | Q(undo_operation__isnull=False) | Q(active=False),
                name="task_is_undone_by_something",
                violation_error_message=gettext_lazy("Choose by what it is taken back."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def asks(self) -> Sequence[TaskFact]:
        """What it needs to know, in the order in which it is asked; of a draft what its form says."""
        if self.drafted is not None:
            return self.drafted
        return list(self.facts.all()) if self.pk else []

    def clean(self) -> None:
        problems: dict[str, Any] = {}
        if self.does == Does.CALL and self.operation is not None and not self.operation.changes:
            problems["operation"] = _(
                "It only looks something up. Choose “Shows its answer” and a type of records."
            )
        if self.statuses and self.record_type is None:
            problems["statuses"] = _("Choose first what it is about.")
        if self.statuses and not self.otherwise.strip():
            problems["otherwise"] = _("Say what the customer reads when the status is another one.")
        if self.record_type is not None and self.identity in (Identity.UNKNOWN, Identity.CLAIMED):
            problems["identity"] = _(
                "Records belong to somebody: choose “Confirmed address” or more."
            )
        if problems:
            raise ValidationError(problems)


class FactKind(models.TextChoices):
    """How an answer is read. The order is that of the form."""

    TEXT = "text", gettext_lazy("Text")
    NUMBER = "number", gettext_lazy("Number")
    DATE = "date", gettext_lazy("Date")
    CHOICE = "choice", gettext_lazy("One of several")
    EMAIL = "email", gettext_lazy("E-mail address")
    PHONE = "phone", gettext_lazy("Telephone")
    POSTCODE = "postcode", gettext_lazy("Postcode")


class TaskFact(models.Model):
    """One thing that a task needs to know, asked for in plain words unless it is known already."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="facts", db_index=False)
    key = models.SlugField(gettext_lazy("key"), max_length=40, validators=[_plain_key])
    question = models.CharField(
        gettext_lazy("question"),
        max_length=300,
        help_text=gettext_lazy("As the assistant asks it."),
    )
    kind = models.CharField(
        gettext_lazy("kind"), max_length=10, choices=FactKind.choices, default=FactKind.TEXT
    )
    options = ArrayField(
        models.CharField(max_length=80),
        verbose_name=gettext_lazy("to choose from"),
        default=list,
        blank=True,
    )
    position = models.PositiveSmallIntegerField(gettext_lazy("position"), default=100)

    class Meta:
        verbose_name = gettext_lazy("fact")
        verbose_name_plural = gettext_lazy("facts")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["task", "key"], name="task_fact_once"),
            models.CheckConstraint(
                condition=Q(kind__in=FactKind.values) & (~Q(kind=FactKind.CHOICE) | ~Q(options=[])),
                name="task_fact_choice_has_options",
                violation_error_message=gettext_lazy("Write at least one value to choose from."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} ({self.get_kind_display()})"


class RunState(models.TextChoices):
    """Where a run is. Those of OPEN go on with what the customer says."""

    ASKING = "asking", gettext_lazy("Asks for facts")
    PROVING = "proving", gettext_lazy("Waits for their code")
    CONFIRMING = "confirming", gettext_lazy("Waits for their yes")
    DOING = "doing", gettext_lazy("Is being done")
    DONE = "done", gettext_lazy("Done")
    UNDOING = "undoing", gettext_lazy("Is being taken back")
    UNDONE = "undone", gettext_lazy("Taken back")
    REFUSED = "refused", gettext_lazy("Not possible for this record")
    FAILED = "failed", gettext_lazy("Failed, a person has it")
    HANDED_OVER = "handed_over", gettext_lazy("With a person")
    LEFT = "left", gettext_lazy("Left by the customer")


OPEN = (RunState.ASKING, RunState.PROVING, RunState.CONFIRMING)
UNDER_WAY = (*OPEN, RunState.DOING, RunState.UNDOING)


class TaskRun(models.Model):
    """One time that a task was begun in a conversation: what is known, what is asked, what came of it."""

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="runs", db_index=False)
    ticket = models.ForeignKey(
        "tickets.Ticket", on_delete=models.CASCADE, related_name="task_runs", db_index=False
    )
    state = models.CharField(gettext_lazy("state"), max_length=12, choices=RunState.choices)
    facts = models.JSONField(gettext_lazy("facts"), default=dict)
    # The record that it is about, as it was looked up: {"reference", "values", "told_by"}.
    record = models.JSONField(gettext_lazy("record"), default=dict, blank=True)
    asked = models.CharField(max_length=40, blank=True)  # the key of the fact that is asked for
    tries = models.PositiveSmallIntegerField(default=0)  # answers to it that could not be read
    result = models.JSONField(gettext_lazy("what was answered"), default=dict, blank=True)
    problem = models.CharField(gettext_lazy("problem"), max_length=300, blank=True)
    # An agent who does it for the customer; empty where the assistant does.
    agent = models.ForeignKey(
        "tickets.User", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    started_at = models.DateTimeField(gettext_lazy("begun"), default=clock.now)
    changed_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    undo_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = gettext_lazy("run of a task")
        verbose_name_plural = gettext_lazy("runs of tasks")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["ticket"],
                condition=Q(state__in=OPEN),
                name="task_run_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(state__in=UNDER_WAY, ended_at=None)
                | ~Q(state__in=UNDER_WAY) & Q(ended_at__isnull=False)
                | Q(state=RunState.UNDOING),
                name="task_run_ended_or_not",
            ),
        ]
        indexes = [
            models.Index(fields=["ticket", "-id"], name="task_run_of_ticket"),
            models.Index(fields=["task", "-id"], name="task_run_of_task"),
            models.Index(
                fields=["changed_at"],
                condition=Q(state__in=OPEN),
                name="task_run_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.task} ({self.get_state_display()})"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    def number(self, step: str) -> str:
        """The number of a call of this run: the same however often it has to be sent."""
        return f"task-{self.pk}-{step}"


def detector_of(task: Task) -> Detector | None:
    """What notices that a sentence calls for it."""
    return Detector.objects.filter(slug=task.key, kind=Detector.Kind.TASK).first()
