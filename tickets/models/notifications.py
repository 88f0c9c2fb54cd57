"""What agents are told of, which of it by which way, and the browsers and mailboxes that get it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, time, timedelta
from typing import Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tickets import clock
from tickets.models.users import User
from tickets.models.ways_in import SealedField

KEPT_READ = timedelta(days=90)
FORGET_AT_ONCE = 5000
MOST_BROWSERS = 20  # of one person that get pushes


class NotificationKind(models.TextChoices):
    """Why somebody is told, the most important first: of several reasons the first counts."""

    WHISPERED = "whispered", _("A lead whispers to me in one of mine")
    APPROVAL = "approval", _("An agent asks me for an approval")
    DECIDED = "decided", _("What I asked an approval for is decided")
    MENTIONED = "mentioned", _("A colleague mentions me in a note")
    ASSIGNED = "assigned", _("A conversation is given to me")
    TAKEN = "taken", _("A colleague takes one of mine over")
    WROTE = "wrote", _("A customer writes in one of mine")
    HELD = "held", _("A reply of mine did not leave")
    BOUNCED = "bounced", _("A mail in one of mine, or in one that I follow, did not arrive")
    CALLED = "called", _("A rule calls me to a conversation")
    OVERDUE = "overdue", _("A promise of one of mine, or of my team, is broken")
    DUE_SOON = "due_soon", _("A promise of one of mine is near its end")
    BACK = "back", _("What I put aside is back")
    FOLLOWED = "followed", _("Something else is new in one of mine, or in one that I follow")
    QUEUE = "queue", _("Somebody waits for a person in my team")


class Way(models.TextChoices):
    """How somebody is told."""

    APP = "app", _("Centre")
    SOUND = "sound", _("Sound")
    PUSH = "push", _("Browser")
    EMAIL = "email", _("E-mail")


def _name(kind: NotificationKind, way: Way) -> str:
    return f"{kind}.{way}"


# A rule that calls somebody sends them a mail of its own, at once. And no mail is sent because one
# came back.
_NO_MAIL = (NotificationKind.CALLED, NotificationKind.BOUNCED)
CHOICES = [
    _name(kind, way)
    for kind in NotificationKind
    for way in Way
    if way != Way.EMAIL or kind not in _NO_MAIL
]
_LOUD = (
    *(NotificationKind.WHISPERED, NotificationKind.MENTIONED),
    *(NotificationKind.APPROVAL, NotificationKind.DECIDED),
    *(NotificationKind.ASSIGNED, NotificationKind.WROTE, NotificationKind.OVERDUE),
)


def usual_choices() -> list[str]:
    """Who has chosen nothing is told of everything in the centre, except of the queue, which they see
    anyway; in the browser of what is for them; by mail where a colleague waits for them.
    """
    quiet = (NotificationKind.QUEUE,)
    return [
        *(_name(kind, Way.APP) for kind in NotificationKind if kind not in quiet),
        *(_name(kind, Way.SOUND) for kind in NotificationKind if kind != NotificationKind.FOLLOWED),
        *(_name(kind, Way.PUSH) for kind in _LOUD),
        *(_name(kind, Way.EMAIL) for kind in (NotificationKind.MENTIONED, NotificationKind.HELD)),
    ]


class MailWait(models.IntegerChoices):
    """How long a mail waits, in minutes: what is read by then is left out, and the rest is one mail."""

    AT_ONCE = 0, _("at once")
    QUARTER = 15, _("what is still unread after 15 minutes, in one mail")
    HOUR = 60, _("what is still unread after an hour, in one mail")
    HALF_DAY = 240, _("what is still unread after four hours, in one mail")


class NotificationSettings(models.Model):
    """What one agent wants to be told of, how, and when not; and when they were here."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="notification_settings",
    )
    choices = ArrayField(models.CharField(max_length=20), default=usual_choices, blank=True)
    mail_wait = models.PositiveSmallIntegerField(
        choices=MailWait.choices, default=MailWait.QUARTER, db_default=15
    )
    # In the person's own time zone; over midnight, if it ends before it begins.
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_until = models.TimeField(null=True, blank=True)
    # When they last did something in the workspace, and before which absence they did.
    here_at = models.DateTimeField(null=True, blank=True)
    left_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("notification settings")
        verbose_name_plural = _("notification settings")
        constraints = [
            models.CheckConstraint(
                condition=Q(choices__contained_by=CHOICES), name="notification_choices_are_known"
            ),
            models.CheckConstraint(
                condition=Q(mail_wait__in=MailWait.values), name="notification_mail_wait_is_known"
            ),
            models.CheckConstraint(
                condition=Q(quiet_from__isnull=True, quiet_until__isnull=True)
                | Q(quiet_from__isnull=False, quiet_until__isnull=False)
                & ~Q(quiet_from=models.F("quiet_until")),
                name="notification_quiet_hours_begin_and_end",
            ),
        ]

    def __str__(self) -> str:
        return f"notifications of {self.user_id}"

    @classmethod
    def of(cls, user: User) -> NotificationSettings:
        """What this person chose, or what is usual; no query where the row was loaded with them."""
        try:
            return user.notification_settings
        except cls.DoesNotExist:
            return cls(user=user)

    def wants(self, kind: str, way: Way) -> bool:
        return f"{kind}.{way}" in self.choices

    def kinds_by(self, way: Way) -> list[str]:
        """The kinds that they are told of in this way."""
        return [kind for kind in NotificationKind.values if self.wants(kind, way)]

    def quiet_end(self, at: datetime) -> datetime | None:
        """When the quiet hours end that `at` is in; None if it is in none."""
        if self.quiet_from is None or self.quiet_until is None:
            return None
        local = at.astimezone(_zone(self.user.timezone))
        begins, ends, now = self.quiet_from, self.quiet_until, local.time()
        if begins < ends and begins <= now < ends:
            return _at(local, ends)
        if begins > ends and now >= begins:
            return _at(local + timedelta(days=1), ends)
        if begins > ends and now < ends:
            return _at(local, ends)
        return None


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def _at(day: datetime, hour: time) -> datetime:
    return datetime.combine(day.date(), hour, tzinfo=day.tzinfo)


