"""How mail gets from an address to us: fetched from its server, or handed over by a provider."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator, URLValidator
from django.db import models
from django.utils.translation import gettext_lazy as _


class SealedField(models.TextField):  # type: ignore[type-arg]  # generic for the type checker only
    """A secret as `tickets.sealing` keeps it: never shown, recorded or logged."""


class WayIn(models.TextChoices):
    NONE = "none", _("Not at all: it is only written from here")
    IMAP = "imap", _("Fetched from its mail server (IMAP)")
    WEBHOOK = "webhook", _("Handed over by a mail provider (webhook)")


class Security(models.TextChoices):
    TLS = "tls", _("TLS")
    STARTTLS = "starttls", _("STARTTLS")
    NONE = "none", _("None, for a server on this machine or in a network of our own")


class LogIn(models.TextChoices):
    PASSWORD = "password", _("With a password")
    OAUTH = "oauth", _("With OAuth 2, as Microsoft 365 demands it")


class TakeFirst(models.TextChoices):
    """How much of what already lies in a mailbox is taken."""

    NEW = "new", _("Nothing, only what comes from now on")
    DAYS = "days", _("The last days")
    ALL = "all", _("Everything")


class Provider(models.TextChoices):
    """Who hands mail over, by the names that Anymail has for them."""

    MAILERSEND = "mailersend", "MailerSend"
    MAILGUN = "mailgun", "Mailgun"
    MAILJET = "mailjet", "Mailjet"
    MANDRILL = "mandrill", "Mandrill (Mailchimp Transactional)"
    POSTAL = "postal", "Postal"
    POSTMARK = "postmark", "Postmark"
    SPARKPOST = "sparkpost", "SparkPost"


HAND_OVER_USER = "mail"  # in the address that a provider calls
# Of these a hand-over is signed with a key of their own.
SIGNING = (Provider.MAILERSEND, Provider.MAILGUN, Provider.MANDRILL, Provider.POSTAL)


class ComesIn(models.Model):
    """What an admin decides of how mail comes in."""

    way_in = models.CharField(
        _("how mail comes in"), max_length=10, choices=WayIn.choices, default=WayIn.NONE
    )
    imap_host = models.CharField(
        _("server"), max_length=250, blank=True, help_text=_("Like imap.example.com.")
    )
    imap_port = models.PositiveIntegerField(
        _("port"),
        default=993,
        validators=[MinValueValidator(1), MaxValueValidator(65535)],
        help_text=_("993 with TLS, 143 with STARTTLS."),
    )
    imap_security = models.CharField(
        _("encryption"), max_length=10, choices=Security.choices, default=Security.TLS
    )
    imap_user = models.CharField(
        _("user"), max_length=250, blank=True, help_text=_("Often the address itself.")
    )
    log_in = models.CharField(
        _("log-in"), max_length=10, choices=LogIn.choices, default=LogIn.PASSWORD
    )
    imap_password = SealedField(_("password"), blank=True)
    folder = models.CharField(_("folder"), max_length=250, default="INBOX")
    done_folder = models.CharField(
        _("move what was fetched to"),
        max_length=250,
        blank=True,
        help_text=_("A folder that exists. Without one, fetched mail stays and is marked as read."),
    )
    oauth_token_address = models.CharField(
        _("token address"),
        max_length=500,
        blank=True,
        validators=[URLValidator(schemes=["https", "http"])],
        help_text=_("Where a new access token is asked for. It begins with https."),
    )
    oauth_client_id = models.CharField(_("client ID"), max_length=250, blank=True)
    oauth_client_secret = SealedField(_("client secret"), blank=True)
    oauth_refresh_token = SealedField(_("refresh token"), blank=True)
    take_first = models.CharField(
        _("of what is there already"),
        max_length=10,
        choices=TakeFirst.choices,
        default=TakeFirst.NEW,
        help_text=_("It is taken in as old: nobody gets an answer to it by itself."),
    )
    take_days = models.PositiveSmallIntegerField(
        _("days"),
        default=30,
        validators=[MinValueValidator(1), MaxValueValidator(3650)],
        help_text=_("How many, for “The last days”."),
    )
    provider = models.CharField(_("provider"), max_length=12, choices=Provider.choices, blank=True)
    webhook_secret = SealedField(blank=True)
    signing_key = SealedField(
        _("signing key"),
        blank=True,
        help_text=_("With which the provider signs what it hands over. Only some have one."),
    )
    raw_days = models.PositiveSmallIntegerField(
        _("the source of a mail is kept for"),
        default=90,
        validators=[MinValueValidator(1), MaxValueValidator(3650)],
        help_text=_("Days. The conversation itself stays."),
    )

    class Meta:
        abstract = True
