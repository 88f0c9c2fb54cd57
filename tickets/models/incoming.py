"""Mail that came in: the bytes as they came, what became of them, and what a message had around it."""

from __future__ import annotations

import zlib
from datetime import timedelta
from typing import Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from tickets import clock
from tickets.models.mailboxes import Mailbox


class MailState(models.TextChoices):
    """What became of a mail."""

    RECEIVED = "received", _("Received")
    # It is a message of a conversation.
    DONE = "done", _("In a conversation")
    # Automatic, and of a conversation: shown to agents there, and no message.
    NOTED = "noted", _("Automatic, in a conversation")
    # Automatic, and of no conversation.
    ASIDE = "aside", _("Put aside")
    # Of a conversation in which its sender takes no part: an agent decides.
    HELD = "held", _("Held")
    UNREADABLE = "unreadable", _("Could not be read")
    # Our own, or of somebody who may not write to us.
    REFUSED = "refused", _("Refused")
    DISMISSED = "dismissed", _("Dismissed")


FORGET_AT_ONCE = 2000  # sources, of each mailbox
# What somebody has to look at.
WAITS = (MailState.HELD, MailState.UNREADABLE, MailState.ASIDE)


class IncomingMailQuerySet(models.QuerySet["IncomingMail"]):
    def locked(self, mail: IncomingMail) -> IncomingMail:
        """The row as it is now, without its bytes, held until the transaction ends."""
        return self.defer("raw").select_for_update(no_key=True).get(pk=mail.pk)

    def waiting(self) -> Self:
        """What somebody has to look at, the newest first, without the bytes."""
        return self.filter(state__in=WAITS).defer("raw").order_by("-pk")

    def with_source(self) -> Self:
        """Those whose bytes are still kept."""
        return self.exclude(raw=b"")

    def forget_sources(self) -> int:
        """Empty the bytes of mails whose time is over, some at a time; returns of how many."""
        emptied = 0
        for mailbox in Mailbox.objects.all():
            over = clock.now() - timedelta(days=mailbox.raw_days)
            own = self.with_source().filter(mailbox=mailbox, created_at__lt=over)
            done = own.exclude(state=MailState.RECEIVED).order_by("created_at")
            slice_ = list(done.values_list("pk", flat=True)[:FORGET_AT_ONCE])
            emptied += self.filter(pk__in=slice_).update(raw=b"")
        return emptied


class IncomingMail(models.Model):
    """One mail, however often and in how many mailboxes it arrived.

    Its bytes are kept, compressed, until their time is over (`raw` is empty then), whatever became
    of it: what could not be read can be tried again.
    """

    mailbox = models.ForeignKey(
        "Mailbox",
        verbose_name=_("mailbox"),
        on_delete=models.PROTECT,
        related_name="incoming",
        db_index=False,
    )
    # Of the bytes but for what each server adds on the way: the same mail has the same.
    identity = models.CharField(max_length=64, unique=True)
    # Its Message-ID, with the angle brackets.
    internet_message_id = models.CharField(max_length=250, blank=True)
    sender = models.CharField(_("from"), max_length=320, blank=True)
    subject = models.CharField(_("subject"), max_length=255, blank=True)
    raw = models.BinaryField()
    size = models.PositiveIntegerField(_("size in bytes"))
    # It lay in the mailbox before that was set up: it is read, and nothing is answered.
    is_old = models.BooleanField(default=False)
    state = models.CharField(
        _("state"), max_length=10, choices=MailState.choices, default=MailState.RECEIVED
    )
    why = models.CharField(_("why"), max_length=300, blank=True)
    ticket = models.ForeignKey(
        "Ticket", on_delete=models.PROTECT, related_name="mails", null=True, blank=True
    )
    message = models.OneToOneField(
        "Message", on_delete=models.PROTECT, related_name="mail", null=True, blank=True
    )
    # Who wrote and what is shown of it, for agents: see tickets.email.incoming.kept.
    shown = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(
        _("received"), default=clock.now, db_default=Now(), editable=False
    )

    objects = IncomingMailQuerySet.as_manager()

    class Meta:
        verbose_name = _("incoming mail")
        verbose_name_plural = _("incoming mail")
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=MailState.values), name="incoming_mail_state_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(state=MailState.DONE) | Q(ticket__isnull=False, message__isnull=False),
                name="incoming_mail_done_is_a_message",
            ),
        ]
        indexes = [
            models.Index(fields=["internet_message_id"], name="incoming_mail_by_id"),
            models.Index(
                fields=["mailbox", "-id"],
                condition=Q(state__in=WAITS),
                name="incoming_mail_waits",
            ),
            models.Index(
                fields=["id"],
                condition=Q(state=MailState.RECEIVED),
                name="incoming_mail_unread",
            ),
            models.Index(fields=["mailbox", "-created_at"], name="incoming_mail_lately"),
            models.Index(
                fields=["mailbox", "created_at"],
                condition=~Q(raw=b""),
                name="incoming_mail_with_source",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sender}: {self.subject}"

    @property
    def source(self) -> bytes:
        """The mail as it came, to the byte; nothing once its time is over."""
        return zlib.decompress(self.raw) if self.raw else b""
