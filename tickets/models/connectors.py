"""Systems of the company that can be asked (a shop, a booking system), what they can do, and each call."""

from __future__ import annotations

import re
from datetime import timedelta

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tickets import clock
from tickets.models.ways_in import SealedField

KEPT_FOR = timedelta(days=90)
FORGET_AT_ONCE = 5000  # rows
PATH = re.compile(r"[A-Za-z_][\w-]*(\.[\w-]+)*", re.ASCII)  # of a value in an answer


class Connector(models.Model):
    """A system that is asked by signed calls (Standard Webhooks), and how patiently."""

    key = models.SlugField(
        _("key"), max_length=40, unique=True, help_text=_("A short name without spaces, like shop.")
    )
    name = models.CharField(
        _("name"), max_length=80, help_text=_("As customers know it: it is named as the source.")
    )
    address = models.CharField(
        _("address"),
        max_length=500,
        help_text=_("Where its calls go, like https://shop.example.com/helpdesk/."),
    )
    secret = SealedField(_("secret"), blank=True)
    # Good beside the newer one until the other side knows that.
    previous_secret = SealedField(blank=True)
    seconds = models.PositiveSmallIntegerField(
        _("seconds for an answer"),
        default=5,
        validators=[MinValueValidator(1), MaxValueValidator(20)],
        help_text=_("A customer waits that long."),
    )
    attempts = models.PositiveSmallIntegerField(
        _("attempts"),
        default=2,
        validators=[MinValueValidator(1), MaxValueValidator(4)],
        help_text=_("A call is repeated with the same number, so that nothing is done twice."),
    )
    allowed_networks = models.TextField(
        _("networks of our own"),
        blank=True,
        help_text=_(
            "Addresses in private networks are refused. If it stands in one, name that here, one on "
            "a line, like 10.20.0.0/16. Only there it may be asked without encryption."
        ),
    )
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("connector")
        verbose_name_plural = _("connectors")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(seconds__range=(1, 20), attempts__range=(1, 4)),
                name="connector_is_patient_but_not_for_ever",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def networks(self) -> list[str]:
        return self.allowed_networks.split()


class Operation(models.Model):
    """One thing that a connector can be asked for."""

    connector = models.ForeignKey(
        Connector,
        verbose_name=_("connector"),
        on_delete=models.CASCADE,
        related_name="operations",
        db_index=False,
    )
    key = models.SlugField(_("key"), max_length=40, help_text=_("Like find_order."))
    path = models.CharField(
        _("path"),
        max_length=200,
        blank=True,
        validators=[RegexValidator(r"^[A-Za-z0-9_./-]*$")],
        help_text=_("After the connector's address, like orders/find."),
    )
    changes = models.BooleanField(
        _("changes something"),
        default=False,
        help_text=_("It is never done twice, and its answer is not kept for others."),
    )
    values = models.JSONField(
        _("values"), default=dict, blank=True, help_text=_("Which values of the answer are taken.")
    )
    rows_path = models.CharField(
        _("list"), max_length=200, blank=True, help_text=_("Where a list of things stands in it.")
    )
    owner_path = models.CharField(
        _("owner"),
        max_length=200,
        blank=True,
        help_text=_("Where the e-mail address or the number of the customer stands in it."),
    )
    cache_seconds = models.PositiveIntegerField(
        _("kept for seconds"),
        default=0,
        validators=[MaxValueValidator(3600)],
        help_text=_("So long the same question is not asked again. 0: it is always asked."),
    )
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("operation")
        verbose_name_plural = _("operations")
        ordering = ["connector", "key"]
        constraints = [
            models.UniqueConstraint(fields=["connector", "key"], name="operation_key_once"),
            models.CheckConstraint(
                condition=Q(changes=False) | Q(cache_seconds=0),
                name="operation_that_changes_is_not_cached",
                violation_error_message=_("What changes something is asked each time: enter 0."),
            ),
            models.CheckConstraint(
                condition=Q(cache_seconds__lte=3600), name="operation_cache_is_short"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.connector}: {self.key}"


class ConnectorCallState(models.TextChoices):
    """What came of a call. `uncertain` is said of a change of which nobody knows whether it was made."""

    PENDING = "pending", _("Under way")
    DONE = "done", _("Answered")
    NOT_FOUND = "not_found", _("Nothing there")
    REFUSED = "refused", _("Refused")
    FAILED = "failed", _("Failed")
    UNAVAILABLE = "unavailable", _("Not asked")
    UNCERTAIN = "uncertain", _("Not known")


# What may still change: the other side is asked what became of it.
OPEN_CALLS = (ConnectorCallState.PENDING, ConnectorCallState.UNCERTAIN)


class ConnectorCallQuerySet(models.QuerySet["ConnectorCall"]):
    def forget_old(self) -> int:
        """Forget calls whose time is over, some at a time; returns how many."""
        over = self.filter(created_at__lt=clock.now() - KEPT_FOR).order_by("created_at")
        return self.filter(
            pk__in=list(over.values_list("pk", flat=True)[:FORGET_AT_ONCE])
        ).delete()[0]


class ConnectorCall(models.Model):
    """One call, however often it had to be sent. Its number is the same each time."""

    operation = models.ForeignKey(
        Operation,
        verbose_name=_("operation"),
        on_delete=models.CASCADE,
        related_name="calls",
        db_index=False,
    )
    number = models.CharField(_("number"), max_length=64)
    ticket = models.ForeignKey(
        "Ticket",
        verbose_name=_("ticket"),
        on_delete=models.SET_NULL,
        related_name="connector_calls",
        null=True,
        blank=True,
    )
    inputs = models.JSONField(_("asked with"), default=dict)
    state = models.CharField(
        _("what came of it"),
        max_length=12,
        choices=ConnectorCallState.choices,
        default=ConnectorCallState.PENDING,
    )
    rows = models.JSONField(_("answer"), default=list)
    problem = models.CharField(_("problem"), max_length=300, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    milliseconds = models.PositiveIntegerField(_("milliseconds"), default=0)
    created_at = models.DateTimeField(_("when"), default=clock.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = ConnectorCallQuerySet.as_manager()

    class Meta:
        verbose_name = _("call")
        verbose_name_plural = _("calls of connectors")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["operation", "number"], name="connector_call_once"),
            models.CheckConstraint(
                condition=Q(state__in=ConnectorCallState.values),
                name="connector_call_state_is_known",
            ),
            models.CheckConstraint(
                condition=Q(state=ConnectorCallState.PENDING, ended_at=None)
                | (~Q(state=ConnectorCallState.PENDING) & Q(ended_at__isnull=False)),
                name="connector_call_ended_or_not",
            ),
        ]
        indexes = [
            models.Index(fields=["created_at"], name="connector_call_old"),
        ]

    def __str__(self) -> str:
        return f"{self.operation} {self.number}"
