"""How this installation's own outcomes correct the assistant's stated confidence."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Calibration(models.Model):
    """A correction of the shipped confidence: slope and intercept of its logarithm of the odds.

    At most one is active; the others are the history, by which an older stated confidence can be
    read as what it was before it was corrected.
    """

    slope = models.FloatField(_("slope"), default=1.0)
    intercept = models.FloatField(_("intercept"), default=0.0)
    outcomes = models.PositiveIntegerField(_("outcomes"), default=0)
    # [{"low", "high", "count", "stated", "corrected", "actual"}], as it was when it was made
    reliability = models.JSONField(_("reliability"), default=list)
    active = models.BooleanField(_("in use"), default=False)
    created_at = models.DateTimeField(_("made"), auto_now_add=True)

    class Meta:
        verbose_name = _("calibration")
        verbose_name_plural = _("calibrations")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["active"], condition=Q(active=True), name="calibration_one_active"
            ),
            models.CheckConstraint(condition=Q(slope__gt=0), name="calibration_keeps_the_order"),
        ]

    def __str__(self) -> str:
        return f"{self.slope:.2f}, {self.intercept:+.2f}"
