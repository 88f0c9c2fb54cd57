"""The human sentence with which a hand-over begins, for a feeling or a topic, in one language."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Opening(models.Model):
    """What is said first to somebody who is angry or grieving, or in danger: an admin's words.

    `about` is a feeling, a sensitive topic or an urgency, by the name that rules know it by.
    """

    about = models.CharField(_("when"), max_length=40)
    language = models.CharField(
        _("language"),
        max_length=10,
        default="en",
        help_text=_(
            "Its code, like de, fr or es. Where a language has none, that of the helpdesk is used."
        ),
    )
    text = models.TextField(_("what is said"), max_length=1000)
    safety = models.BooleanField(
        _("safety line"),
        default=False,
        help_text=_("Shown apart as a warning, before everything else that is said."),
    )

    class Meta:
        verbose_name = _("first sentence")
        verbose_name_plural = _("first sentences")
        ordering = ["about", "language"]
        constraints = [
            models.UniqueConstraint(
                fields=["about", "language"],
                name="opening_once_per_language",
                violation_error_message=_("There is one for this in this language already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.about} ({self.language})"
