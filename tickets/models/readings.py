"""What was understood of a customer's message, as the rules saw it at that turn."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from tickets import clock


class Reading(models.Model):
    """The whole situation of one customer message: every value, with the words that show it.

    `values` is `{field: {"value", "evidence", "score"}}`, never changed afterwards. What an agent
    corrected stands beside it, in `corrected`: `{field: {"to", "by", "at"}}`.
    """

    message = models.OneToOneField("Message", on_delete=models.CASCADE, related_name="reading")
    ticket = models.ForeignKey(
        "Ticket", on_delete=models.CASCADE, related_name="readings", db_index=False
    )
    values = models.JSONField(default=dict, blank=True)
    corrected = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(default=clock.now, db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("reading")
        verbose_name_plural = _("readings")
        indexes = [models.Index(fields=["ticket", "message"])]

    def __str__(self) -> str:
        return f"reading of message {self.message_id}"

    def value(self, field: str) -> Any:
        """The value as it holds now: what an agent corrected, or what was understood."""
        if field in self.corrected:
            return self.corrected[field]["to"]
        return self.values.get(field, {}).get("value")
