"""Segments: customers for whom saved conditions hold, under a name."""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from tickets import clock

MOST_SEGMENTS = 50


class Segment(models.Model):
    """A name and a group of the condition language. Who is in it is asked anew each time."""

    name = models.CharField(_("name"), max_length=60, unique=True)
    # By this rules, views and other segments name it; it stays what it is.
    key = models.CharField(
        _("key"), max_length=40, unique=True, validators=[RegexValidator(r"^[a-z][a-z0-9_]*\Z")]
    )
    conditions = models.JSONField(_("conditions"), default=dict)
    created_at = models.DateTimeField(default=clock.now, db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("segment")
        verbose_name_plural = _("segments")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(key__regex=r"^[a-z][a-z0-9_]*$"), name="segment_key_is_plain"
            )
        ]

    def __str__(self) -> str:
        return self.name
