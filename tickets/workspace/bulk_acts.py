"""What can be done to several conversations at once."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy


class Act(models.TextChoices):
    """The acts, in the order of their buttons."""

    MINE = "mine", gettext_lazy("Assign to me")
    ASSIGN = "assign", gettext_lazy("Assign")
    PRIORITY = "priority", gettext_lazy("Priority")
    TAG = "tag", gettext_lazy("Tag")
    SNOOZE = "snooze", gettext_lazy("Snooze")
    STATUS = "status", gettext_lazy("Status")
    TRANSFER = "transfer", gettext_lazy("Transfer")
    RESOLVE = "resolve", gettext_lazy("Resolve")
    SPAM = "spam", gettext_lazy("Spam")
