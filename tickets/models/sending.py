"""How mail leaves from a mailbox, where an admin decides something about it."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tickets.models.ways_in import LogIn, SealedField, Security


class Quotes(models.TextChoices):
    """What of the conversation stands below an answer that is mailed."""

    NONE = "none", _("Nothing")
    LAST = "last", _("The message that is answered")
    ALL = "all", _("What was said before, the newest first")


class MailboxSending(models.Model):
    """What stands below the answers from a mailbox, and its own mail server if it has one."""

    mailbox = models.OneToOneField(
        "Mailbox",
        verbose_name=_("mailbox"),
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="sending",
    )
    quotes = models.CharField(
        _("quoted below an answer"),
        max_length=4,
        choices=Quotes.choices,
        default=Quotes.NONE,
        help_text=_("Internal notes are never quoted."),
    )
    host = models.CharField(
        _("server"),
        max_length=200,
        blank=True,
        help_text=_("Empty: mail leaves by the server of the whole installation (EMAIL_URL)."),
    )
    port = models.PositiveIntegerField(
        _("port"),
        default=587,
        validators=[MinValueValidator(1), MaxValueValidator(65535)],
        help_text=_("587 with STARTTLS, 465 with TLS."),
    )
    security = models.CharField(
        _("encryption"), max_length=8, choices=Security.choices, default=Security.STARTTLS
    )
    log_in = models.CharField(
        _("log-in"),
        max_length=10,
        choices=LogIn.choices,
        default=LogIn.PASSWORD,
        help_text=_("With OAuth 2 what is entered at the mailbox is used here, too."),
    )
    user_name = models.CharField(_("user name"), max_length=200, blank=True)
    password = SealedField(_("password"), blank=True)

    class Meta:
        verbose_name = _("sending from a mailbox")
        verbose_name_plural = _("sending from mailboxes")
        constraints = [
            models.CheckConstraint(
                condition=Q(quotes__in=Quotes.values), name="sending_quotes_are_known"
            ),
            models.CheckConstraint(
                condition=Q(security__in=Security.values), name="sending_security_is_known"
            ),
            models.CheckConstraint(
                condition=Q(log_in__in=LogIn.values), name="sending_log_in_is_known"
            ),
        ]

    def __str__(self) -> str:
        return str(self.mailbox)

    def clean(self) -> None:
        if any(letter.isspace() or not letter.isprintable() for letter in self.host):
            raise ValidationError({"host": _("Write the name of a server, like mail.example.com.")})
        if self.log_in == LogIn.OAUTH and not self.mailbox.oauth_refresh_token:
            raise ValidationError({"log_in": _("Enter what OAuth 2 needs at the mailbox first.")})
        if self.password and not self.user_name:
            raise ValidationError({"user_name": _("A password needs the user name it belongs to.")})
