"""Words of the search: which mean the same, which mean nothing, and which many passages have."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _


class Synonyms(models.Model):
    """Words that mean the same here: a question with one of them finds what says another."""

    words = models.CharField(
        _("words that mean the same"),
        max_length=500,
        help_text=_("With commas between them, like “parcel, package, shipment”."),
    )
    language = models.CharField(
        _("language"),
        max_length=10,
        blank=True,
        help_text=_("Empty: in articles of every language."),
    )

    class Meta:
        verbose_name = _("words that mean the same")
        verbose_name_plural = _("words that mean the same")
        ordering = ["words", "id"]

    def __str__(self) -> str:
        return self.words

    def clean(self) -> None:
        if len(listed(self.words)) < 2:
            raise ValidationError({"words": _("Give at least two words, with a comma between.")})


class IgnoredWord(models.Model):
    """A word that says nothing about what is asked, like the company's own name."""

    word = models.CharField(_("word"), max_length=100, unique=True)

    class Meta:
        verbose_name = _("word that is not searched for")
        verbose_name_plural = _("words that are not searched for")
        ordering = ["word"]

    def __str__(self) -> str:
        return self.word


class CommonWord(models.Model):
    """A word that many public passages have, as it is searched for; see common_words."""

    stemming = models.CharField(max_length=63)  # the name of PostgreSQL's configuration
    lexeme = models.TextField()
    passages = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lexeme", "stemming"], name="commonword_once")
        ]

    def __str__(self) -> str:
        return self.lexeme


def listed(words: str) -> list[str]:
    """The words of a list with commas, tidied."""
    return [tidy for word in words.split(",") if (tidy := " ".join(word.split()))]
