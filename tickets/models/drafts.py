"""Drafts: what an agent is writing, kept as they type, and what is about to leave."""

from __future__ import annotations

import uuid
from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tickets import clock
from tickets.models.tickets import Ticket


class Kind(models.TextChoices):
    """What an agent writes."""

    REPLY = "reply", _("Reply")
    NOTE = "note", _("Internal note")


class Afterwards(models.TextChoices):
    """What is done in the same moment in which a reply leaves."""

    NOTHING = "", _("Nothing")
    RESOLVE = "resolve", _("Resolve")
    SNOOZE = "snooze", _("Snooze until the customer writes")


class DraftQuerySet(models.QuerySet["Draft"]):
    def unsent(self) -> Self:
        """Those that wait for their author: only they send them."""
        return self.filter(leaves_at=None)

    def leaving(self) -> Self:
        """Those on their way, in the order in which they leave."""
        return self.exclude(leaves_at=None).order_by("leaves_at", "pk")


class Draft(models.Model):
    """A reply or a note that is not sent yet. Only its author ever reads it.

    One for each agent, conversation and kind is being written. A reply that was sent becomes one that
    leaves at `leaves_at`: until then its author can take it back. Without words it only does what is
    to be done `afterwards`.
    """

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="drafts")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="drafts", db_index=False
    )
    kind = models.CharField(max_length=5, choices=Kind.choices)
    body = models.TextField(blank=True)
    # Of one that leaves: the message that it becomes has the same one, so that it is sent once.
    client_id = models.UUIDField(default=uuid.uuid4)
    # How far its author had read when they sent it; whatever came after that crosses it.
    seen = models.PositiveIntegerField(default=0)
    afterwards = models.CharField(max_length=10, choices=Afterwards.choices, blank=True)
    # What macros put into it, and what is done when it leaves; see tickets.conversation.macros.
    macro = models.JSONField(default=dict, blank=True, db_default={})
    # What the co-pilot's suggestions put into it; see tickets.conversation.suggested.
    suggested = models.JSONField(default=dict, blank=True, db_default={})
    # The program that wrote it for its author: the name of its key. Who reads and sends it is a person.
    by_key = models.CharField(max_length=80, blank=True, default="", db_default="")
    asked_again = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    leaves_at = models.DateTimeField(null=True, blank=True)
    # Why it did not leave, in words for its author; it is theirs to send again.
    held = models.CharField(max_length=200, blank=True)
    updated_at = models.DateTimeField(default=clock.now)

    objects = DraftQuerySet.as_manager()

    class Meta:
        verbose_name = _("draft")
        verbose_name_plural = _("drafts")
        constraints = [
            models.UniqueConstraint(
                fields=["author", "ticket", "kind"],
                condition=Q(leaves_at=None),
                name="draft_one_of_a_kind",
            ),
            models.UniqueConstraint(
                fields=["ticket", "client_id"],
                condition=Q(leaves_at__isnull=False),
                name="draft_sent_once",
            ),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="draft_kind_is_known"),
            models.CheckConstraint(
                condition=Q(leaves_at=None, afterwards="")
                | Q(leaves_at__isnull=False, kind="reply"),
                name="draft_only_a_reply_leaves",
            ),
        ]
        indexes = [models.Index(fields=["author", "-updated_at"])]

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk}"
