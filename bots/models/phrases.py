"""The sentences with which a suggested reply begins and ends, in the company's voice: an admin's words."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Moment(models.TextChoices):
    """Where a sentence stands, or for whom: the states of mind are told from the last messages."""

    GREETING = "greeting", _("Greeting, by name")
    GREETING_NO_NAME = "greeting_no_name", _("Greeting, without a name")
    CALM = "calm", _("They are calm")
    THANKFUL = "thankful", _("They are thankful")
    CONFUSED = "confused", _("They are confused")
    FRUSTRATED = "frustrated", _("They are annoyed")
    ANGRY = "angry", _("They are angry")
    DISTRESSED = "distressed", _("They are sad or worried")
    HURRY = "hurry", _("They are in a hurry")
    ENDING = "ending", _("Ending")


class ReplyPhrase(models.Model):
    """One of them in one language. Agents read it before anybody else does, and change it."""

    about = models.CharField(_("when"), max_length=20, choices=Moment.choices)
    language = models.CharField(
        _("language"),
        max_length=10,
        default="en",
        help_text=_("Its code, like de, fr or es. Where a language has none, nothing is said."),
    )
    text = models.TextField(
        _("what is said"),
        max_length=500,
        help_text=_("{customer.first_name}, {agent.first_name} and {company} are filled in."),
    )

    class Meta:
        verbose_name = _("phrase of suggested replies")
        verbose_name_plural = _("phrases of suggested replies")
        ordering = ["language", "about"]
        constraints = [
            models.UniqueConstraint(
                fields=["about", "language"],
                name="reply_phrase_once_per_language",
                violation_error_message=_("There is one for this in this language already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.about} ({self.language})"
