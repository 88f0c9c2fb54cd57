"""What happened: one append-only row per change, and per row the reactions it still owes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NoReturn, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tickets import clock


class EventKind(models.TextChoices):
    TICKET_OPENED = "ticket.opened", _("opened the conversation")
    MESSAGE_POSTED = "message.posted", _("wrote")
    NOTE_WRITTEN = "note.written", _("wrote an internal note")
    CALL_LOGGED = "call.logged", _("wrote a telephone call down")
    REPLY_LEAVING = "reply.leaving", _("sent a reply, which leaves in a moment")
    REPLY_TAKEN_BACK = "reply.taken_back", _("took a reply back before it left")
    REPLY_HELD = "reply.held", _("has a reply that did not leave")
    ANSWER_RATED = "answer.rated", _("rated the assistant's answer")
    PERSON_ASKED = "person.asked", _("asked for a person")
    TICKET_ACCEPTED = "ticket.accepted", _("accepted the conversation")
    TICKET_HANDED_BACK = "ticket.handed_back", _("handed back to the assistant")
    TICKET_RETURNED = "ticket.returned", _("returned the conversation to its agent")
    TICKET_TRANSFERRED = "ticket.transferred", _("transferred to another team")
    TICKET_RESOLVED = "ticket.resolved", _("marked as resolved")
    TICKET_CONFIRMED = "ticket.confirmed", _("confirmed that it is solved")
    CLOSING_ANNOUNCED = "closing.announced", _("said when the conversation will be closed")
    TICKET_CLOSED = "ticket.closed", _("closed the conversation")
    TICKET_CONTINUED = "ticket.continued", _("went on in another conversation")
    TICKET_REOPENED = "ticket.reopened", _("reopened the conversation")
    TICKET_MERGED = "ticket.merged", _("merged the conversation into another")
    TICKET_UNMERGED = "ticket.unmerged", _("took a merge back")
    TICKET_SPLIT = "ticket.split", _("split a part off into a conversation of its own")
    TICKET_LINKED = "ticket.linked", _("linked the conversation with another")
    TICKET_UNLINKED = "ticket.unlinked", _("removed a link to another conversation")
    AFFECTED_ANSWERED = "affected.answered", _("answered all that it affects")
    AFFECTED_DONE = "affected.done", _("was through with all that it affects")
    TICKET_RATED = "ticket.rated", _("rated the conversation")
    READING_CORRECTED = "reading.corrected", _("corrected what was understood")
    ANSWER_REPORTED = "answer.reported", _("reported a wrong answer")
    ASKED_AGAIN = "question.asked_again", _("asked for something that was known")
    PERSON_PAGED = "person.paged", _("paged somebody")
    TAGS_CHANGED = "tags.changed", _("changed the tags")
    TICKET_CHANGED = "ticket.changed", _("changed the conversation's properties")
    TICKET_ASSIGNED = "ticket.assigned", _("gave the conversation to somebody")
    TICKET_SNOOZED = "ticket.snoozed", _("put the conversation aside")
    TICKET_UNSNOOZED = "ticket.unsnoozed", _("brought the conversation back")
    SLA_WARNED = "sla.warned", _("said that a promise of the service level is near its end")
    SLA_BREACHED = "sla.breached", _("said that a promise of the service level is broken")
    TICKET_FOLLOWED = "ticket.followed", _("follows the conversation")
    TICKET_UNFOLLOWED = "ticket.unfollowed", _("follows the conversation no more")
    TICKET_JOINED = "ticket.joined", _("joined the conversation beside who has it")
    TICKET_LEFT = "ticket.left", _("takes part in the conversation no more")
    COPY_ADDED = "copy.added", _("put somebody in copy")
    COPY_REMOVED = "copy.removed", _("took somebody out of copy")
    BULK_STARTED = "bulk.started", _("began an act on many conversations")
    BULK_ENDED = "bulk.ended", _("ended an act on many conversations")
    FACT_NOTED = "fact.noted", _("noted a fact")
    TICKET_SPAM = "ticket.spam", _("marked as spam")
    TICKET_NOT_SPAM = "ticket.not_spam", _("brought back from spam")
    CUSTOMER_BLOCKED = "customer.blocked", _("blocked the customer")
    CUSTOMER_UNBLOCKED = "customer.unblocked", _("took a block back")
    TICKET_UNDONE = "ticket.undone", _("took an act back")
    MACRO_APPLIED = "macro.applied", _("applied a macro")
    EMAIL_LEFT = "email.left", _("left an e-mail address")
    CODE_ASKED = "email.code_asked", _("asked for another code by mail")
    EMAIL_REFUSED = "email.refused", _("said that the e-mail address is not theirs to use")
    EMAIL_CONFIRMED = "email.confirmed", _("confirmed an e-mail address")
    IDENTITY_WANTED = "identity.wanted", _("asked the customer to prove their address")
    IDENTITY_CODE_ASKED = "identity.code_asked", _("asked for a code to prove an address")
    IDENTITY_MISTYPED = "identity.mistyped", _("typed a code that is not the right one")
    IDENTITY_PROVED = "identity.proved", _("proved an address by a code")
    IDENTITY_ENDED = "identity.ended", _("is no longer who had proved an address")
    CUSTOMER_JOINED = "customer.joined", _("joined an account")
    MAIL_QUEUED = "mail.queued", _("was sent a mail about a log-in")
    MAIL_RECEIVED = "mail.received", _("sent a mail")
    MAIL_UNREADABLE = "mail.unreadable", _("sent a mail that could not be read")
    MAIL_NOTED = "mail.noted", _("sent an automatic mail")
    MAIL_HELD = "mail.held", _("sent a mail that is held for agents")
    MAIL_REFUSED = "mail.refused", _("sent a mail that was refused")
    MAIL_LET_IN = "mail.let_in", _("let a held mail in")
    MAIL_DISMISSED = "mail.dismissed", _("dismissed a mail")
    MAILBOX_FAILING = "mailbox.failing", _("could not fetch from a mailbox any more")
    MAILBOX_WORKS_AGAIN = "mailbox.works_again", _("fetches from the mailbox again")
    MAIL_FAILED = "mail.failed", _("has a mail that could not be sent")
    MAIL_BOUNCED = "mail.bounced", _("got a mail back")
    MAIL_COMPLAINED = "mail.complained", _("was told that a mail was unwanted")
    MAIL_SENT_AGAIN = "mail.sent_again", _("sent a mail again")
    MAIL_HELD_BACK = "mail.held_back", _("does not send a mail again after all")
    MAIL_SILENCED = "mail.silenced", _("sends no further automatic mail for now")
    ADDRESS_OPENED = "address.opened", _("lets mail go to an address again")
    CUSTOMER_CHANGED = "customer.changed", _("changed what is known of the customer")
    CONTACT_ADDED = "contact.added", _("added an address or a telephone")
    CONTACT_CONFIRMED = "contact.confirmed", _("confirmed an address or a telephone")
    CONTACT_REMOVED = "contact.removed", _("removed an address or a telephone")
    CUSTOMER_MERGED = "customer.merged", _("merged two customers")
    CUSTOMER_PARTED = "customer.parted", _("parted two customers again")
    ORGANIZATION_CHANGED = "organization.changed", _("changed what is known of the organisation")
    ORGANIZATION_JOINED = "organization.joined", _("joined the organisation by their address")
    RECORDS_STORED = "records.stored", _("told of records")
    RECORD_DELETED = "record.deleted", _("deleted a record")
    RECORD_LINKED = "record.linked", _("linked a record")
    RECORD_UNLINKED = "record.unlinked", _("removed the link to a record")
    RECORD_OF_ANOTHER = "record.of_another", _("named a record of another customer")
    RECORD_CHANGED = "record.changed", _("changed a record")
    TASK_STARTED = "task.started", _("began a task")
    TASK_CONFIRMED = "task.confirmed", _("agreed that a task is done")
    TASK_DONE = "task.done", _("did a task")
    TASK_FAILED = "task.failed", _("could not do a task")
    TASK_LEFT = "task.left", _("left a task")
    TASK_UNDO_ASKED = "task.undo_asked", _("asked to take a task back")
    TASK_UNDONE = "task.undone", _("took a task back")
    RULE_APPLIED = "rule.applied", _("applied a rule")
    SEEING_BEGAN = "access.seen_as", _("began to see the workspace as")
    SEEING_ENDED = "access.seen_as_ended", _("stopped seeing the workspace as")
    LOGGED_IN = "access.logged_in", _("logged in")
    LOG_IN_ENDED = "access.log_in_ended", _("ended a log-in")
    FACTOR_ADDED = "access.factor_added", _("added a second factor")
    FACTOR_REMOVED = "access.factor_removed", _("removed a second factor")
    LOOKED_AT = "access.looked_at", _("opened the sensitive conversation")
    SETTING_ADDED = "setting.added", _("added")
    SETTING_CHANGED = "setting.changed", _("changed")
    SETTING_REMOVED = "setting.removed", _("removed")


class AppendOnlyQuerySet(models.QuerySet[Any]):
    def update(self, **kwargs: Any) -> NoReturn:
        raise TypeError("Events are append-only.")

    def delete(self) -> NoReturn:
        raise TypeError("Events are append-only.")


class Event(models.Model):
    """One thing that somebody did. Audit trail, timeline, SLA clock, source of reports, outbox.

    A trigger in the database refuses to change or delete a row, whoever asks.
    """

    kind = models.CharField(max_length=30, choices=EventKind.choices)
    ticket = models.ForeignKey(
        "Ticket",
        on_delete=models.PROTECT,
        related_name="events",
        null=True,
        blank=True,
        db_index=False,
    )
    position = models.PositiveIntegerField(null=True, blank=True)
    # For what is no ticket (a setting, an article): `app.model` and its key.
    subject = models.CharField(max_length=100, blank=True)
    subject_id = models.CharField(max_length=40, blank=True)
    actor_kind = models.CharField(max_length=10)
    actor_user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
    )
    actor_customer = models.ForeignKey(
        "Customer", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    actor_key = models.ForeignKey(
        "ApiKey", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    data = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=clock.now, db_default=Now(), editable=False)
    # Where it stands in the feed (`tickets.models.feed`): a trigger writes it, whoever else tries.
    place = models.BigIntegerField(db_default=0, editable=False)

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["ticket", "position"], name="event_position_unique"),
            models.CheckConstraint(
                condition=Q(ticket__isnull=True, position__isnull=True)
                | Q(ticket__isnull=False, position__isnull=False),
                name="event_of_a_ticket_has_a_position",
            ),
        ]
        indexes = [
            models.Index(fields=["subject", "subject_id", "-id"]),
            models.Index(fields=["place", "id"], name="event_in_the_feed"),
            # What admins did is a handful among all that happens to tickets.
            models.Index(fields=["-id"], condition=Q(ticket=None), name="event_of_no_ticket"),
            models.Index(
                fields=["created_at"],
                condition=Q(kind=EventKind.ASKED_AGAIN),
                name="event_asked_again",
            ),
            # What an agent did today, of all that they ever did.
            models.Index(
                fields=["actor_user", "created_at"],
                condition=Q(
                    kind__in=[EventKind.MESSAGE_POSTED, EventKind.TICKET_RESOLVED],
                    actor_user__isnull=False,
                ),
                name="event_of_an_agents_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.ticket_id or self.subject}"


class ReactionState(models.TextChoices):
    DUE = "due", _("Due")
    DONE = "done", _("Done")
    DEAD = "dead", _("Given up")


class ReactionQuerySet(models.QuerySet["Reaction"]):
    def overdue(self) -> Self:
        """Those that should be running or done, and that nobody holds a lease on."""
        now = timezone.now()
        return self.filter(state=ReactionState.DUE, due_at__lte=now)

    def claim(self, pk: int, *, lease: timedelta) -> Reaction | None:
        """Take one reaction for `lease`; None if it is done, held by another, or not due.

        A worker that dies in the middle simply lets the lease run out.
        """
        now = timezone.now()
        claimed = self.filter(pk=pk, state=ReactionState.DUE, due_at__lte=now).update(
            due_at=now + lease, attempts=models.F("attempts") + 1
        )
        return self.select_related("event__ticket").get(pk=pk) if claimed else None

    def claim_next(self, queue: str, *, most: int, lease: timedelta) -> list[Reaction]:
        """Take those of a queue that have been due longest, at most so many. Two statements.

        What another worker is taking at this moment is passed over, not waited for.
        """
        now = timezone.now()
        claimed = self.raw(
            # The rows are locked before they are changed, and only as many as are taken.
            f"""
            UPDATE {self.model._meta.db_table} SET due_at = %s, attempts = attempts + 1
            WHERE id = ANY(ARRAY(
                SELECT id FROM {self.model._meta.db_table}
                WHERE queue = %s AND state = 'due' AND due_at <= %s
                ORDER BY due_at, id LIMIT %s FOR UPDATE SKIP LOCKED
            )) RETURNING id
            """,  # noqa: S608 - the name of our own table
            [now + lease, queue, now, most],
        )
        taken = [reaction.pk for reaction in claimed]
        if not taken:
            return []
        return list(self.filter(pk__in=taken).select_related("event__ticket").order_by("pk"))

    def queues_behind(self, *, since: datetime) -> list[str]:
        """The queues that have something due since then, and that nobody has taken up."""
        late = self.filter(state=ReactionState.DUE, due_at__lte=since)
        return list(late.order_by("queue").values_list("queue", flat=True).distinct())


class Reaction(models.Model):
    """That `name` has to react to an event, and whether it has. Written with the event."""

    event = models.ForeignKey(
        Event, on_delete=models.CASCADE, related_name="reactions", db_index=False
    )
    name = models.CharField(max_length=60)
    queue = models.CharField(max_length=20, default="default", db_default="default")
    state = models.CharField(max_length=4, choices=ReactionState.choices, default=ReactionState.DUE)
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)
    done_at = models.DateTimeField(null=True, blank=True)

    objects = ReactionQuerySet.as_manager()

    class Meta:
        verbose_name = _("reaction")
        verbose_name_plural = _("reactions")
        constraints = [
            models.UniqueConstraint(fields=["event", "name"], name="reaction_once_per_event"),
        ]
        indexes = [
            models.Index(
                fields=["queue", "due_at"], condition=Q(state="due"), name="reaction_due_in_queue"
            ),
            models.Index(fields=["-id"], condition=Q(state="dead"), name="reaction_given_up"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.state})"
