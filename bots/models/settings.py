"""What an admin decides about the assistant: whether it answers, how sure it must be, its words."""

from __future__ import annotations

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _


class AssistantSettings(models.Model):
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
            "How likely, from 0 to 1, an article must be the right one before the assistant "
            "answers from it. Higher: fewer answers, more of them right, more work for people."
        ),
    )
    offer_threshold = models.FloatField(
        _("offers articles from"),
        default=0.30,
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
    greeting = models.TextField(
        _("greeting"),
        max_length=500,
        default="Hello. I look things up in our help articles. What would you like to know?",
        help_text=_("Said to somebody who only says hello."),
    )
    answer_intro = models.TextField(
        _("before an answer"),
        max_length=500,
        default="This is what our help articles say:",
        help_text=_("Stands before the passage of the article that answers."),
    )
    offer_intro = models.TextField(
        _("before a choice of articles"),
        max_length=500,
        default="I am not sure which of these you need. Does one of them fit?",
        help_text=_("Stands before the articles to choose from."),
    )
    clarify_text = models.TextField(
        _("asking back"),
        max_length=500,
        default="I did not find that in our articles. Could you put it differently?",
        help_text=_("Said at most once in a conversation, and only if it asks back."),
    )
    no_answer_text = models.TextField(
        _("when nothing was found"),
        max_length=500,
        default="Our articles do not answer this, so I am asking a colleague to help you.",
        help_text=_("Said when no article fits and a person is asked to take over."),
    )
    unhelpful_text = models.TextField(
        _("when an answer did not help"),
        max_length=500,
        default=(
            "I am sorry that this did not help. Tell me a little more, in other words, "
            "or talk to a human."
        ),
        help_text=_("Said after the first “It didn't”. After the second, a person takes over."),
    )

    sensitive_text = models.TextField(
        _("before a sensitive topic goes to a person"),
        max_length=500,
        default="Thank you for telling us. This is for a person, so I am asking a colleague.",
        help_text=_("The assistant does not answer these; it acknowledges and hands over."),
    )
    emergency_text = models.TextField(
        _("when somebody may be in danger"),
        max_length=1000,
        default=(
            "If you or somebody else is in danger, please call your local emergency number now. "
            "You are not alone with this: a person from our team is being asked to join."
        ),
        help_text=_("Shown at once when a message sounds like self-harm or danger."),
    )
    other_language_text = models.TextField(
        _("before an answer in another language"),
        max_length=500,
        default="I only found this in %(language)s:",
        help_text=_("Said when the article is not in the customer's language."),
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
