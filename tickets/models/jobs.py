"""Acts on many tickets: the job, and an item per ticket with what came of it and what was before."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any, Self

from django.conf import settings
from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tickets import clock
from tickets.models.tickets import Ticket

MOST_ITEMS = 50_000  # tickets of one job
KEPT_FOR = timedelta(days=30)
SILENT = timedelta(seconds=10)  # whoever worked at a job and says nothing for so long is gone


class Act(models.TextChoices):
    """What can be done to several tickets, in the order of its buttons."""

    MINE = "mine", _("Assign to me")
    ASSIGN = "assign", _("Assign")
    PRIORITY = "priority", _("Priority")
    TYPE = "type", _("Type")
    STATUS = "status", _("Status")
    TAG = "tag", _("Tag")
    SNOOZE = "snooze", _("Snooze")
    TRANSFER = "transfer", _("Transfer")
    RESOLVE = "resolve", _("Resolve")
    SPAM = "spam", _("Spam")
    ANSWER = "answer", _("Answer all affected")


# Whose conversations are chosen in a list; the others know theirs.
OF_A_LIST = tuple(act for act in Act if act != Act.ANSWER)


class JobState(models.TextChoices):
    RUNNING = "running", _("Running")
    STOPPED = "stopped", _("Stopped")
    DONE = "done", _("Done")


class BulkJobQuerySet(models.QuerySet["BulkJob"]):
    def left_alone(self) -> Self:
        """Those that are to go on and that nobody works at: a worker died, or a task was lost."""
        silent = Q(worked_at__lt=timezone.now() - SILENT)
        return self.filter(silent, state=JobState.RUNNING).order_by("pk")

    def adopt(self, pk: int) -> str:
        """Take over a job that was left alone; "" if somebody else just did. Whoever had it stops."""
        chain = secrets.token_hex(8)
        taken = self.left_alone().filter(pk=pk).update(chain=chain, worked_at=timezone.now())
        return chain if taken else ""

    def go_on(self, pk: int, chain: str) -> BulkJob | None:
        """The job, if it is to go on by now and still ours; we say that we work at it."""
        begun = Q(starts_at__lte=timezone.now())
        ours = self.filter(begun, pk=pk, chain=chain, state=JobState.RUNNING)
        return self.get(pk=pk) if ours.update(worked_at=timezone.now()) else None

    def forget_old(self) -> None:
        """Forget what was done long ago, and so can be undone no more; not what a problem tells of."""
        old = self.filter(created_at__lt=timezone.now() - KEPT_FOR, problem=None)
        BulkItem.objects.filter(job__in=old).delete()
        old.delete()


class BulkJob(models.Model):
    """One act on tickets that were chosen once: what comes later is not touched."""

    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="bulk_jobs",
        db_index=False,
    )
    act = models.CharField(_("act"), max_length=10, choices=Act.choices)
    values = models.JSONField(default=dict)  # what the act's form asked for
    # It takes back what that one did; each is taken back once.
    undoes = models.OneToOneField(
        "self", on_delete=models.CASCADE, related_name="undone_by", null=True, blank=True
    )
    # The conversation by which those that are answered are caused.
    problem = models.ForeignKey(
        Ticket,
        on_delete=models.CASCADE,
        related_name="problem_answers",
        null=True,
        blank=True,
    )
    # Chosen by the sender, so that a second click finds the first answer.
    client_id = models.UUIDField(null=True, blank=True)
    came_from = models.CharField(max_length=1000, blank=True)  # the address of the list
    total = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=10, choices=JobState.choices, default=JobState.RUNNING)
    # Why it stopped by itself, or why the problem itself was not resolved in the end.
    why = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    starts_at = models.DateTimeField(
        default=timezone.now, db_default=Now()
    )  # until then all of it can be taken back
    finished_at = models.DateTimeField(null=True, blank=True)
    # Who works at it, and when that was last seen: one after another, never two.
    chain = models.CharField(max_length=16)
    worked_at = models.DateTimeField(default=timezone.now)

    objects = BulkJobQuerySet.as_manager()

    class Meta:
        verbose_name = _("act on many conversations")
        verbose_name_plural = _("acts on many conversations")
        constraints = [
            models.CheckConstraint(
                condition=Q(state=JobState.RUNNING, finished_at=None)
                | Q(state__in=[JobState.STOPPED, JobState.DONE], finished_at__isnull=False),
                name="bulk_job_ended_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(act=Act.ANSWER, undoes=None, problem__isnull=False)
                | (~Q(act=Act.ANSWER) | Q(undoes__isnull=False)) & Q(problem=None),
                name="bulk_job_answers_a_problem",
            ),
            models.UniqueConstraint(
                fields=["problem"], condition=Q(state="running"), name="bulk_job_one_answer_at_once"
            ),
            models.UniqueConstraint(
                fields=["problem", "client_id"],
                condition=Q(problem__isnull=False),
                name="bulk_job_problem_answered_once",
            ),
        ]
        indexes = [
            models.Index(fields=["by", "-id"]),
            models.Index(
                fields=["worked_at"], condition=Q(state="running"), name="bulk_job_running"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.act} {self.pk}"

    @property
    def is_running(self) -> bool:
        return self.state == JobState.RUNNING


class Outcome(models.TextChoices):
    TO_DO = "to_do", _("To do")
    DONE = "done", _("Done")
    NOT_DONE = "not_done", _("Not done")


class BulkItemQuerySet(models.QuerySet["BulkItem"]):
    def freeze(self, job: BulkJob, tickets: QuerySet[Ticket]) -> int:
        """Write an item for each of these tickets, in one statement; how many.

        `tickets` say who may see them: what is not visible to whoever asked never gets here.
        """
        chosen = tickets.values("pk", "assignee", "last_position")[:MOST_ITEMS]
        try:
            sql, parameters = chosen.query.sql_with_params()
        except EmptyResultSet:  # nothing can match: it need not be asked
            return 0
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {self.model._meta.db_table}"  # noqa: S608 - the name of our own table
                f" (job_id, ticket_id, seen_assignee, seen_position, outcome, code, why, was, became)"
                f" SELECT %s, found.id, found.assignee_id, found.position, 'to_do', '', '', '{{}}', '{{}}'"
                f" FROM ({sql}) AS found (id, assignee_id, position)",
                [job.pk, *parameters],
            )
            written: int = cursor.rowcount
        return written

    def take_next(self, job: BulkJob, *, after: int, most: int) -> list[BulkItem]:
        """The next ones to do, held until the transaction ends; none if none is left or it stopped.

        What another worker holds at this moment is passed over.
        """
        due = self.filter(job=job, job__state=JobState.RUNNING, outcome=Outcome.TO_DO, pk__gt=after)
        held = due.select_for_update(skip_locked=True, of=("self",), no_key=True)
        # By the index of the job: by the key alone, the items of all earlier jobs would be read.
        return list(held.order_by("job", "outcome", "pk")[:most])

    def settle(self, items: list[BulkItem]) -> None:
        """Write what came of them."""
        self.bulk_update(items, ["outcome", "was", "became", "why", "code"])

    def numbers(self, job: BulkJob) -> dict[str, int]:
        """How many there are of each outcome."""
        found = dict.fromkeys(Outcome.values, 0)
        rows = self.filter(job=job).order_by().values_list("outcome")
        return found | dict(rows.annotate(number=models.Count("pk")))


class BulkItem(models.Model):
    """One ticket of a job. What came of it is written in the transaction that does it."""

    job = models.ForeignKey(BulkJob, on_delete=models.CASCADE, related_name="items", db_index=False)
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="bulk_items")
    # Who had it as it was chosen, and how far the conversation went: whatever came later crosses it.
    seen_assignee = models.BigIntegerField(null=True, blank=True)
    seen_position = models.PositiveIntegerField(default=0, db_default=0)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, default=Outcome.TO_DO)
    code = models.CharField(max_length=30, blank=True)
    why = models.CharField(max_length=300, blank=True)
    # What the act changes, before and after; both empty where nothing had to be done.
    was = models.JSONField(default=dict)
    became = models.JSONField(default=dict)

    objects = BulkItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("conversation of an act on many")
        verbose_name_plural = _("conversations of acts on many")
        constraints = [
            models.UniqueConstraint(fields=["job", "ticket"], name="bulk_item_once_per_job"),
            models.CheckConstraint(
                condition=Q(outcome__in=Outcome.values)
                & (Q(outcome=Outcome.NOT_DONE) | Q(code="", why="")),
                name="bulk_item_says_why_it_was_not_done",
            ),
        ]
        indexes = [models.Index(fields=["job", "outcome", "id"])]

    def __str__(self) -> str:
        return f"{self.job_id} {self.ticket_id} {self.outcome}"

    def done(self, was: dict[str, Any], became: dict[str, Any]) -> None:
        """It was done; with what changed. To be written by `settle`."""
        self.outcome = Outcome.DONE
        if was != became:
            self.was, self.became = was, became

    def not_done(self, why: str, code: str) -> None:
        """It was not done, and why. To be written by `settle`."""
        self.outcome, self.why, self.code = Outcome.NOT_DONE, why[:300], code[:30]
