"""The ticket: one conversation with one customer, whoever answers and by whatever channel."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce, Now
from django.utils.translation import gettext_lazy as _

from tickets import clock
from tickets.models.metadata import Told
from tickets.models.remembering import Remembering
from tickets.models.states import (
    ENDED,
    NEVER,
    NOT_SOLVED,
    SOLVED,
    STILL_OPEN,
    Channel,
    Metric,
    Priority,
    Resolution,
    Turn,
)
from tickets.models.statuses import StatusCategory

# Crockford's letters without vowels: easy to read out, and no reference spells a word.
REFERENCE_LETTERS = "23456789BCDFGHJKMNPQRSTVWXZ"


def new_reference() -> str:
    """A reference like `K7MXQ2PB`: 27^8 of them, so that none is guessed or met twice."""
    return "".join(secrets.choice(REFERENCE_LETTERS) for _ in range(8))


class TicketQuerySet(models.QuerySet["Ticket"]):
    def waiting(self) -> Self:
        """Those in a queue, in the order in which they are to be accepted.

        What counts is since when a person was asked for: a transfer sends nobody back to the end.
        """
        return self.filter(turn=Turn.QUEUE).order_by("-priority", "person_asked_at", "pk")

    def locked(self, ticket: Ticket) -> Ticket:
        """The ticket's row as it is now, held until the transaction ends.

        Every action starts here, so that two people who act at once act one after the other.
        Nothing is joined: a statement that has to wait for the lock gets the new row of the ticket,
        but would join it with the old rows of the others. Its key is not locked, so that what only
        refers to the ticket may be written meanwhile.
        """
        return self.select_for_update(no_key=True).get(pk=ticket.pk)

    def all_locked(self, keys: Collection[int]) -> Self:
        """Those rows as they are now, held in the order of their keys, as whoever holds several does."""
        return self.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk")


class Ticket(Told, Remembering):
    watched = (
        *("priority", "team_id", "type_id", "status_id", "tags", "custom", "customer_id"),
        *("turn", "person_asked_at", "snoozed_at", "merged_into_id"),
    )
    heard: frozenset[str] = frozenset()  # whose words were added since it was loaded

    reference = models.CharField(
        _("reference"), max_length=12, unique=True, default=new_reference, editable=False
    )
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    customer = models.ForeignKey(
        "Customer", on_delete=models.PROTECT, related_name="tickets", db_index=False
    )
    team = models.ForeignKey(
        "Team", on_delete=models.PROTECT, related_name="tickets", db_index=False
    )
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="assigned_tickets",
        null=True,
        blank=True,
        db_index=False,
    )
    channel = models.CharField(_("channel"), max_length=10, choices=Channel.choices)
    # The address of ours to which its customer writes; answers by mail come from it.
    mailbox = models.ForeignKey(
        "Mailbox",
        verbose_name=_("mailbox"),
        on_delete=models.PROTECT,
        related_name="tickets",
        null=True,
        blank=True,
    )
    priority = models.PositiveSmallIntegerField(
        _("priority"), choices=Priority.choices, default=Priority.NORMAL
    )
    type = models.ForeignKey(
        "TicketType",
        verbose_name=_("type"),
        on_delete=models.PROTECT,
        related_name="tickets",
        null=True,
        blank=True,
    )
    # A finer word for where it stands, and the category in which that is one; see `category`.
    status = models.ForeignKey(
        "Status",
        verbose_name=_("status"),
        on_delete=models.PROTECT,
        related_name="tickets",
        null=True,
        blank=True,
    )
    status_category = models.CharField(max_length=10, blank=True, db_default="", editable=False)

    turn = models.CharField(_("turn"), max_length=10, choices=Turn.choices)
    turn_since = models.DateTimeField(_("turn since"))
    # Set while a person is wanted: the assistant stays silent until an agent hands back.
    person_asked_at = models.DateTimeField(null=True, blank=True)
    resolution = models.CharField(max_length=10, choices=Resolution.choices, blank=True)
    solved_by_assistant = models.BooleanField(default=False)
    closed_at = models.DateTimeField(null=True, blank=True)
    # Nobody writes any more, and the customer was told that it is closed then.
    closes_at = models.DateTimeField(null=True, blank=True)
    # It goes on with what was closed for too long to be reopened.
    follows = models.ForeignKey(
        "self", on_delete=models.PROTECT, related_name="followed_by", null=True, blank=True
    )
    # It goes on in another conversation of the same customer; its own messages stay where they are.
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, related_name="merged", null=True, blank=True
    )

    # Put aside by its agent since then; without a time until the customer writes.
    snoozed_at = models.DateTimeField(null=True, blank=True)
    snoozed_until = models.DateTimeField(null=True, blank=True)
    snooze_note = models.CharField(max_length=200, blank=True, db_default="")
    # It came back from being put aside, and its agent has not acted since: it stands on top.
    is_back = models.BooleanField(default=False, db_default=False)

    # What is promised for it, and which of the promises that run is due next: see tickets.models.sla.
    sla = models.ForeignKey(
        "SlaPolicy",
        verbose_name=_("service level"),
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
    )
    due_at = models.DateTimeField(null=True, editable=False)
    due_warns_at = models.DateTimeField(null=True, editable=False)
    due_metric = models.CharField(max_length=10, choices=Metric.choices, blank=True, db_default="")
    # What an admin's custom fields say of it, by their keys: see tickets.models.custom_fields.
    custom = models.JSONField(
        default=dict, blank=True, editable=False, db_default=models.Value({}, models.JSONField())
    )

    # One counter per ticket, raised under the row's lock: order is commit order.
    last_position = models.PositiveIntegerField(default=0)
    last_message_at = models.DateTimeField()
    tags = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    clarified = models.BooleanField(default=False)
    unhelpful_answers = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(
        _("opened"), default=clock.now, db_default=Now(), editable=False
    )
    # Set by a trigger whenever the row is written, see tickets.lists.changes; in a replay that of then.
    updated_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = TicketQuerySet.as_manager()

    class Meta:
        verbose_name = _("ticket")
        verbose_name_plural = _("tickets")
        constraints = [
            *Told.Meta.constraints,
            models.CheckConstraint(condition=Q(turn__in=Turn.values), name="ticket_turn_is_known"),
            models.CheckConstraint(
                condition=~Q(turn=Turn.AGENT) | Q(assignee__isnull=False),
                name="ticket_an_agents_turn_has_an_agent",
            ),
            models.CheckConstraint(
                condition=~Q(turn=Turn.QUEUE)
                | Q(assignee__isnull=True, person_asked_at__isnull=False),
                name="ticket_a_queued_one_waits_for_a_person",
            ),
            models.CheckConstraint(
                condition=~Q(turn=Turn.ASSISTANT)
                | Q(assignee__isnull=True, person_asked_at__isnull=True),
                name="ticket_no_person_in_the_assistants_turn",
            ),
            models.CheckConstraint(
                condition=Q(turn__in=ENDED, closed_at__isnull=False) & ~Q(resolution="")
                | ~Q(turn__in=ENDED) & Q(closed_at__isnull=True, resolution=""),
                name="ticket_closed_with_a_time_and_a_resolution",
            ),
            models.CheckConstraint(
                condition=Q(status__isnull=True, status_category="")
                | Q(status__isnull=False)
                & (
                    Q(status_category=StatusCategory.HOLD, snoozed_at__isnull=False)
                    | Q(snoozed_at__isnull=True)
                    & (
                        Q(status_category=StatusCategory.WAITING, turn=Turn.CUSTOMER)
                        | Q(status_category=StatusCategory.OPEN, turn__in=STILL_OPEN)
                    )
                    | Q(status_category=StatusCategory.RESOLVED, resolution__in=SOLVED)
                    | Q(status_category=StatusCategory.CLOSED, resolution__in=NOT_SOLVED)
                ),
                name="ticket_status_fits_where_it_stands",
            ),
            models.CheckConstraint(
                condition=Q(due_at__isnull=True, due_warns_at__isnull=True, due_metric="")
                | Q(due_at__isnull=False, sla__isnull=False) & ~Q(due_metric=""),
                name="ticket_what_is_due_is_promised",
            ),
            models.CheckConstraint(
                condition=Q(turn=Turn.SPAM, resolution=Resolution.SPAM)
                | ~Q(turn=Turn.SPAM) & ~Q(resolution=Resolution.SPAM),
                name="ticket_spam_in_turn_and_resolution",
            ),
            models.CheckConstraint(
                condition=Q(snoozed_at__isnull=True)
                | Q(assignee__isnull=False, turn__in=[Turn.AGENT, Turn.CUSTOMER]),
                name="ticket_a_snoozed_one_is_an_agents",
            ),
            models.CheckConstraint(
                condition=Q(closes_at__isnull=True) | Q(turn=Turn.CUSTOMER),
                name="ticket_only_what_waits_for_the_customer_becomes_quiet",
            ),
            models.CheckConstraint(
                condition=Q(snoozed_at__isnull=False)
                | Q(snoozed_until__isnull=True, snooze_note=""),
                name="ticket_snoozed_until_only_while_it_is",
            ),
            models.CheckConstraint(
                condition=Q(resolution=Resolution.MERGED, merged_into__isnull=False)
                | ~Q(resolution=Resolution.MERGED) & Q(merged_into__isnull=True),
                name="ticket_a_merged_one_is_closed_as_merged",
            ),
            models.CheckConstraint(
                condition=~Q(merged_into=models.F("id")), name="ticket_merged_into_another"
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "-last_message_at", "-id"]),
            models.Index(fields=["team", "turn", "-last_message_at", "-id"]),
            models.Index(fields=["assignee", "turn", "-last_message_at", "-id"]),
            models.Index(fields=["-last_message_at", "-id"], name="ticket_latest"),
            models.Index(fields=["turn", "-last_message_at", "-id"], name="ticket_latest_of_turn"),
            models.Index(fields=["updated_at", "id"], name="ticket_changed"),
            models.Index(
                fields=["team", "-priority", "person_asked_at", "id"],
                condition=Q(turn=Turn.QUEUE),
                name="ticket_queue",
            ),
            # Who waits longest, whatever its priority; what agents owe; what the assistant has.
            models.Index(
                fields=["person_asked_at", "id"],
                condition=Q(turn=Turn.QUEUE),
                name="ticket_waits_longest",
            ),
            models.Index(
                fields=["turn_since", "id"], condition=Q(turn=Turn.AGENT), name="ticket_owed"
            ),
            models.Index(
                fields=["-last_message_at", "-id"],
                condition=Q(turn__in=[Turn.ASSISTANT, Turn.CUSTOMER], person_asked_at__isnull=True),
                name="ticket_with_the_assistant",
            ),
            models.Index(fields=["-created_at", "-id"], name="ticket_opened"),
            # The orders of what is open, which is little: closed ones are not sorted by these.
            models.Index(
                fields=["turn_since", "id"],
                condition=~Q(turn=Turn.CLOSED),
                name="ticket_open_since",
            ),
            models.Index(
                fields=["-priority", "-last_message_at", "-id"],
                condition=~Q(turn=Turn.CLOSED),
                name="ticket_open_by_priority",
            ),
            models.Index(
                fields=["turn_since"],
                condition=Q(turn=Turn.ASSISTANT),
                name="ticket_assistants_turn",
            ),
            models.Index(
                fields=["snoozed_until"],
                condition=Q(snoozed_until__isnull=False),
                name="ticket_snoozed",
            ),
            models.Index(
                fields=["status", "-last_message_at", "-id"],
                condition=Q(status__isnull=False),
                name="ticket_latest_of_status",
            ),
            models.Index(
                Coalesce("due_at", NEVER),
                "id",
                condition=~Q(turn=Turn.CLOSED),
                name="ticket_open_by_due",
            ),
            models.Index(
                fields=["sla", "-last_message_at", "-id"],
                condition=Q(sla__isnull=False),
                name="ticket_latest_of_sla",
            ),
            models.Index(
                fields=["closes_at"], condition=Q(closes_at__isnull=False), name="ticket_closes"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.subject}".strip()

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Whatever changed: a status that does not fit where it stands now is not its status."""
        if self.status_category and self.status_category != self.category:
            self.status, self.status_category = None, ""
        super().save(*args, **kwargs)

    @property
    def category(self) -> StatusCategory | None:
        """Where it stands; None in quarantine."""
        if self.snoozed_at is not None:
            return StatusCategory.HOLD
        if self.turn in STILL_OPEN:
            return StatusCategory.OPEN
        if self.turn == Turn.CUSTOMER:
            return StatusCategory.WAITING
        if self.is_spam:
            return None
        return StatusCategory.RESOLVED if self.resolution in SOLVED else StatusCategory.CLOSED

    def next_position(self) -> int:
        """Take the next place in the conversation. Only under the row's lock."""
        self.last_position += 1
        return self.last_position

    def pass_turn(self, turn: Turn, *, at: datetime | None = None) -> None:
        """Give the turn to `turn`; the clock of the turn starts anew only if it changes."""
        if self.turn != turn:
            self.turn = turn
            self.turn_since = at or clock.now()
        if turn not in ENDED:
            self.closed_at = None
            self.resolution = ""
            self.solved_by_assistant = False
            self.merged_into = None
        if turn != Turn.CUSTOMER:
            self.closes_at = None
        if turn != Turn.AGENT:
            self.is_back = False
        if turn not in (Turn.AGENT, Turn.CUSTOMER):
            self.end_snooze()

    def end_snooze(self) -> None:
        """It is not put aside any more."""
        self.snoozed_at, self.snoozed_until, self.snooze_note = None, None, ""

    @property
    def is_closed(self) -> bool:
        """Whether nobody is to act any more: it ended, or it is in quarantine."""
        return self.turn in ENDED

    @property
    def is_spam(self) -> bool:
        return self.turn == Turn.SPAM

    @property
    def goes_on_in(self) -> Ticket | None:
        """Where it goes on, while that is its customer's: one of the two may have become another's."""
        into = self.merged_into
        return into if into is not None and into.customer_id == self.customer_id else None

    def is_over(self, reopen_days: int | None) -> bool:
        """Whether it was closed too long ago to be reopened by its customer; None: it never is."""
        if self.closed_at is None or reopen_days is None:
            return False
        return self.closed_at + timedelta(days=reopen_days) < clock.now()

    @property
    def with_a_person(self) -> bool:
        """Whether a person was asked for or has it: then the assistant stays silent."""
        return self.person_asked_at is not None

    @property
    def somebody_has_it(self) -> bool:
        """Whether a person will answer: it is queued, or an agent has it who still works here."""
        if self.is_closed or not self.with_a_person:
            return False
        return self.turn == Turn.QUEUE or (self.assignee is not None and self.assignee.on_the_staff)
