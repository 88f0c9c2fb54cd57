"""Systems that are told what happens in tickets, and each thing that they were told."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tickets import clock
from tickets.models.events import EventKind
from tickets.models.ways_in import SealedField

KEPT_FOR = timedelta(days=30)
FORGET_AT_ONCE = 5000  # rows


class WebhookState(models.TextChoices):
    ACTIVE = "active", _("Sends")
    PAUSED = "paused", _("Paused, since nothing was taken for a day")
    OFF = "off", _("Switched off")


class WebhookQuerySet(models.QuerySet["Webhook"]):
    def locked(self, webhook: Webhook) -> Webhook:
        """The row as it is now, locked until the transaction ends."""
        return self.select_for_update(no_key=True).get(pk=webhook.pk)

    def claim(self, *, most: int, lease: timedelta) -> list[Webhook]:
        """Take those that may be sent something now, the longest waiting first, each for a while.

        What another process takes is passed over. One that dies lets its lease run out.
        """
        now = timezone.now()
        claimed = self.raw(
            f"""
            UPDATE {self.model._meta.db_table} SET due_at = %s
            WHERE id = ANY(ARRAY(
                SELECT id FROM {self.model._meta.db_table} WHERE state = 'active' AND due_at <= %s
                ORDER BY due_at, id LIMIT %s FOR UPDATE SKIP LOCKED
            )) RETURNING *
            """,  # noqa: S608 - the name of our own table
            [now + lease, now, most],
        )
        return list(claimed)

    def rests(self, webhook: Webhook, until: datetime) -> None:
        """It is done with for now, by whoever had taken it until `webhook.due_at`."""
        self.filter(pk=webhook.pk, due_at=webhook.due_at).update(due_at=until)

    def extend(self, webhook: Webhook, lease: timedelta) -> bool:
        """Keep it for longer; False if the lease ran out and another has it, or it is not to be sent to."""
        until = timezone.now() + lease
        own = self.filter(pk=webhook.pk, due_at=webhook.due_at, state=WebhookState.ACTIVE)
        if not own.update(due_at=until):
            return False
        webhook.due_at = until
        return True


class Webhook(models.Model):
    """Who is told, of what, and how far that is. Nothing is sent without a secret."""

    name = models.CharField(_("name"), max_length=80)
    address = models.CharField(
        _("address"),
        max_length=500,
        help_text=_("Where it is sent, like https://example.com/hooks/helpdesk."),
    )
    kinds = ArrayField(
        models.CharField(max_length=30, choices=EventKind.choices),
        verbose_name=_("told of"),
        default=list,
        blank=True,
    )
    for_staff = models.BooleanField(
        _("what agents do among themselves, too"),
        default=False,
        help_text=_("That a note was written, a macro applied, a fact noted. Never what it says."),
    )
    # What the search box understands, and the conditions that it means.
    narrowing = models.CharField(
        _("only of tickets like"),
        max_length=400,
        blank=True,
        help_text=_(
            "As in the search of agents, without words: team:billing priority:>=high tag:refund. What "
            "counts is how the ticket is when it is sent. Empty: all tickets."
        ),
    )
    conditions = models.JSONField(default=dict, blank=True, editable=False)
    allowed_networks = models.TextField(
        _("networks of our own"),
        blank=True,
        help_text=_(
            "Addresses in private networks are refused. If it stands in one, name that here, one on "
            "a line, like 10.20.0.0/16. Only there it may be sent without encryption."
        ),
    )
    secret = SealedField(_("secret"), blank=True, editable=False)
    # Good beside the newer one until the other side knows that.
    previous_secret = SealedField(blank=True, editable=False)
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=WebhookState.choices,
        default=WebhookState.OFF,
        editable=False,
    )
    trouble = models.CharField(_("problem"), max_length=300, blank=True, editable=False)
    # How far in the feed it was told; "" before it is switched on for the first time.
    cursor = models.CharField(max_length=200, blank=True, editable=False)
    failures = models.PositiveIntegerField(default=0, editable=False)  # one after another
    failing_since = models.DateTimeField(null=True, blank=True, editable=False)
    due_at = models.DateTimeField(default=clock.now, db_default=Now(), editable=False)

    objects = WebhookQuerySet.as_manager()

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=WebhookState.values), name="webhook_state_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(state=WebhookState.ACTIVE) | ~Q(secret="") & ~Q(cursor=""),
                name="webhook_that_sends_has_a_secret_and_a_place",
            ),
            models.CheckConstraint(
                condition=Q(failures=0, failing_since=None)
                | Q(failures__gt=0, failing_since__isnull=False),
                name="webhook_fails_since_some_time_or_not",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def networks(self) -> list[str]:
        return self.allowed_networks.split()


class WebhookDeliveryState(models.TextChoices):
    DUE = "due", _("To be sent")
    DONE = "done", _("Taken")
    FAILED = "failed", _("Given up")


class WebhookDeliveryQuerySet(models.QuerySet["WebhookDelivery"]):
    def next_of(self, webhook: Webhook, *, most: int) -> list[WebhookDelivery]:
        """What may be sent to it now, of each ticket the earliest: the others wait for that."""
        due = self.filter(webhook=webhook, state=WebhookDeliveryState.DUE)
        earlier = due.filter(ticket=OuterRef("ticket"), pk__lt=OuterRef("pk"))
        ready = due.filter(~Exists(earlier), due_at__lte=timezone.now())
        return list(ready.order_by("pk")[:most])

    def how_many_due(self, webhook: Webhook, *, most: int) -> int:
        """How many wait to be sent; counting stops at `most`."""
        due = self.filter(webhook=webhook, state=WebhookDeliveryState.DUE)
        return due.order_by().values("pk")[:most].count()

    @transaction.atomic
    def forget_old(self) -> int:
        """Forget what was sent, or given up, long ago; some at a time. How many."""
        over = self.filter(created_at__lt=timezone.now() - KEPT_FOR)
        over = over.exclude(state=WebhookDeliveryState.DUE).order_by("created_at")
        return self.filter(
            pk__in=list(over.values_list("pk", flat=True)[:FORGET_AT_ONCE])
        ).delete()[0]

    def narrowed(self, webhook: Webhook, since: datetime, until: datetime) -> Self:
        """What happened in a period, as far as it is in the log."""
        return self.filter(
            webhook=webhook, event__created_at__gte=since, event__created_at__lt=until
        )


class WebhookDelivery(models.Model):
    """One event for one webhook, however often it has to be sent. Its number is the same each time."""

    webhook = models.ForeignKey(
        Webhook,
        verbose_name=_("webhook"),
        on_delete=models.CASCADE,
        related_name="deliveries",
        db_index=False,
    )
    # Neither of a test.
    event = models.ForeignKey(
        "Event", verbose_name=_("event"), on_delete=models.PROTECT, related_name="+", null=True
    )
    ticket = models.ForeignKey(
        "Ticket", verbose_name=_("ticket"), on_delete=models.CASCADE, related_name="+", null=True
    )
    number = models.CharField(_("number"), max_length=64)
    body = models.TextField(_("what is sent"))
    state = models.CharField(
        _("what came of it"),
        max_length=10,
        choices=WebhookDeliveryState.choices,
        default=WebhookDeliveryState.DUE,
    )
    due_at = models.DateTimeField(_("next attempt"), default=clock.now)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    status = models.PositiveSmallIntegerField(_("status"), null=True, blank=True)
    answer = models.TextField(_("answer"), blank=True)
    problem = models.CharField(_("problem"), max_length=300, blank=True)
    milliseconds = models.PositiveIntegerField(_("milliseconds"), default=0)
    created_at = models.DateTimeField(_("when"), default=clock.now)
    tried_at = models.DateTimeField(_("last attempt"), null=True, blank=True)

    objects = WebhookDeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery of a webhook")
        verbose_name_plural = _("deliveries of webhooks")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["webhook", "event"], name="webhook_delivery_once"),
            models.CheckConstraint(
                condition=Q(state__in=WebhookDeliveryState.values),
                name="webhook_delivery_state_is_known",
            ),
            models.CheckConstraint(
                condition=Q(event=None, ticket=None) | Q(event__isnull=False, ticket__isnull=False),
                name="webhook_delivery_of_an_event_has_its_ticket",
            ),
        ]
        indexes = [
            models.Index(
                fields=["webhook", "ticket", "id"],
                condition=Q(state="due"),
                name="webhook_delivery_due",
            ),
            models.Index(fields=["created_at"], name="webhook_delivery_old"),
        ]

    def __str__(self) -> str:
        return f"{self.webhook} {self.number}"
