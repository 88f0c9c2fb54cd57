"""What an admin decides about the assistant: whether it answers, how sure it must be, its words."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from bots.models.words import TEXTS, LanguageTexts, Texts, Words


class AssistantSettings(Texts):
    """The one row of the assistant's settings.

    Nothing here can take away "Talk to a human": with the assistant off, every conversation
    simply goes to a person at once.
    """

    enabled = models.BooleanField(
        _("the assistant answers"),
        default=True,
        help_text=_("Off: every conversation goes to a person at once."),
    )
    answer_threshold = models.FloatField(
        _("answers from"),
        default=0.65,
        validators=[MinValueValidator(0.0), MaxValueValidator(1.0)],
        help_text=_(
            "How likely, from 0 to 1, a section of an article must be the one that answers before the "
            "assistant quotes it. Higher: fewer answers, more of them right, more work for people."
        ),
    )
    offer_threshold = models.FloatField(
        _("offers articles from"),
        default=0.15,
        validators=[MinValueValidator(0.0), MaxValueValidator(1.0)],
        help_text=_(
            "Between this and the value above, the assistant does not answer but shows up to three "
            "articles to choose from. Below it, it says that it found nothing and offers a person."
        ),
    )
    ask_back = models.BooleanField(
        _("asks back once"),
        default=True,
        help_text=_(
            "When it found nothing, the assistant may ask once in a conversation to put the "
            "question differently. Off: it offers a person right away."
        ),
    )

    calibration_step = models.FloatField(
        _("corrects itself by up to"),
        default=0.05,
        validators=[MinValueValidator(0.0), MaxValueValidator(1.0)],
        help_text=_(
            "Every Monday it corrects how sure it says it is by what became of its answers. This is "
            "by how much the share of answers may change without being asked: 0.05 is five of a "
            "hundred. What would change more waits on the page “How sure it is”."
        ),
    )

    class Meta:
        verbose_name = _("assistant settings")
        verbose_name_plural = _("assistant settings")
        constraints = [
            models.CheckConstraint(condition=models.Q(pk=1), name="assistant_settings_one_row"),
            models.CheckConstraint(
                condition=models.Q(offer_threshold__gt=0)
                & models.Q(answer_threshold__gt=models.F("offer_threshold"))
                & models.Q(answer_threshold__lte=1),
                name="assistant_offers_before_it_answers",
                violation_error_message=_(
                    "The assistant must offer articles from a lower value than it answers from: "
                    "0 < “offers articles from” < “answers from” ≤ 1."
                ),
            ),
        ]

    def __str__(self) -> str:
        return str(self._meta.verbose_name)

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.pk = 1
        super().save(*args, **kwargs)

    @classmethod
    def load(cls) -> AssistantSettings:
        """The settings row. The first migration made it, so it is there in every installation."""
        return cls.objects.get(pk=1)

    def words(self, language: str = "") -> Words:
        """The texts in a language (an ISO code), as far as an admin wrote them in it."""
        own = None
        if language and language[:2] != settings.LANGUAGE_CODE[:2]:
            own = LanguageTexts.objects.filter(language__in=[language, language[:2]]).first()
        texts = {name: getattr(own, name, "") or getattr(self, name) for name in TEXTS}
        return Words(**texts, language=own.language if own else settings.LANGUAGE_CODE)
