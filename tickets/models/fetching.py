"""How far a mailbox has been fetched, and what stands in the way of it."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tickets.models.mailboxes import Mailbox
from tickets.models.ways_in import SealedField, WayIn

LATE = timedelta(minutes=15)  # without a look into a mailbox: its admin is told


class FetchingQuerySet(models.QuerySet["Fetching"]):
    def locked(self, mailbox: Mailbox) -> Fetching:
        """The row of a mailbox, made if there is none, held until the transaction ends. Its mailbox
        is read when it is first asked for, and so as it is now.
        """
        self.get_or_create(pk=mailbox.pk)
        return self.select_for_update(no_key=True).get(pk=mailbox.pk)


class Fetching(models.Model):
    """What the fetching program knows of a mailbox. Written by it alone."""

    mailbox = models.OneToOneField(
        Mailbox, on_delete=models.CASCADE, primary_key=True, related_name="fetching"
    )
    # Server, user and folder that the numbers below belong to.
    source = models.CharField(max_length=64, blank=True)
    uid_validity = models.BigIntegerField(null=True, blank=True)
    # The last one that is kept, and the last that was marked on the server as fetched.
    last_uid = models.BigIntegerField(default=0)
    marked_uid = models.BigIntegerField(default=0)
    # What lay there when this began: numbers up to this one, and no older than that day.
    old_until_uid = models.BigIntegerField(default=0)
    taken_since = models.DateField(null=True, blank=True)
    began_at = models.DateTimeField(null=True, blank=True)
    # The server numbered its mails anew: what is old is seen by its date.
    is_over_again = models.BooleanField(default=False)
    old_total = models.PositiveIntegerField(default=0)
    old_done = models.PositiveIntegerField(default=0)
    fetched_at = models.DateTimeField(null=True, blank=True)
    failing_since = models.DateTimeField(null=True, blank=True)
    trouble = models.CharField(max_length=500, blank=True)
    # The newest refresh token that the server gave, and a sign of the admin's that it came from.
    refresh_token = SealedField(blank=True)
    refreshed_from = models.CharField(max_length=64, blank=True)

    objects = FetchingQuerySet.as_manager()

    class Meta:
        verbose_name = _("fetching")
        verbose_name_plural = _("fetching")
        constraints = [
            models.CheckConstraint(
                condition=Q(failing_since__isnull=True, trouble="")
                | Q(failing_since__isnull=False) & ~Q(trouble=""),
                name="fetching_that_fails_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"fetching of {self.mailbox_id}"

    @property
    def is_taking_old(self) -> bool:
        """Whether what lay there at first is still being taken in."""
        return self.old_done < self.old_total and self.last_uid < self.old_until_uid


def in_trouble() -> list[tuple[Mailbox, str]]:
    """The mailboxes that were not fetched for too long or fail, each with a sentence."""
    fetched = Mailbox.objects.filter(is_active=True, way_in=WayIn.IMAP).select_related("fetching")
    found = [(mailbox, _trouble_of(mailbox)) for mailbox in fetched]
    return [(mailbox, trouble) for mailbox, trouble in found if trouble]


def _trouble_of(mailbox: Mailbox) -> str:
    fetching = getattr(mailbox, "fetching", None)
    if fetching is not None and fetching.failing_since:
        return str(fetching.trouble)
    since = fetching.fetched_at if fetching is not None else None
    if (since or mailbox.created_at) >= timezone.now() - LATE:
        return ""
    return gettext("It was not looked into for a while: does “manage.py fetch_mail” run?")
