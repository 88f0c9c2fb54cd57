"""That two customers are one person, as an agent said, with all that is needed to part them again."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from tickets import clock
from tickets.models.customers import Customer


class CustomerMerge(models.Model):
    """One merge. It stays when it was taken back.

    `changed` is what it wrote, for each of the two by their key: `{key: {column: [before, after]}}`.
    """

    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="merges", verbose_name=_("merged")
    )
    into = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="+", verbose_name=_("into")
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    changed = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=clock.now, db_default=Now(), editable=False)
    parted_at = models.DateTimeField(null=True, blank=True)
    parted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )

    class Meta:
        verbose_name = _("merge of customers")
        verbose_name_plural = _("merges of customers")
        constraints = [
            models.UniqueConstraint(
                fields=["customer"], condition=Q(parted_at=None), name="customer_merged_once"
            ),
            models.CheckConstraint(
                condition=~Q(customer=models.F("into")), name="customer_merge_of_two"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} > {self.into_id}"
