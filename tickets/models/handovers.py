"""The hand-over: why a person was asked for, and the brief that they get."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from tickets import clock
from tickets.models.identity import Identity


class Reason(models.TextChoices):
    ASKED = "asked", _("Asked for a person")
    ANGER = "anger", _("Upset")
    UNHELPFUL = "unhelpful", _("A second answer did not help")
    NO_ARTICLE = "no_article", _("No article covers it")
    NOT_UNDERSTOOD = "not_understood", _("Still unclear after asking back")
    ONLY_FILES = "only_files", _("Sent only files, which the assistant cannot read")
    SENSITIVE = "sensitive", _("A topic for people")
    FAILED = "failed", _("The assistant failed")
    TOO_SLOW = "too_slow", _("The assistant took too long")
    CHANNEL = "channel", _("Came by a channel that people answer")
    TAKEN_OVER = "taken_over", _("An agent took over")
    TRANSFERRED = "transferred", _("Transferred by an agent")
    REOPENED = "reopened", _("Not solved, the customer says")
    CONFUSED = "confused", _("Confused more than once")
    REPEATED = "repeated", _("Had to say the same again")
    CANCELS = "cancels", _("Wants to cancel")
    DISPUTE = "dispute", _("Disputes a bill")
    URGENT = "urgent", _("Urgent")
    IMPORTANT = "important", _("An important customer in trouble")
    PREFERENCE = "preference", _("Prefers a person")
    TASK = "task", _("Something that the assistant began needs a person")
    UNSURE = "unsure", _("The assistant was not sure enough")
    RULE = "rule", _("A rule")


class HandOver(models.Model):
    """One request for a person. The brief is written with it, before anyone is told, and frozen."""

    ticket = models.ForeignKey("Ticket", on_delete=models.CASCADE, related_name="handovers")
    reason = models.CharField(_("reason"), max_length=20, choices=Reason.choices)
    detail = models.CharField(_("detail"), max_length=300, blank=True)
    team = models.ForeignKey("Team", on_delete=models.PROTECT, related_name="+", db_index=False)

    wants = models.CharField(_("wants"), max_length=400, blank=True)
    tried = models.CharField(_("tried"), max_length=400, blank=True)
    why = models.CharField(_("why a person"), max_length=400, blank=True)
    feeling = models.CharField(_("feeling"), max_length=20, blank=True)
    facts = models.JSONField(default=list, blank=True)
    articles = models.JSONField(default=list, blank=True)
    # Each line of the brief with the messages it was taken from:
    # {"kind": wants | tried | why | fact | feeling, "text", "positions": [...]}.
    statements = models.JSONField(default=list, blank=True)
    feeling_start = models.CharField(max_length=20, blank=True)
    identity = models.CharField(max_length=10, choices=Identity.choices, blank=True)
    language = models.CharField(max_length=10, blank=True)
    # The place in the conversation up to which the brief was written: what came later is told apart.
    read_to = models.PositiveIntegerField(default=0, editable=False)
    skill = models.CharField(_("skill"), max_length=40, blank=True)
    rule = models.ForeignKey(
        "RuleFiring", null=True, blank=True, on_delete=models.SET_NULL, related_name="handovers"
    )
    evidence = models.JSONField(default=list, blank=True)

    asked_at = models.DateTimeField(default=clock.now, db_default=Now(), editable=False)
    # Until when at the latest the customer was told to expect somebody; None if nothing was said.
    promised_at = models.DateTimeField(null=True, blank=True, editable=False)
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
    )
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("hand-over")
        verbose_name_plural = _("hand-overs")
        ordering = ["ticket", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["ticket"],
                condition=Q(ended_at__isnull=True),
                name="handover_one_open_per_ticket",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True, accepted_by__isnull=True)
                | Q(accepted_at__isnull=False, accepted_by__isnull=False),
                name="handover_accepted_by_somebody",
            ),
        ]
        indexes = [
            models.Index(fields=["team", "-accepted_at"]),
            # The promises that are still to be kept.
            models.Index(
                fields=["promised_at"],
                condition=Q(
                    promised_at__isnull=False, accepted_at__isnull=True, ended_at__isnull=True
                ),
                name="handover_promised",
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_reason_display())

    @property
    def nothing_was_written(self) -> bool:
        """Whether the brief has no words of the customer's, and only says so."""
        return bool(self.statements) and all(one["kind"] != "wants" for one in self.statements)
