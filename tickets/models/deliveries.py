"""Mail that the helpdesk owes somebody, a row for each, and addresses to which none goes any more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tickets import addresses, clock

SEEN_BEFORE = (
    50  # earlier places of a conversation whose mails must be owed before a later one leaves
)


STANDSTILL_AFTER = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Standstill:
    """No mail leaves: since when, and what the server says, if it says anything."""

    since: datetime
    answer: str


class DeliveryKind(models.TextChoices):
    """What a mail is; its templates have this name."""

    REPLY = "reply", _("Answer")
    COPY = "copy", _("Copy")
    CLOSING = "closing", _("Notice before closing")
    ANSWER_WAITS = "answer_waits", _("An answer waits, with a code")
    CONFIRM_ADDRESS = "confirm_address", _("Confirmation of an address")
    IDENTITY_CODE = "identity_code", _("Code to prove an address")
    ACKNOWLEDGEMENT = "acknowledgement", _("Acknowledgement")
    ANSWER = "answer", _("Answer of the assistant")
    BLOCKED = "blocked", _("Notice to somebody who is blocked")
    CALL = "call", _("Call to a colleague")
    AUTOMATIC = "automatic", _("Automatic message")


class Urgency(models.IntegerChoices):
    """Who goes first: whoever waits for an answer, before what is said to many."""

    WAITED_FOR = 0, _("Waited for")
    NOTICE = 1, _("Notice")
    MANY = 2, _("To many")


class DeliveryState(models.TextChoices):
    QUEUED = "queued", _("Waits to be sent")
    DEFERRED = "deferred", _("Is tried again")
    SENT = "sent", _("Sent")
    # Read in the conversation before it was due: no mail was needed.
    READ = "read", _("Read here")
    # It went with an earlier one, in the same mail: `part_of` says how that fared.
    GATHERED = "gathered", _("In the same mail as another")
    FAILED = "failed", _("Refused")
    BOUNCED = "bounced", _("Came back")
    COMPLAINED = "complained", _("Reported as unwanted")
    SUPPRESSED = "suppressed", _("Not sent")


OPEN = (DeliveryState.QUEUED, DeliveryState.DEFERRED)
NOT_ARRIVED = (DeliveryState.FAILED, DeliveryState.BOUNCED, DeliveryState.COMPLAINED)
# No mail of a conversation waits for these, nor they for one: somebody sits before a page for them,
# or is a colleague.
_OUT_OF_ORDER = (
    *(DeliveryKind.CONFIRM_ADDRESS, DeliveryKind.ANSWER_WAITS),
    *(DeliveryKind.IDENTITY_CODE, DeliveryKind.CALL),
)


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def unfinished(self) -> Self:
        return self.filter(state__in=OPEN)

    def claim(
        self, *, most: int, lease: timedelta, own: Sequence[int] = (), away: Sequence[int] = ()
    ) -> list[Delivery]:
        """Take those that are due, whoever waits first; what another process takes is passed over.

        Of one conversation and recipient only the first that is not done; so they leave in order, and
        none before the mails that earlier events still have to owe. `own` are mailboxes with a
        server of their own, `away` those among them (0: all others) whose server does not answer.
        """
        now = timezone.now()
        table = self.model._meta.db_table
        claimed = self.raw(
            f"""
            UPDATE {table} SET due_at = %(until)s, attempts = attempts + 1, begun = begun + 1
            WHERE id = ANY(ARRAY(
                SELECT d.id FROM {table} d
                WHERE d.state IN ('queued', 'deferred') AND d.due_at <= %(now)s
                AND NOT (CASE WHEN d.mailbox_id = ANY(%(own)s) THEN d.mailbox_id ELSE 0 END
                         = ANY(%(away)s))
                AND (d.kind = ANY(%(loose)s) OR (
                    NOT EXISTS (
                        SELECT FROM {table} e
                        WHERE e.ticket_id = d.ticket_id AND e.recipient = d.recipient
                        AND e.state IN ('queued', 'deferred') AND e.kind <> ALL(%(loose)s)
                        AND (e.position, e.id) < (d.position, d.id)
                    ) AND NOT EXISTS (
                        SELECT FROM tickets_event v JOIN tickets_reaction r ON r.event_id = v.id
                        WHERE v.ticket_id = d.ticket_id AND r.state = 'due'
                        AND v.position < d.position AND v.position >= d.position - %(back)s
                        AND r.name IN ('mail.reply', 'mail.copy')
                    )
                ))
                ORDER BY d.urgency, d.id LIMIT %(most)s FOR UPDATE OF d SKIP LOCKED
            )) RETURNING id
            """,  # noqa: S608 - the names of our own tables
            {
                "until": now + lease,
                "now": now,
                "own": list(own),
                "away": list(away),
                "loose": [kind.value for kind in _OUT_OF_ORDER],
                "back": SEEN_BEFORE,
                "most": most,
            },
        )
        taken = [delivery.pk for delivery in claimed]
        if not taken:
            return []
        found = self.filter(pk__in=taken).select_related(
            *("ticket__customer__user", "ticket__team__hours", "mailbox__sending", "user", "event"),
            "message__author_user",
        )
        return list(found.prefetch_related("message__attachments").order_by("urgency", "pk"))

    def standstill(self) -> Standstill | None:
        """Since when nothing leaves although something is due; None if mail leaves. Two statements."""
        now = timezone.now()
        late = self.unfinished().filter(
            Q(is_away=True) | Q(state=DeliveryState.QUEUED, due_at__lt=now - STANDSTILL_AFTER),
            created_at__lt=now - STANDSTILL_AFTER,
        )
        oldest = late.order_by("created_at").values_list("created_at", "answer").first()
        if oldest is None:
            return None
        left = self.filter(sent_at__gt=max(oldest[0], now - STANDSTILL_AFTER))
        return None if left.exists() else Standstill(*oldest)

    def mine(self, delivery: Delivery) -> Self:
        """The row, if it is still held by who claimed it, and none if its lease ran out meanwhile."""
        return self.filter(pk=delivery.pk, attempts=delivery.attempts, state__in=OPEN)

    def ends(self, delivery: Delivery, state: DeliveryState, *, answer: str = "") -> bool:
        """It is done, and those that went in the same mail; False if another process has it by now."""
        now = timezone.now()
        ended = self.mine(delivery).update(
            state=state,
            begun=0,
            is_away=False,
            answer=answer,
            sent_at=now if state == DeliveryState.SENT else None,
            changed_at=now,
        )
        return bool(ended)

    def waits(self, delivery: Delivery, until: datetime, *, answer: str, away: bool) -> bool:
        """It is tried again then. `away`: not this mail was refused, the server did not answer."""
        return bool(
            self.mine(delivery).update(
                state=DeliveryState.DEFERRED,
                begun=0,
                is_away=away,
                answer=answer,
                due_at=until,
                changed_at=timezone.now(),
            )
        )

    def let_go(self, found: Sequence[Delivery]) -> None:
        """They were taken and not tried: whoever comes next may have them."""
        now = timezone.now()
        for delivery in found:
            self.mine(delivery).update(
                due_at=now, attempts=delivery.attempts - 1, begun=delivery.begun - 1
            )

    def gather(self, delivery: Delivery) -> list[Delivery]:
        """Later answers to the same person that wait to be read: they go in the same mail."""
        waiting = self.filter(
            ticket=delivery.ticket_id,
            recipient=delivery.recipient,
            kind=DeliveryKind.REPLY,
            state=DeliveryState.QUEUED,
            waits_unread=True,
            attempts=0,
        ).exclude(pk=delivery.pk)
        waiting.update(state=DeliveryState.GATHERED, part_of=delivery, changed_at=timezone.now())
        parts = self.filter(part_of=delivery).select_related("message__author_user")
        return list(parts.prefetch_related("message__attachments").order_by("position"))


class Delivery(models.Model):
    """One mail to one recipient, from the moment it is owed. Its words are made when it is sent.

    Sent again after a crash it has the same Message-ID, by which a bounce finds it, too.
    """

    kind = models.CharField(_("mail"), max_length=20, choices=DeliveryKind.choices)
    event = models.ForeignKey("Event", on_delete=models.PROTECT, related_name="deliveries")
    ticket = models.ForeignKey(
        "Ticket",
        verbose_name=_("conversation"),
        on_delete=models.CASCADE,
        related_name="deliveries",
        db_index=False,
    )
    # The place in the conversation of what it is about: mails leave in this order.
    position = models.PositiveIntegerField(default=0)
    message = models.ForeignKey(
        "Message", on_delete=models.CASCADE, related_name="deliveries", null=True, blank=True
    )
    mailbox = models.ForeignKey(
        "Mailbox",
        verbose_name=_("mailbox"),
        on_delete=models.PROTECT,
        related_name="deliveries",
        null=True,
        blank=True,
    )
    recipient = models.EmailField(_("to"), max_length=addresses.LONGEST)
    # Somebody who works here.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="+",
        null=True,
        blank=True,
    )
    # Its Message-ID, with the angle brackets and a token.
    internet_message_id = models.CharField(max_length=250, unique=True)
    # What its templates get beside the conversation and the message.
    data = models.JSONField(default=dict, blank=True)
    urgency = models.PositiveSmallIntegerField(choices=Urgency.choices)
    is_automatic = models.BooleanField(_("automatic"))
    # It is needed only if the customer has not read the message here by the time it is due.
    waits_unread = models.BooleanField(default=False)
    instead_of = models.OneToOneField(
        "self", on_delete=models.CASCADE, related_name="sent_again", null=True, blank=True
    )
    part_of = models.ForeignKey(
        "self", on_delete=models.CASCADE, related_name="parts", null=True, blank=True
    )

    state = models.CharField(
        _("state"),
        max_length=10,
        choices=DeliveryState.choices,
        default=DeliveryState.QUEUED,
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    # Attempts since the last one of which something was heard: whoever made them died.
    begun = models.PositiveSmallIntegerField(default=0)
    is_away = models.BooleanField(default=False)
    due_at = models.DateTimeField(_("next attempt"))
    answer = models.CharField(_("the server's answer"), max_length=500, blank=True)
    status = models.CharField(max_length=12, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    created_at = models.DateTimeField(
        _("since"), default=clock.now, db_default=Now(), editable=False
    )
    changed_at = models.DateTimeField(default=clock.now, db_default=Now(), editable=False)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("outgoing mail")
        verbose_name_plural = _("outgoing mail")
        constraints = [
            models.UniqueConstraint(
                fields=["event", "kind", "recipient"],
                condition=Q(instead_of__isnull=True),
                name="delivery_once_per_event",
            ),
            models.CheckConstraint(
                condition=Q(state__in=DeliveryState.values), name="delivery_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(state=DeliveryState.GATHERED, part_of__isnull=False)
                | ~Q(state=DeliveryState.GATHERED) & Q(part_of__isnull=True),
                name="delivery_gathered_into_another",
            ),
            models.CheckConstraint(
                condition=~Q(state=DeliveryState.SENT) | Q(sent_at__isnull=False),
                name="delivery_sent_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(recipient__regex=addresses.FORM),
                name="delivery_recipient_in_its_form",
            ),
        ]
        indexes = [
            models.Index(
                fields=["urgency", "id"], condition=Q(state__in=OPEN), name="delivery_open"
            ),
            models.Index(
                fields=["ticket", "recipient", "position"],
                condition=Q(state__in=OPEN),
                name="delivery_open_in_order",
            ),
            models.Index(fields=["ticket", "recipient", "-created_at"], name="delivery_of_ticket"),
            models.Index(fields=["ticket", "-changed_at"], name="delivery_changed"),
            models.Index(
                fields=["-sent_at"], condition=Q(sent_at__isnull=False), name="delivery_sent"
            ),
            models.Index(
                fields=["-changed_at"],
                condition=Q(state__in=NOT_ARRIVED),
                name="delivery_not_arrived",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.recipient}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def can_be_sent_again(self) -> bool:
        """Whether it is known not to have arrived, or was not sent."""
        return self.state in (*NOT_ARRIVED, DeliveryState.SUPPRESSED)


def new_key() -> str:
    """What tells the Message-ID of one mail from those of all others; short, for mail programs that
    stumble over a header on two lines.
    """
    return f"m{uuid4().hex[:12]}"


class StoppedAddress(models.Model):
    """An address to which nothing is sent, since mail to it came back for good or was complained of."""

    address = models.EmailField(_("address"), max_length=addresses.LONGEST, unique=True)
    since = models.DateTimeField(_("since"), default=clock.now, db_default=Now(), editable=False)
    why = models.CharField(_("why"), max_length=500, blank=True)
    # The mail that came back.
    by = models.ForeignKey(
        Delivery, on_delete=models.SET_NULL, related_name="+", null=True, blank=True
    )

    class Meta:
        verbose_name = _("stopped address")
        verbose_name_plural = _("stopped addresses")
        constraints = [
            models.CheckConstraint(
                condition=Q(address__regex=addresses.FORM), name="stopped_address_in_its_form"
            ),
        ]

    def __str__(self) -> str:
        return self.address
