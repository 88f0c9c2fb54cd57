"""A mail about a log-in on its way to the mail server: a code, a notice. It is gone once it is sent."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from tickets import addresses


class QueuedMail(models.Model):
    """What is to be sent, with the code that stands in it, for the seconds until it is."""

    to = models.EmailField(max_length=addresses.LONGEST)
    subject = models.CharField(max_length=200)
    text = models.TextField()
    html = models.TextField(blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("queued mail")
        verbose_name_plural = _("queued mails")

    def __str__(self) -> str:
        return f"{self.to}: {self.subject}"
