"""What customers say of a conversation once it is over."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from tickets import clock
from tickets.models.tickets import Ticket


class Rating(models.Model):
    """What the customer says of it at the end: was it good, and was it easy."""

    ticket = models.OneToOneField(Ticket, on_delete=models.CASCADE, related_name="rating")
    satisfaction = models.PositiveSmallIntegerField(_("satisfaction"))
    effort = models.PositiveSmallIntegerField(_("ease"))
    comment = models.TextField(_("comment"), blank=True)
    created_at = models.DateTimeField(default=clock.now, db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("rating")
        verbose_name_plural = _("ratings")
        constraints = [
            models.CheckConstraint(
                condition=Q(satisfaction__range=(1, 5), effort__range=(1, 5)),
                name="rating_from_one_to_five",
            )
        ]
        indexes = [
            models.Index(fields=["created_at", "id"], name="rating_by_time"),
            models.Index(
                fields=["-created_at"], condition=~Q(comment=""), name="rating_with_a_comment"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.satisfaction}/{self.effort}"
