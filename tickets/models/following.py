"""Who else takes part in a conversation: agents who follow it or are mentioned, and who gets copies."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from tickets import addresses, clock

MOST_COPIES = 20  # participants of one conversation
MOST_MENTIONED = 20  # people in one note


class Follower(models.Model):
    """An agent who is told what is new in a conversation, as long as they may see it."""

    ticket = models.ForeignKey(
        "Ticket", on_delete=models.CASCADE, related_name="followers", db_index=False
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="follows"
    )
    # Since when a lead takes part in it, without having it; None for those who only follow.
    joined_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now, db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("follower")
        verbose_name_plural = _("followers")
        constraints = [
            models.UniqueConstraint(fields=["ticket", "user"], name="follower_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} follows {self.ticket_id}"


class Mention(models.Model):
    """That a note names a colleague, by the name that they had then."""

    note = models.ForeignKey(
        "Note", on_delete=models.CASCADE, related_name="mentions", db_index=False
    )
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=254)

    class Meta:
        verbose_name = _("mention")
        verbose_name_plural = _("mentions")
        constraints = [
            models.UniqueConstraint(fields=["note", "user"], name="mention_once_in_a_note"),
        ]

    def __str__(self) -> str:
        return f"@{self.name}"


class Participant(models.Model):
    """Somebody outside who gets a copy by mail of what customer and agents say to each other.

    They have an address here and nothing else: no log-in, no page, and never a note.
    """

    ticket = models.ForeignKey(
        "Ticket", on_delete=models.CASCADE, related_name="participants", db_index=False
    )
    email = models.EmailField(_("e-mail address"))
    created_at = models.DateTimeField(default=clock.now, db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("participant")
        verbose_name_plural = _("participants")
        constraints = [
            models.UniqueConstraint(fields=["ticket", "email"], name="participant_once"),
            models.CheckConstraint(
                condition=Q(email__regex=addresses.FORM), name="participant_email_in_its_form"
            ),
        ]

    def __str__(self) -> str:
        return self.email
