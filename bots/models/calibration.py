"""How this installation's own outcomes correct the assistant's stated confidence."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Calibration(models.Model):
    """A correction of the shipped confidence: slope and intercept of its logarithm of the odds.

    At most one is in use, and at most one waits for an admin's yes. Those that were in use are the
    history, by which an older stated confidence can be read as what it was before it was corrected.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Waits for a yes")
        ACTIVE = "active", _("In use")
        PAST = "past", _("Was in use")
        DISMISSED = "dismissed", _("Dismissed")

    slope = models.FloatField(_("slope"), default=1.0)
    intercept = models.FloatField(_("intercept"), default=0.0)
    outcomes = models.PositiveIntegerField(_("outcomes"), default=0)
    # [{"low", "high", "count", "stated", "corrected", "actual"}], as it was when it was made
    reliability = models.JSONField(_("reliability"), default=list)
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.PROPOSED
    )
    created_at = models.DateTimeField(_("made"), auto_now_add=True)
    used_from = models.DateTimeField(_("in use from"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("calibration")
        verbose_name_plural = _("calibrations")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["state"], condition=Q(state="active"), name="calibration_one_in_use"
            ),
            models.UniqueConstraint(
                fields=["state"], condition=Q(state="proposed"), name="calibration_one_waits"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["proposed", "dismissed"]) | Q(used_from__isnull=False),
                name="calibration_used_from_some_time",
            ),
            models.CheckConstraint(condition=Q(slope__gt=0), name="calibration_keeps_the_order"),
        ]

    def __str__(self) -> str:
        return f"{self.slope:.2f}, {self.intercept:+.2f}"

    @property
    def correction(self) -> tuple[float, float]:
        return self.slope, self.intercept
