"""When a person is needed: the escalation rules, their versions, and a log of every firing."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from tickets import clock
from tickets.models.handovers import Reason


class Match(models.TextChoices):
    ALL = "all", _("all of these hold")
    ANY = "any", _("any of these holds")


class EscalationRule(models.Model):
    """One rule: what must be seen at a turn, and what then happens. Evaluated before an answer.

    `match` and `conditions` are a group, see tickets.conditions; `actions` is a dict, see
    tickets.rules.
    """

    name = models.CharField(_("name"), max_length=80, unique=True)
    sentence = models.CharField(
        _("in a sentence"), max_length=300, help_text=_("What it does and why, for colleagues.")
    )
    position = models.PositiveIntegerField(_("position"), default=100)
    active = models.BooleanField(_("switched on"), default=True)
    match = models.CharField(_("when"), max_length=3, choices=Match.choices, default=Match.ALL)
    conditions = models.JSONField(_("conditions"), default=list, blank=True)
    actions = models.JSONField(_("actions"), default=dict, blank=True)
    reason = models.CharField(
        _("reason in the brief"), max_length=20, choices=Reason.choices, default=Reason.RULE
    )
    # Which of the rules that come with the helpdesk this is; empty for an admin's own.
    shipped_key = models.SlugField(max_length=40, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("escalation rule")
        verbose_name_plural = _("escalation rules")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["shipped_key"], condition=~Q(shipped_key=""), name="rule_shipped_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class EscalationRuleVersion(models.Model):
    """A rule as it was: its whole content, who saved it, and why."""

    rule = models.ForeignKey(
        EscalationRule, on_delete=models.CASCADE, related_name="versions", db_index=False
    )
    number = models.PositiveIntegerField()
    snapshot = models.JSONField()
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    note = models.CharField(_("note"), max_length=200, blank=True)
    created_at = models.DateTimeField(default=clock.now, db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("version of a rule")
        verbose_name_plural = _("versions of rules")
        ordering = ["rule", "-number"]
        constraints = [models.UniqueConstraint(fields=["rule", "number"], name="rule_version_once")]

    def __str__(self) -> str:
        return f"{self.rule_id} v{self.number}"


class RuleFiring(models.Model):
    """That a rule held for a message, with what showed it and what was done. Once per message."""

    rule = models.ForeignKey(
        EscalationRule, null=True, on_delete=models.SET_NULL, related_name="firings", db_index=False
    )
    rule_name = models.CharField(max_length=80)
    version = models.PositiveIntegerField()
    ticket = models.ForeignKey("Ticket", on_delete=models.CASCADE, related_name="firings")
    message = models.ForeignKey(
        "Message", on_delete=models.CASCADE, related_name="firings", db_index=False
    )
    decided = models.BooleanField(default=False)  # the one that handed over
    evidence = models.JSONField(default=list, blank=True)
    actions = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(default=clock.now, db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("firing of a rule")
        verbose_name_plural = _("firings of rules")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["message", "rule"], name="rule_fires_once_per_message")
        ]
        indexes = [models.Index(fields=["rule", "-id"])]

    def __str__(self) -> str:
        return f"{self.rule_name} v{self.version}"
