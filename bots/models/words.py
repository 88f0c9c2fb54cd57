"""What the assistant says, in the company's voice: one set of texts for each language."""

from __future__ import annotations

from dataclasses import dataclass, fields

from django.db import models
from django.utils.translation import gettext_lazy as _


class Texts(models.Model):
    """The texts themselves. Empty in a language: what the settings say."""

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
    no_articles_text = models.TextField(
        _("when there are no articles in their language"),
        max_length=500,
        default="We have no help articles in %(language)s, so I am asking a colleague to help you.",
        help_text=_("Said when nothing fits and a person is asked to take over."),
    )
    nearest_text = models.TextField(
        _("before the nearest article in another language"),
        max_length=500,
        default=(
            "We have no help articles in %(language)s. The nearest one that I found is in "
            "%(other)s. If it does not help, talk to a human."
        ),
        help_text=_("Said when there are no articles in their language, and one may fit."),
    )
    thanks_text = models.TextField(
        _("after thanks"),
        max_length=500,
        default="You are welcome. If anything else comes up, just write.",
        help_text=_("Said to somebody who only says thank you, or that it is fine."),
    )
    partly_text = models.TextField(
        _("when only a part was answered"),
        max_length=500,
        default=(
            "I can answer a part of this. For the rest, a person from our team is one click away."
        ),
        help_text=_(
            "Said before an answer, with a person offered, when several things were asked."
        ),
    )

    class Meta:
        abstract = True


@dataclass(frozen=True, slots=True)
class Words:
    """The texts to use in one conversation."""

    greeting: str
    answer_intro: str
    offer_intro: str
    clarify_text: str
    no_answer_text: str
    unhelpful_text: str
    sensitive_text: str
    emergency_text: str
    other_language_text: str
    no_articles_text: str
    nearest_text: str
    thanks_text: str
    partly_text: str
    language: str  # in which they are; where an admin wrote none, that of the settings


TEXTS = tuple(field.name for field in fields(Words) if field.name != "language")


class LanguageTexts(models.Model):
    """The assistant's texts in one further language; what is left empty is said as in the settings."""

    language = models.CharField(
        _("language"),
        max_length=10,
        unique=True,
        help_text=_("Its code, like de, fr or es."),
    )
    greeting = models.TextField(_("greeting"), max_length=500, blank=True)
    answer_intro = models.TextField(_("before an answer"), max_length=500, blank=True)
    offer_intro = models.TextField(_("before a choice of articles"), max_length=500, blank=True)
    clarify_text = models.TextField(_("asking back"), max_length=500, blank=True)
    no_answer_text = models.TextField(_("when nothing was found"), max_length=500, blank=True)
    unhelpful_text = models.TextField(_("when an answer did not help"), max_length=500, blank=True)
    sensitive_text = models.TextField(
        _("before a sensitive topic goes to a person"), max_length=500, blank=True
    )
    emergency_text = models.TextField(
        _("when somebody may be in danger"), max_length=1000, blank=True
    )
    other_language_text = models.TextField(
        _("before an answer in another language"), max_length=500, blank=True
    )
    no_articles_text = models.TextField(
        _("when there are no articles in their language"), max_length=500, blank=True
    )
    nearest_text = models.TextField(
        _("before the nearest article in another language"), max_length=500, blank=True
    )
    thanks_text = models.TextField(_("after thanks"), max_length=500, blank=True)
    partly_text = models.TextField(_("when only a part was answered"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("texts in another language")
        verbose_name_plural = _("texts in other languages")
        ordering = ["language"]

    def __str__(self) -> str:
        return self.language
