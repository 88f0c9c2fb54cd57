"""Files that came with a message, or wait in a draft. They lie outside the web root, under our own name."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

FOLDER = "attachments"


def storage_key(attachment: Attachment, _filename: str = "") -> str:
    """Where the bytes lie: our id, never the sender's file name."""
    return f"{FOLDER}/{attachment.pk.hex[:2]}/{attachment.pk.hex}"


class Attachment(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    message = models.ForeignKey(
        "Message", on_delete=models.CASCADE, related_name="attachments", null=True, blank=True
    )
    # Of a reply that is not sent yet; sending it hands the file on to the message.
    draft = models.ForeignKey(
        "Draft", on_delete=models.CASCADE, related_name="attachments", null=True, blank=True
    )
    file = models.FileField(upload_to=storage_key, max_length=200)
    name = models.CharField(_("file name"), max_length=200)
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField(_("size in bytes"))
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering = ["created_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(message=None, draft__isnull=False)
                | models.Q(message__isnull=False, draft=None),
                name="attachment_of_a_message_or_a_draft",
            )
        ]

    def __str__(self) -> str:
        return self.name
