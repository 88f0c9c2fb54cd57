"""Statuses that an admin adds: finer words for where a conversation stands, each in a fixed category."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class StatusCategory(models.TextChoices):
    """Where a conversation stands, as its turn, its snooze and its resolution say already."""

    OPEN = "open", _("Open")
    WAITING = "waiting", _("Waiting for the customer")
    HOLD = "hold", _("On hold")
    RESOLVED = "resolved", _("Resolved")
    CLOSED = "closed", _("Closed")


ORDER = {category: number for number, category in enumerate(StatusCategory)}


class StatusQuerySet(models.QuerySet["Status"]):
    def offered(self) -> models.QuerySet[Status]:
        """Those that can be chosen, in the admin's order."""
        return self.filter(offered=True).order_by("position", "name")


class Status(models.Model):
    """A label within a category. It never says anything else than the category does: a conversation
    that leaves the category loses it.
    """

    name = models.CharField(
        _("name"), max_length=40, unique=True, help_text=_("For agents, like “Asked for photos”.")
    )
    category = models.CharField(
        _("category"),
        max_length=10,
        choices=StatusCategory.choices,
        help_text=_("Choosing the status brings a conversation there. It stays as it is."),
    )
    customer_words = models.CharField(
        _("words for the customer"),
        max_length=80,
        blank=True,
        help_text=_("Like “Waiting for your photos”. Empty: the usual words of the category."),
    )
    position = models.PositiveSmallIntegerField(
        _("position"), default=100, help_text=_("Those with a smaller number stand first.")
    )
    offered = models.BooleanField(
        _("offered"),
        default=True,
        help_text=_("Switched off, it cannot be chosen; conversations that have it keep it."),
    )

    objects = StatusQuerySet.as_manager()

    class Meta:
        verbose_name = _("status")
        verbose_name_plural = _("statuses")
        ordering = ["position", "name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(category__in=StatusCategory.values), name="status_category_is_known"
            ),
            # What a ticket's status refers to, so that a category cannot change under its tickets.
            models.UniqueConstraint(fields=["id", "category"], name="status_with_its_category"),
        ]

    def __str__(self) -> str:
        return self.name
