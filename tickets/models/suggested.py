"""Where a reply came from that began as a suggestion of the co-pilot."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tickets import clock


class SuggestedReply(models.Model):
    """What a reply was put together from, and how much of it its author changed.

    Beside its message and in another table, as notes are: no query for customers can return one. Its
    author, who used the suggestion, is the message's.
    """

    message = models.OneToOneField(
        "Message", on_delete=models.CASCADE, related_name="suggested", primary_key=True
    )
    # As they were then: {"kind": "section", "article", "version", "slug", "title", "heading", "anchor"}
    # or {"kind": "conversation", "reference", "position"}.
    sources = models.JSONField(default=list)
    # Percent; see tickets.conversation.suggested.share_edited.
    edited = models.PositiveSmallIntegerField()
    used_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("suggested reply")
        verbose_name_plural = _("suggested replies")
        constraints = [
            models.CheckConstraint(
                condition=Q(edited__range=(0, 100)), name="suggested_reply_edited_is_a_share"
            )
        ]

    def __str__(self) -> str:
        return f"{self.message_id}, {self.edited} % edited"
