"""Where a conversation can stand: whose turn, by which way, how urgent, how it ended."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

# Behind everything that has a time, where what has none is sorted.
NEVER = models.Value(datetime(9999, 1, 1, tzinfo=UTC), output_field=models.DateTimeField())


class Turn(models.TextChoices):
    """Who holds the conversation now."""

    ASSISTANT = "assistant", _("Assistant")
    QUEUE = "queue", _("Waiting for a person")
    AGENT = "agent", _("Agent")
    CUSTOMER = "customer", _("Waiting for the customer")
    CLOSED = "closed", _("Closed")
    # In quarantine: nobody's turn, out of every list but its own, and nothing of it is deleted.
    SPAM = "spam", _("Spam")


ENDED = (Turn.CLOSED, Turn.SPAM)


class Channel(models.TextChoices):
    PORTAL = "portal", _("Portal")
    WIDGET = "widget", _("Chat widget")
    EMAIL = "email", _("E-mail")
    PHONE = "phone", _("Phone")
    API = "api", _("API")


class Priority(models.IntegerChoices):
    LOW = 1, _("Low")
    NORMAL = 2, _("Normal")
    HIGH = 3, _("High")
    URGENT = 4, _("Urgent")


class Resolution(models.TextChoices):
    """How a closed conversation ended, in the strength of the evidence that it helped."""

    CONFIRMED = "confirmed", _("Solved, the customer says")
    RESOLVED = "resolved", _("Resolved, the agent says")
    QUIET = "quiet", _("Closed, nobody wrote any more")
    MERGED = "merged", _("Merged into another")
    CLOSED = "closed", _("Closed by an agent")
    SPAM = "spam", _("Spam")


# Those that say that it helped: what became quiet is no evidence of that.
SOLVED = (Resolution.CONFIRMED, Resolution.RESOLVED)
NOT_SOLVED = (Resolution.QUIET, Resolution.CLOSED)
STILL_OPEN = (Turn.ASSISTANT, Turn.QUEUE, Turn.AGENT)


class Metric(models.TextChoices):
    """What is measured: until somebody answers, each time after that, and until it is resolved."""

    FIRST = "first", _("First response")
    NEXT = "next", _("Next response")
    RESOLUTION = "resolution", _("Resolution")
