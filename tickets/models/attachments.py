"""Files that came with a message. They lie outside the web root under a name of our own."""

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
    message = models.ForeignKey("Message", on_delete=models.CASCADE, related_name="attachments")
    file = models.FileField(upload_to=storage_key, max_length=200)
    name = models.CharField(_("file name"), max_length=200)
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField(_("size in bytes"))
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering = ["created_at", "id"]

    def __str__(self) -> str:
        return self.name
