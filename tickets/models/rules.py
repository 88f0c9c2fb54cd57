"""When something has to happen: the rules, their versions, and a log of every firing.

One kind of rule is asked before each answer of the assistant, and says when a person is needed
(escalation). The others are set off by an event, or by time that goes by (automation).
"""

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


class Trigger(models.TextChoices):
    """What makes a rule be looked at."""

    TURN = "turn", _("the assistant is about to answer")
    OPENED = "opened", _("a conversation is opened")
    CUSTOMER_WROTE = "customer_wrote", _("the customer writes")
    AGENT_REPLIED = "agent_replied", _("an agent replies")
    PERSON_ASKED = "person_asked", _("a person is asked for")
    ASSIGNED = "assigned", _("somebody gets or loses the conversation")
    CHANGED = "changed", _("a property or the team changes")
    SNOOZE_OVER = "snooze_over", _("a conversation comes back that was put aside")
    RESOLVED = "resolved", _("a conversation is resolved or closed")
    REOPENED = "reopened", _("a conversation is reopened")
    RATED = "rated", _("the customer rates the conversation")
    SLA_WARNED = "sla_warned", _("a promise is near its end")
    SLA_BREACHED = "sla_breached", _("a promise is broken")
    TIME = "time", _("time goes by")


class Stopped(models.TextChoices):
    """Why a rule that held did nothing."""

    LOOP = "loop", _("It had set itself off.")
    CHAIN = "chain", _("Too many rules had set off one another.")
    FAILED = "failed", _("It could not do what it says.")


class EscalationRule(models.Model):
    """One rule: what sets it off, what must hold then, and what happens.

    `match` and `conditions` are a group, see tickets.conditions; `actions` is a dict, see
    tickets.rules.
    """

    name = models.CharField(_("name"), max_length=80, unique=True)
    sentence = models.CharField(
        _("in a sentence"), max_length=300, help_text=_("What it does and why, for colleagues.")
    )
    trigger = models.CharField(
        _("looked at when"),
        max_length=20,
        choices=Trigger.choices,
        default=Trigger.TURN,
        db_default=Trigger.TURN,
    )
    position = models.PositiveIntegerField(_("position"), default=100)
    active = models.BooleanField(_("switched on"), default=True)
    match = models.CharField(_("when"), max_length=3, choices=Match.choices, default=Match.ALL)
    conditions = models.JSONField(_("conditions"), default=list, blank=True)
    actions = models.JSONField(_("actions"), default=dict, blank=True)
    # What follows is asked of rules that an event or time sets off.
    once = models.BooleanField(_("once for each conversation"), default=True, db_default=True)
    last = models.BooleanField(_("no later rule after it"), default=False, db_default=False)
    reason = models.CharField(
        _("reason in the brief"), max_length=20, choices=Reason.choices, default=Reason.RULE
    )
    # Which of the rules that come with the helpdesk this is; empty for an admin's own.
    shipped_key = models.SlugField(max_length=40, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("rule")
        verbose_name_plural = _("rules")
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
    """That a rule held, with what showed it and what was done.

    For a `message` where the rule was asked before the assistant's answer, once; else on an
    `occasion`: "" of a rule that acts once for each conversation, else what set it off.
    """

    rule = models.ForeignKey(
        EscalationRule, null=True, on_delete=models.SET_NULL, related_name="firings", db_index=False
    )
    rule_name = models.CharField(max_length=80)
    version = models.PositiveIntegerField()
    ticket = models.ForeignKey("Ticket", on_delete=models.CASCADE, related_name="firings")
    message = models.ForeignKey(
        "Message", on_delete=models.CASCADE, related_name="firings", db_index=False, null=True
    )
    decided = models.BooleanField(default=False)  # the one that handed over
    evidence = models.JSONField(default=list, blank=True)
    actions = models.JSONField(default=dict, blank=True)
    trigger = models.CharField(
        max_length=20, choices=Trigger.choices, default=Trigger.TURN, db_default=Trigger.TURN
    )
    occasion = models.CharField(max_length=40, blank=True, db_default="")
    # The positions in the conversation of the events that it brought about: after the one, to the other.
    after_position = models.PositiveIntegerField(null=True)
    to_position = models.PositiveIntegerField(null=True)
    # The firing whose doing set it off.
    cause = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="+")
    stopped = models.CharField(max_length=10, choices=Stopped.choices, blank=True, db_default="")
    trouble = models.CharField(max_length=300, blank=True, db_default="")
    created_at = models.DateTimeField(default=clock.now, db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("firing of a rule")
        verbose_name_plural = _("firings of rules")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["message", "rule"], name="rule_fires_once_per_message"),
            models.UniqueConstraint(
                fields=["ticket", "rule", "occasion"],
                condition=Q(message=None),
                name="rule_fires_once_per_occasion",
            ),
            models.CheckConstraint(
                condition=Q(trigger=Trigger.TURN) ^ Q(message=None),
                name="rule_firing_of_a_turn_has_a_message",
            ),
        ]
        indexes = [
            models.Index(fields=["rule", "-id"]),
            models.Index(
                fields=["-id"], condition=~Q(stopped=""), name="rule_firing_that_was_stopped"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule_name} v{self.version}"
