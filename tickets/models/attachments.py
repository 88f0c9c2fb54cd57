"""Files that came with a message, or wait to be sent. They lie outside the web root, under our own name."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

FOLDER = "attachments"
SENT_AHEAD_KEPT_FOR = timedelta(days=1)  # until a program says something with it


def storage_key(attachment: Attachment, _filename: str = "") -> str:
    """Where the bytes lie: our id, never the sender's file name."""
    return f"{FOLDER}/{attachment.pk.hex[:2]}/{attachment.pk.hex}"


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    def forget_old(self) -> None:
        """Delete those that a program sent ahead and never used; the files go with the next clean-up."""
        before = timezone.now() - SENT_AHEAD_KEPT_FOR
        self.filter(sent_ahead_by__isnull=False, created_at__lt=before).delete()


class Attachment(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    message = models.ForeignKey(
        "Message", on_delete=models.CASCADE, related_name="attachments", null=True, blank=True
    )
    # Of a reply that is not sent yet; sending it hands the file on to the message.
    draft = models.ForeignKey(
        "Draft", on_delete=models.CASCADE, related_name="attachments", null=True, blank=True
    )
    # Of one that a program sent ahead. What it says with it takes it over; nobody else can use it.
    sent_ahead_by = models.ForeignKey(
        "ApiKey", on_delete=models.CASCADE, related_name="+", null=True, blank=True
    )
    file = models.FileField(upload_to=storage_key, max_length=200)
    name = models.CharField(_("file name"), max_length=200)
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField(_("size in bytes"))
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering = ["created_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(message=None, draft__isnull=False, sent_ahead_by=None)
                | models.Q(message__isnull=False, draft=None, sent_ahead_by=None)
                | models.Q(message=None, draft=None, sent_ahead_by__isnull=False),
                name="attachment_of_exactly_one",
            )
        ]

    def __str__(self) -> str:
        return self.name
