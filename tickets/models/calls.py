"""A telephone call, as the agent who had it wrote it down: a note with who called whom, and for how long."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, URLValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

MOST_MINUTES = 24 * 60


class Direction(models.TextChoices):
    INCOMING = "incoming", _("They called us")
    OUTGOING = "outgoing", _("We called them")


class CallOutcome(models.TextChoices):
    TALKED = "talked", _("Talked")
    VOICEMAIL = "voicemail", _("Left a message")
    NO_ANSWER = "no_answer", _("Nobody answered")


class Call(models.Model):
    """What stands beside the note that says what was talked about."""

    note = models.OneToOneField(
        "Note", on_delete=models.CASCADE, primary_key=True, related_name="call"
    )
    direction = models.CharField(_("direction"), max_length=10, choices=Direction.choices)
    outcome = models.CharField(_("outcome"), max_length=10, choices=CallOutcome.choices)
    minutes = models.PositiveSmallIntegerField(
        _("minutes"), default=0, validators=[MaxValueValidator(MOST_MINUTES)]
    )
    recording = models.CharField(
        _("recording"),
        max_length=500,
        blank=True,
        validators=[URLValidator(schemes=["https"])],
    )

    class Meta:
        verbose_name = _("telephone call")
        verbose_name_plural = _("telephone calls")
        constraints = [
            models.CheckConstraint(
                condition=Q(direction__in=Direction.values, outcome__in=CallOutcome.values)
                & Q(minutes__lte=MOST_MINUTES),
                name="call_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.direction} {self.minutes} min"
