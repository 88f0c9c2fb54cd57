"""Fields that an admin adds to conversations, customers and organisations; the values stand there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from math import isfinite
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

LONGEST_TEXT = 300
MOST_OPTIONS = 50


class About(models.TextChoices):
    """What a field describes."""

    TICKET = "ticket", gettext_lazy("Conversation")
    CUSTOMER = "customer", gettext_lazy("Customer")
    ORGANIZATION = "organization", gettext_lazy("Organisation")


class FieldKind(models.TextChoices):
    TEXT = "text", gettext_lazy("Text")
    NUMBER = "number", gettext_lazy("Number")
    CHOICE = "choice", gettext_lazy("One of several")
    CHOICES = "choices", gettext_lazy("Some of several")
    DATE = "date", gettext_lazy("Date")
    CHECKBOX = "checkbox", gettext_lazy("Yes or no")


class CustomField(models.Model):
    """One field. Its key is where the values are found, so key and kind stay what they are.

    A value is kept in the `custom` of what the field is about, as JSON, under the field's key. What
    belongs to a field that is no more stays there and is shown nowhere.
    """

    about = models.CharField(gettext_lazy("about"), max_length=12, choices=About.choices)
    key = models.CharField(
        gettext_lazy("key"),
        max_length=40,
        unique=True,
        validators=[
            RegexValidator(
                r"^[a-z][a-z0-9_]*\Z",
                gettext_lazy("Use small letters, digits and _, beginning with a letter."),
            )
        ],
        help_text=gettext_lazy("For rules and integrations. It cannot be changed later."),
    )
    name = models.CharField(gettext_lazy("name"), max_length=60)
    kind = models.CharField(
        gettext_lazy("kind"),
        max_length=10,
        choices=FieldKind.choices,
        help_text=gettext_lazy("It cannot be changed later."),
    )
    options = ArrayField(
        models.CharField(max_length=80),
        verbose_name=gettext_lazy("values to choose from"),
        default=list,
        blank=True,
        help_text=gettext_lazy(
            "One per line. What was chosen stays, also when it is offered no more."
        ),
    )
    position = models.PositiveSmallIntegerField(
        gettext_lazy("position"),
        default=100,
        help_text=gettext_lazy("Those with a smaller number stand first."),
    )
    required = models.BooleanField(
        gettext_lazy("needed to resolve"),
        default=False,
        help_text=gettext_lazy("Agents cannot resolve a conversation before it is filled in."),
    )
    shown_to_customer = models.BooleanField(
        gettext_lazy("shown to the customer"),
        default=False,
        help_text=gettext_lazy("On the page of their conversation."),
    )

    class Meta:
        verbose_name = gettext_lazy("custom field")
        verbose_name_plural = gettext_lazy("custom fields")
        ordering = ["position", "name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(key__regex=r"^[a-z][a-z0-9_]*$"),
                name="custom_field_key_is_plain",
            ),
            models.CheckConstraint(
                condition=models.Q(about__in=About.values, kind__in=FieldKind.values),
                name="custom_field_is_of_a_known_kind",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if self.kind in (FieldKind.CHOICE, FieldKind.CHOICES) and not self.options:
            raise ValidationError({"options": _("Write at least one value to choose from.")})

    def read(self, sent: list[str], before: Any) -> Any:
        """What a form sends, as it is kept; None for nothing. What it is already may stay.

        Raises:
            ValidationError: that is no value of this field.
        """
        return read_value(self.kind, self.options, sent, before)


def read_value(kind: str, options: Sequence[str], sent: Sequence[str], before: Any = None) -> Any:
    """What is sent for a field of a kind, as it is kept; None for nothing. What it was already may stay.

    Raises:
        ValidationError: that is no value of such a field.
    """
    texts = [one for each in sent if (one := " ".join(each.split()))]
    if not texts:
        return None
    if kind in (FieldKind.CHOICE, FieldKind.CHOICES):
        had = before if isinstance(before, list) else [before]
        if not {*texts} <= {*options, *had}:
            raise ValidationError(_("Choose one of the values."), code="invalid")
        return texts[0] if kind == FieldKind.CHOICE else list(dict.fromkeys(texts))
    if kind == FieldKind.NUMBER:
        return _number(texts[0])
    if kind == FieldKind.DATE:
        return _day(texts[0])
    if kind == FieldKind.CHECKBOX:
        if texts[0] not in ("yes", "no"):
            raise ValidationError(_("Choose yes or no."), code="invalid")
        return texts[0] == "yes"
    if len(texts[0]) > LONGEST_TEXT:
        raise ValidationError(
            _("Keep it under %(most)d characters.") % {"most": LONGEST_TEXT}, code="too_long"
        )
    return texts[0]


def as_sent(value: Any) -> list[str]:
    """A kept value as a form shows and sends it."""
    if value is None:
        return []
    if isinstance(value, bool):
        return ["yes" if value else "no"]
    return [str(each) for each in value] if isinstance(value, list) else [str(value)]


def _number(text: str) -> int | float:
    try:
        found = float(text[:40].replace(",", "."))
    except ValueError:
        found = float("nan")
    if not isfinite(found) or abs(found) > 1e12:
        raise ValidationError(_("Write a number."), code="invalid")
    return int(found) if found == int(found) else found


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise ValidationError(_("Choose a date."), code="invalid") from None
