"""Approvals: what an agent may not decide alone, who asked for it and why, and what a lead decided."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from tickets import clock


class ApprovalKindQuerySet(models.QuerySet["ApprovalKind"]):
    def offered(self) -> ApprovalKindQuerySet:
        """Those that can be asked for, in the admin's order."""
        return self.filter(is_active=True).order_by("position", "name")


class ApprovalKind(models.Model):
    """Something that leads decide: a refund above a limit, an exception to a rule."""

    name = models.CharField(
        _("name"), max_length=60, unique=True, help_text=_("Like: Refund, or Return after 60 days.")
    )
    limit = models.DecimalField(
        _("agents decide up to"),
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        help_text=_("Above this amount a lead is asked. Empty: always, whatever the amount."),
    )
    unit = models.CharField(
        _("unit"), max_length=10, blank=True, help_text=_("Of the amount, like GBP or EUR.")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("offered"), default=True)

    objects = ApprovalKindQuerySet.as_manager()

    class Meta:
        verbose_name = _("kind of approval")
        verbose_name_plural = _("kinds of approvals")
        ordering = ["position", "name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(limit=None) | Q(limit__gte=0),
                name="approval_limit_is_no_debt",
                violation_error_message=_("A limit is zero or more."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def amount_in_words(self, amount: Decimal | float) -> str:
        """Like "1,200.00 GBP"."""
        return f"{number_format(amount, 2, force_grouping=True)} {self.unit}".strip()


class ApprovalState(models.TextChoices):
    WAITING = "waiting", _("Waits")
    APPROVED = "approved", _("Approved")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("Withdrawn")


DECIDED = (ApprovalState.APPROVED, ApprovalState.DECLINED)


class Approval(models.Model):
    """One request for one conversation. Nobody decides their own."""

    ticket = models.ForeignKey(
        "Ticket",
        verbose_name=_("ticket"),
        on_delete=models.CASCADE,
        related_name="approvals",
        db_index=False,
    )
    kind = models.ForeignKey(
        ApprovalKind, verbose_name=_("kind"), on_delete=models.PROTECT, related_name="approvals"
    )
    amount = models.DecimalField(
        _("amount"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    why = models.TextField(_("why"))
    # What the customer is told that it is about; "" if they are told nothing by the system.
    for_customer = models.CharField(_("in the customer's words"), max_length=120, blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=ApprovalState.choices, default=ApprovalState.WAITING
    )
    position = models.PositiveIntegerField()  # of the note that asks for it
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("asked by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    asked_at = models.DateTimeField(_("asked"), default=clock.now)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("decided by"),
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    words = models.TextField(_("words"), blank=True)

    class Meta:
        verbose_name = _("approval")
        verbose_name_plural = _("approvals")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["ticket", "kind"],
                condition=Q(state=ApprovalState.WAITING),
                name="approval_waits_once",
            ),
            models.CheckConstraint(
                condition=Q(state=ApprovalState.WAITING, decided_by=None, decided_at=None)
                | Q(state__in=DECIDED, decided_by__isnull=False, decided_at__isnull=False)
                | Q(
                    state=ApprovalState.WITHDRAWN,
                    decided_by=F("asked_by"),
                    decided_at__isnull=False,
                ),
                name="approval_is_decided_or_waits",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=DECIDED) | ~Q(decided_by=F("asked_by")),
                name="approval_is_decided_by_another",
            ),
            models.CheckConstraint(condition=~Q(why=""), name="approval_says_why"),
        ]
        indexes = [
            models.Index(fields=["ticket"], name="approval_of_ticket"),
            models.Index(
                fields=["asked_at"],
                condition=Q(state=ApprovalState.WAITING),
                name="approval_waiting",
            ),
        ]

    def __str__(self) -> str:
        return self.what

    @property
    def what(self) -> str:
        """Like "Refund, 120.00 GBP"."""
        if self.amount is None:
            return self.kind.name
        return f"{self.kind.name}, {self.kind.amount_in_words(self.amount)}"