class NotificationQuerySet(models.QuerySet["Notification"]):
    def unread(self) -> Self:
        return self.filter(read_at=None)

    def forget_old(self) -> int:
        """Remove what was read long ago, some at a time."""
        old = self.filter(read_at__lt=timezone.now() - KEPT_READ).values("pk")[:FORGET_AT_ONCE]
        return self.filter(pk__in=list(old.values_list("pk", flat=True))).delete()[0]


class Notification(models.Model):
    """That somebody is told of an event: once, for the most important of its reasons."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="notifications",
        db_index=False,
    )
    kind = models.CharField(max_length=10, choices=NotificationKind.choices)
    ticket = models.ForeignKey(
        "Ticket", on_delete=models.CASCADE, related_name="notifications", db_index=False
    )
    event = models.ForeignKey(
        "Event", on_delete=models.CASCADE, related_name="notifications", db_index=False
    )
    # Whether it stands in the centre, or is only pushed or mailed.
    in_app = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=clock.now, db_default=Now(), editable=False)
    read_at = models.DateTimeField(null=True, blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        constraints = [
            models.UniqueConstraint(fields=["event", "user"], name="notification_once_per_event"),
            models.CheckConstraint(
                condition=Q(kind__in=NotificationKind.values), name="notification_kind_is_known"
            ),
        ]
        indexes = [
            models.Index(fields=["user", "-id"], name="notification_of_user"),
            models.Index(
                fields=["user", "-id"],
                condition=Q(read_at__isnull=True),
                name="notification_unread",
            ),
            models.Index(fields=["ticket", "user"], name="notification_of_ticket"),
            models.Index(
                fields=["read_at"], condition=Q(read_at__isnull=False), name="notification_read"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} #{self.event_id}"


class NotificationTargetQuerySet(models.QuerySet["NotificationTarget"]):
    def claim(self, *, most: int, lease: timedelta) -> list[NotificationTarget]:
        """Take those that have something due, the longest first; what another takes is passed over.

        A process that dies in the middle lets its lease run out.
        """
        now = timezone.now()
        claimed = self.raw(
            f"""
            UPDATE {self.model._meta.db_table} SET due_at = %s, attempts = attempts + 1
            WHERE id = ANY(ARRAY(
                SELECT id FROM {self.model._meta.db_table} WHERE due_at <= %s
                ORDER BY due_at, id LIMIT %s FOR UPDATE SKIP LOCKED
            )) RETURNING id
            """,  # noqa: S608 - the name of our own table
            [now + lease, now, most],
        )
        taken = [target.pk for target in claimed]
        found = self.filter(pk__in=taken).select_related("user__notification_settings")
        return list(found.order_by("pk")) if taken else []

    @transaction.atomic
    def is_sent(
        self, target: NotificationTarget, upto: int, *, kinds: Collection[str] = ()
    ) -> None:
        """What was due is done, up to a notification; what came of these kinds meanwhile is due now.

        The lock and the look are two statements: the second sees what the first had to wait for.
        """
        own = self.filter(pk=target.pk)
        if not own.select_for_update(no_key=True).exists():
            return
        newer = Notification.objects.filter(user=target.user_id, kind__in=kinds, pk__gt=upto)
        due_at = timezone.now() if newer.exists() else None
        own.update(sent_upto=upto, attempts=0, due_at=due_at)

    def waits(self, target: NotificationTarget, until: datetime, *, tried: bool) -> None:
        """It is to be done later: it was `tried` and failed, or is not to be disturbed now."""
        attempts = target.attempts if tried else 0
        self.filter(pk=target.pk).update(due_at=until, attempts=attempts)

    def is_gone(self, target: NotificationTarget) -> None:
        """The browser, or whoever it belonged to, is not there any more."""
        self.filter(pk=target.pk).delete()


class NotificationTarget(models.Model):
    """A browser or a mailbox of somebody who works here, and what it was sent of their notifications.

    With an endpoint it is a browser that asked for pushes; without one it is their e-mail address.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notification_targets"
    )
    endpoint = models.URLField(max_length=1000, blank=True)
    # The browser's own keys, in the form in which it gives them: what is sent only it can read.
    p256dh = models.CharField(max_length=100, blank=True)
    auth = models.CharField(max_length=40, blank=True)
    browser = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField(default=clock.now, db_default=Now(), editable=False)

    sent_upto = models.BigIntegerField(
        default=0
    )  # the newest notification that was in what was sent
    due_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    objects = NotificationTargetQuerySet.as_manager()

    class Meta:
        verbose_name = _("notification target")
        verbose_name_plural = _("notification targets")
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(endpoint=""), name="target_one_mailbox_each"
            ),
            models.UniqueConstraint(
                fields=["endpoint"], condition=~Q(endpoint=""), name="target_browser_once"
            ),
            models.CheckConstraint(
                condition=Q(endpoint="", p256dh="", auth="")
                | ~Q(endpoint="") & ~Q(p256dh="") & ~Q(auth=""),
                name="target_browser_has_its_keys",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="target_due"),
        ]

    def __str__(self) -> str:
        return self.browser or self.endpoint[:40] or "e-mail"

    @property
    def way(self) -> Way:
        return Way.PUSH if self.endpoint else Way.EMAIL


class PushKey(models.Model):
    """The key by which push services know this installation. One row, made when it was installed."""

    private_key = SealedField()
    created_at = models.DateTimeField(default=clock.now, db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("push key")
        verbose_name_plural = _("push keys")
        constraints = [models.CheckConstraint(condition=Q(id=1), name="push_key_is_one")]

    def __str__(self) -> str:
        return "push key"
