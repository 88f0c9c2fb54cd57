"""Detectors: what the assistant notices in a sentence because it was shown examples."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _


class Detector(models.Model):
    """Something to notice in a sentence. Those that come with the helpdesk have examples in code,
    to which an admin's and the agents' corrections are added.
    """

    class Kind(models.TextChoices):
        SENSITIVE = "sensitive", _("Sensitive: a topic for people")
        SIGNAL = "signal", _("Signal: something that rules look at")
        TOPIC = "topic", _("Topic: what it is about, for routing")
        TASK = "task", _("Task: something that the assistant can do")

    slug = models.SlugField(_("short name"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.SENSITIVE)
    description = models.CharField(_("what it notices"), max_length=300, blank=True)
    threshold = models.FloatField(
        _("notices from"),
        default=0.5,
        validators=[MinValueValidator(0.0), MaxValueValidator(1.0)],
        help_text=_("From 0 to 1. Higher: it notices less, and is wrong less often."),
    )
    active = models.BooleanField(_("switched on"), default=True)
    shipped = models.BooleanField(default=False, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("detector")
        verbose_name_plural = _("detectors")
        ordering = ["kind", "name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(threshold__range=(0, 1)), name="detector_threshold_in_range"
            )
        ]

    def __str__(self) -> str:
        return self.name


class DetectorExample(models.Model):
    """A sentence that a detector should notice, or should not."""

    class Source(models.TextChoices):
        ADMIN = "admin", _("An admin")
        CORRECTION = "correction", _("An agent's correction")

    detector = models.ForeignKey(
        Detector, on_delete=models.CASCADE, related_name="examples", db_index=False
    )
    text = models.CharField(_("sentence"), max_length=500)
    positive = models.BooleanField(_("should be noticed"), default=True)
    source = models.CharField(
        _("from"), max_length=10, choices=Source.choices, default=Source.ADMIN
    )
    message = models.ForeignKey(
        "tickets.Message", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("example")
        verbose_name_plural = _("examples")
        ordering = ["detector", "-positive", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["detector", "text"], name="detector_example_once")
        ]

    def __str__(self) -> str:
        return self.text
