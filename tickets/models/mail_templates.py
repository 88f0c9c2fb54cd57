"""The company's own words in the mails that it sends, in place of those that are shipped."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

LANGUAGE = r"^([a-z]{2,3}(-[a-z0-9]{2,8})?)?$"  # the code of a language, or none


class MailText(models.TextChoices):
    """The mails whose words an admin may write. What each ships with: `tickets.email.wording`."""

    ACKNOWLEDGEMENT = "acknowledgement", _("Acknowledgement")
    REPLY = "reply", _("Answer of an agent")
    UNREAD = "unread", _("Answers that were not read on our pages")
    ANSWER = "answer", _("Answer of the assistant")
    CLOSING = "closing", _("Notice before closing")
    AUTOMATIC = "automatic", _("Automatic message of a rule")
    BLOCKED = "blocked", _("Notice to somebody who is blocked")
    ANSWER_WAITS = "answer_waits", _("An answer waits, with a code")
    CONFIRM_ADDRESS = "confirm_address", _("Confirmation of an address")
    COPY = "copy", _("Copy to others in the conversation")
    IDENTITY_CODE = "identity_code", _("Code to prove an address")
    LOGIN_CONFIRM = "login_confirm", _("Log-in: confirmation of an address")
    LOGIN_RESET = "login_reset", _("Log-in: a new password")
    LOGIN_EXISTS = "login_exists", _("Log-in: there is an account already")
    LOGIN_UNKNOWN = "login_unknown", _("Log-in: there is no account")


# They are about no conversation: no mailbox and no team is theirs.
OF_LOG_INS = (
    *(MailText.LOGIN_CONFIRM, MailText.LOGIN_RESET),
    *(MailText.LOGIN_EXISTS, MailText.LOGIN_UNKNOWN),
)


class MailTemplate(models.Model):
    """What one kind of mail says, in one language or in all, from one mailbox, one team or all."""

    kind = models.CharField(_("mail"), max_length=20, choices=MailText.choices)
    language = models.CharField(
        _("language"),
        max_length=10,
        blank=True,
        help_text=_(
            "Its code, like de, fr or es. Empty: for everybody whose language has no text of its own."
        ),
    )
    mailbox = models.ForeignKey(
        "Mailbox",
        verbose_name=_("only from the mailbox"),
        on_delete=models.CASCADE,
        related_name="templates",
        null=True,
        blank=True,
    )
    team = models.ForeignKey(
        "Team",
        verbose_name=_("only from the team"),
        on_delete=models.CASCADE,
        related_name="mail_templates",
        null=True,
        blank=True,
    )
    subject = models.CharField(_("subject"), max_length=120, blank=True)
    text = models.TextField(_("text"), max_length=5000)
    is_active = models.BooleanField(
        _("in use"),
        default=True,
        help_text=_(
            "Not in use it can be looked at and sent to yourself, and no customer gets it."
        ),
    )

    class Meta:
        verbose_name = _("text of a mail")
        verbose_name_plural = _("texts of mails")
        ordering = ["kind", "language", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "language", "mailbox", "team"],
                name="mail_template_once_for_whom",
                nulls_distinct=False,
                violation_error_message=_("There is a text for this already."),
            ),
            models.CheckConstraint(
                condition=Q(mailbox=None) | Q(team=None),
                name="mail_template_of_a_mailbox_or_a_team",
                violation_error_message=_("Choose a mailbox or a team, not both."),
            ),
            models.CheckConstraint(
                condition=Q(kind__in=MailText.values), name="mail_template_kind_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=OF_LOG_INS) | Q(mailbox=None, team=None),
                name="mail_template_of_a_log_in_is_for_all",
                violation_error_message=_(
                    "A mail about a log-in comes from no mailbox and no team: leave both at “All”."
                ),
            ),
            models.CheckConstraint(
                condition=Q(language__regex=LANGUAGE),
                name="mail_template_language_is_a_code",
                violation_error_message=_("Write the code of a language, like de or pt-br."),
            ),
            models.CheckConstraint(condition=~Q(text=""), name="mail_template_says_something"),
        ]

    def __str__(self) -> str:
        place = self.mailbox or self.team
        about = [self.language, str(place) if place else ""]
        return ", ".join([self.get_kind_display(), *filter(None, about)])
