"""What an admin decides: opening hours, holidays, and the settings of the whole helpdesk."""

from __future__ import annotations

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

LONGEST_VISIT_DAYS = 730
LONGEST_FEED_DAYS = 3650


class Weekday(models.IntegerChoices):
    MONDAY = 0, _("Monday")
    TUESDAY = 1, _("Tuesday")
    WEDNESDAY = 2, _("Wednesday")
    THURSDAY = 3, _("Thursday")
    FRIDAY = 4, _("Friday")
    SATURDAY = 5, _("Saturday")
    SUNDAY = 6, _("Sunday")


class OpeningHours(models.Model):
    """When people answer: weekly spans and holidays, in one time zone."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    timezone = models.CharField(_("time zone"), max_length=64, default="UTC")
    # Whose public holidays are free, beside the days of its own: two letters, and a part of it.
    country = models.CharField(_("country"), max_length=2, blank=True, db_default="")
    region = models.CharField(
        _("part of the country"),
        max_length=10,
        blank=True,
        db_default="",
        help_text=_("Where holidays differ: its code, like ENG or BY. Empty: those of all parts."),
    )

    class Meta:
        verbose_name = _("opening hours")
        verbose_name_plural = _("opening hours")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(region="") | ~models.Q(country=""),
                name="opening_hours_a_region_is_of_a_country",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        from zoneinfo import available_timezones

        if self.timezone not in available_timezones():
            raise ValidationError(
                {"timezone": _("Write a time zone by its place, like Europe/London.")}
            )


class OpeningSpan(models.Model):
    hours = models.ForeignKey(OpeningHours, on_delete=models.CASCADE, related_name="spans")
    weekday = models.PositiveSmallIntegerField(_("day"), choices=Weekday.choices)
    opens = models.TimeField(_("opens"))
    closes = models.TimeField(_("closes"))

    class Meta:
        verbose_name = _("opening span")
        verbose_name_plural = _("opening spans")
        ordering = ["weekday", "opens"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(closes__gt=models.F("opens")),
                name="span_closes_after_it_opens",
                violation_error_message=_("The closing time must be after the opening time."),
            ),
            models.CheckConstraint(
                condition=models.Q(weekday__range=(0, 6)), name="span_has_a_weekday"
            ),
        ]

    def __str__(self) -> str:
        return f"{Weekday(self.weekday).label} {self.opens:%H:%M}-{self.closes:%H:%M}"


class Holiday(models.Model):
    hours = models.ForeignKey(
        OpeningHours, on_delete=models.CASCADE, related_name="holidays", db_index=False
    )
    day = models.DateField(_("day"))
    name = models.CharField(_("name"), max_length=80, blank=True)

    class Meta:
        verbose_name = _("holiday")
        verbose_name_plural = _("holidays")
        ordering = ["day"]
        constraints = [
            models.UniqueConstraint(fields=["hours", "day"], name="holiday_once_per_hours")
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.name}".strip()


class SiteSettings(models.Model):
    """The one row of settings that concern the whole helpdesk."""

    company_name = models.CharField(_("company name"), max_length=80, default="Helpdesk")
    welcome = models.CharField(
        _("welcome"), max_length=120, default=_("How can we help?"), blank=True
    )
    default_team = models.ForeignKey(
        "Team",
        verbose_name=_("default team"),
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("Gets every conversation that nothing else routes, hand-overs included."),
    )
    phone = models.CharField(
        _("telephone"),
        max_length=40,
        blank=True,
        validators=[
            RegexValidator(
                r"^\+?[0-9 ()/.-]{3,}$", _("Write a telephone number like +44 1632 960 000.")
            )
        ],
        help_text=_(
            "Customers see it beside “Talk to a human” and on every page that says that something "
            "did not work. Empty: it is not shown."
        ),
    )
    contact_email = models.EmailField(
        _("e-mail address"),
        blank=True,
        help_text=_(
            "For customers who cannot or do not want to write here. Shown in the same places."
        ),
    )

    blocked_text = models.TextField(
        _("for those who are blocked"),
        blank=True,
        max_length=500,
        help_text=_(
            "How else somebody whom an agent blocked reaches you: a letter, a shop. Empty: the "
            "telephone number and the e-mail address above are named, if there are any."
        ),
    )
    undo_seconds = models.PositiveSmallIntegerField(
        _("seconds to take back"),
        default=10,
        validators=[MaxValueValidator(60)],
        help_text=_(
            "A reply leaves so long after the agent has sent it, and can be taken back until then. "
            "0: it leaves at once."
        ),
    )
    live_at_once = models.BooleanField(
        _("live chats at once"),
        default=True,
        help_text=_("A customer who has the conversation open gets the reply without this wait."),
    )
    quiet_days = models.PositiveSmallIntegerField(
        _("days without a word"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(365)],
        help_text=_(
            "After so many days in which a customer who was answered wrote nothing, they are told "
            "that the conversation will be closed. Empty: nothing is closed by itself."
        ),
    )
    notice_days = models.PositiveSmallIntegerField(
        _("days of notice"),
        default=3,
        validators=[MinValueValidator(1), MaxValueValidator(60)],
        help_text=_("So many days after they were told it is closed, unless somebody writes."),
    )
    reopen_days = models.PositiveSmallIntegerField(
        _("days to reopen"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(3650)],
        help_text=_(
            "For so many days a closed conversation goes on when its customer writes. Later their "
            "words begin a new one, linked to it. Empty: it always goes on."
        ),
    )

    visit_days = models.PositiveSmallIntegerField(
        _("days of what customers read"),
        default=90,
        validators=[MaxValueValidator(LONGEST_VISIT_DAYS)],
        help_text=_(
            "For so many days agents see what a customer read and searched in the help centre. Older "
            "visits are deleted. 0: nothing of it is kept."
        ),
    )

    feed_days = models.PositiveSmallIntegerField(
        _("days of the feed of events"),
        default=90,
        db_default=90,
        validators=[MinValueValidator(1), MaxValueValidator(LONGEST_FEED_DAYS)],
        help_text=_(
            "A program that follows what happens may be away for so long and still gets everything "
            "when it comes back. The conversations themselves stay."
        ),
    )

    verified_hours = models.PositiveSmallIntegerField(
        _("hours for which a code counts"),
        default=4,
        validators=[MinValueValidator(1), MaxValueValidator(72)],
        help_text=_(
            "Who proved their address by a code is known in that conversation until they wrote "
            "nothing for so long."
        ),
    )

    default_mailbox = models.ForeignKey(
        "Mailbox",
        verbose_name=_("mailbox of the portal"),
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        help_text=_(
            "Mails about conversations that did not begin by mail come from it, and can be answered. "
            "Empty: they come from the installation's own address, and lead to the portal."
        ),
    )
    unread_minutes = models.PositiveSmallIntegerField(
        _("minutes before an answer is mailed"),
        default=2,
        validators=[MaxValueValidator(120)],
        help_text=_(
            "Answers in the portal that the customer has not read by then are mailed, together. "
            "0: at once, unless the customer has the conversation open. Who writes by mail is "
            "always answered by mail at once."
        ),
    )
    mail_attachment_mb = models.PositiveSmallIntegerField(
        _("megabytes of files in a mail"),
        default=10,
        validators=[MaxValueValidator(50)],
        help_text=_("Together; what does not fit is named with a link into the portal."),
    )

    class Meta:
        verbose_name = _("site settings")
        verbose_name_plural = _("site settings")
        constraints = [
            models.CheckConstraint(condition=models.Q(pk=1), name="site_settings_one_row"),
            models.CheckConstraint(
                condition=models.Q(undo_seconds__lte=60), name="site_settings_undo_within_a_minute"
            ),
            models.CheckConstraint(
                condition=models.Q(visit_days__lte=LONGEST_VISIT_DAYS),
                name="site_settings_visits_are_forgotten",
            ),
            models.CheckConstraint(
                condition=models.Q(feed_days__range=(1, LONGEST_FEED_DAYS)),
                name="site_settings_the_feed_is_kept_for_days",
            ),
            models.CheckConstraint(
                condition=models.Q(verified_hours__range=(1, 72)),
                name="site_settings_a_code_counts_for_hours",
            ),
        ]

    def __str__(self) -> str:
        return self.company_name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.pk = 1
        super().save(*args, **kwargs)

    @property
    def phone_link(self) -> str:
        """The number as a telephone dials it."""
        return "tel:" + re.sub(r"[^0-9+]", "", self.phone)

    @classmethod
    def load(cls) -> SiteSettings:
        """The settings row. The first migration made it, so it is there in every installation."""
        return cls.objects.get(pk=1)
