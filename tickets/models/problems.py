"""One answer to all conversations that a problem affects, and what came of it in each of them."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tickets import clock


class AffectedState(models.TextChoices):
    """What came of an answer in one conversation."""

    DUE = "due", _("To do")
    DONE = "done", _("Done")
    NOT_DONE = "not_done", _("Not done")


class ProblemAnswer(models.Model):
    """What an agent does to all that a problem affects: a message, or that it is resolved, or both."""

    problem = models.ForeignKey(
        "Ticket", on_delete=models.CASCADE, related_name="problem_answers", db_index=False
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    body = models.TextField(blank=True)
    resolves = models.BooleanField(default=False)
    # Once it is through, the problem is resolved as well.
    resolves_problem = models.BooleanField(default=False)
    # Chosen by the sender, so that a second click finds the first answer.
    client_id = models.UUIDField(default=uuid.uuid4)
    created_at = models.DateTimeField(default=clock.now)
    # Until then it can be taken back as a whole.
    starts_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    # Why the problem itself was not resolved in the end, in words.
    held = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("answer to a problem")
        verbose_name_plural = _("answers to problems")
        constraints = [
            models.UniqueConstraint(fields=["problem", "client_id"], name="problem_answered_once"),
            models.CheckConstraint(
                condition=~Q(body="") | Q(resolves=True), name="problem_answer_does_something"
            ),
        ]
        indexes = [
            models.Index(fields=["author"], name="problem_answer_of"),
            models.Index(
                fields=["starts_at"], condition=Q(ended_at=None), name="problem_answer_running"
            ),
        ]

    def __str__(self) -> str:
        return f"answer #{self.pk}"


class AffectedQuerySet(models.QuerySet["AffectedTicket"]):
    def due(self, now: datetime) -> Self:
        """Those that are to be done by now, what was asked for first before the rest."""
        begun = self.filter(state=AffectedState.DUE, answer__starts_at__lte=now)
        return begun.order_by("answer", "pk")


class AffectedTicket(models.Model):
    """One conversation of a problem's answer: whether it was done, and if not, why."""

    answer = models.ForeignKey(
        ProblemAnswer, on_delete=models.CASCADE, related_name="affected", db_index=False
    )
    ticket = models.ForeignKey("Ticket", on_delete=models.CASCADE, related_name="+")
    # How far the conversation went when its author asked for it: whatever came later crosses it.
    seen = models.PositiveIntegerField()
    state = models.CharField(max_length=8, choices=AffectedState.choices, default=AffectedState.DUE)
    why = models.CharField(max_length=300, blank=True)
    # The message that it becomes has the same, so that nobody gets it twice.
    client_id = models.UUIDField(default=uuid.uuid4)

    objects = AffectedQuerySet.as_manager()

    class Meta:
        verbose_name = _("affected conversation")
        verbose_name_plural = _("affected conversations")
        constraints = [
            models.UniqueConstraint(fields=["answer", "ticket"], name="affected_once"),
            models.CheckConstraint(
                condition=Q(state=AffectedState.NOT_DONE) & ~Q(why="")
                | ~Q(state=AffectedState.NOT_DONE) & Q(why=""),
                name="affected_not_done_says_why",
            ),
        ]
        indexes = [
            models.Index(fields=["answer", "id"], condition=Q(state="due"), name="affected_due")
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.state}"
