"""What an agent did last in a conversation, with all that it changed: enough to put it back."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from tickets import clock


class UndoStep(models.Model):
    """An act that can be undone for a while. Beside its event, since it may hold words, and goes."""

    event = models.OneToOneField("Event", on_delete=models.CASCADE, related_name="undo_step")
    ticket = models.ForeignKey(
        "Ticket", on_delete=models.CASCADE, related_name="undo_steps", db_index=False
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    # The ticket's columns that it changed, each with what it was before and after.
    changed = models.JSONField(default=dict)
    # The hand-overs that were open before, as they were.
    handovers = models.JSONField(default=list)
    block = models.ForeignKey(
        "Block", on_delete=models.CASCADE, related_name="+", null=True, blank=True
    )
    told = models.BooleanField(default=False)  # whether the customer read of it
    created_at = models.DateTimeField(default=clock.now, db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ticket", "user"], name="undo_only_the_last_act")
        ]
        indexes = [models.Index(fields=["user", "-created_at"])]

    def __str__(self) -> str:
        return str(self.event)
