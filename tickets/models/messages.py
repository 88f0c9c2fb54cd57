"""What is said in a conversation; and, as a model of their own, the notes that agents keep."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tickets import clock
from tickets.models.states import Channel


class AuthorKind(models.TextChoices):
    CUSTOMER = "customer", _("Customer")
    AGENT = "agent", _("Agent")
    ASSISTANT = "assistant", _("AI assistant")
    SYSTEM = "system", _("System")


class MessageQuerySet(models.QuerySet["Message"]):
    def after(self, position: int) -> Self:
        return self.filter(position__gt=position)

    def complete(self) -> Self:
        """With everything that its template shows to customers, in a fixed number of queries.

        Whoever works here sees the customer's name, too: `author_customer`.
        """
        return self.select_related("author_user", "answer").prefetch_related(
            "answer__citations", "attachments"
        )


class Message(models.Model):
    """Something that the customer may read. Its author's kind is data and always shown."""

    ticket = models.ForeignKey(
        "Ticket", on_delete=models.CASCADE, related_name="messages", db_index=False
    )
    position = models.PositiveIntegerField()
    author_kind = models.CharField(max_length=10, choices=AuthorKind.choices)
    author_user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
    )
    author_customer = models.ForeignKey(
        "Customer", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    channel = models.CharField(max_length=10, choices=Channel.choices)
    body = models.TextField(blank=True)
    # Chosen by the sender, so that a second click or a retry finds the first message.
    client_id = models.UUIDField(null=True, blank=True)
    # For a sentence of an admin's with which a hand-over begins: what it is about; `safety` marks a
    # warning, which is shown as one. `key` is the program that wrote it for its author, `drafted_by` the
    # one whose draft its author sent.
    provenance = models.JSONField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now, db_default=Now(), editable=False)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["ticket", "position"]
        constraints = [
            models.UniqueConstraint(fields=["ticket", "position"], name="message_position_unique"),
            models.UniqueConstraint(fields=["ticket", "client_id"], name="message_sent_once"),
            models.CheckConstraint(
                condition=Q(
                    author_kind="customer", author_customer__isnull=False, author_user__isnull=True
                )
                | Q(author_kind="agent", author_user__isnull=False, author_customer__isnull=True)
                | Q(
                    author_kind__in=["assistant", "system"],
                    author_user__isnull=True,
                    author_customer__isnull=True,
                ),
                name="message_author_fits_its_kind",
            ),
        ]
        indexes = [
            # The newest answer is looked for with every frame, however long people have talked since.
            models.Index(
                fields=["ticket", "-position"],
                condition=Q(author_kind="assistant"),
                name="message_by_the_assistant",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.author_kind} #{self.position}"

    @property
    def warns(self) -> bool:
        """Whether it warns somebody in danger: nothing keeps it back."""
        return bool((self.provenance or {}).get("safety"))

    @property
    def by_rule(self) -> str:
        """The name of the rule by which the helpdesk said it to the customer; "" of everything else."""
        return str((self.provenance or {}).get("rule", ""))


class Decision(models.TextChoices):
    """What the assistant made of a question."""

    ANSWER = "answer", _("Answer")
    OFFER = "offer", _("Articles to choose from")
    CLARIFY = "clarify", _("Question back")
    TASK = "task", _("Does something")
    HAND_OVER = "hand_over", _("Hand-over")


class Answer(models.Model):
    """What stands behind a message of the assistant, and what the customer made of it."""

    message = models.OneToOneField(Message, on_delete=models.CASCADE, related_name="answer")
    decision = models.CharField(max_length=10, choices=Decision.choices)
    confidence = models.FloatField()
    reasons = models.JSONField(default=list, blank=True)
    helpful = models.BooleanField(null=True, blank=True)
    # Answered, but a rule wants somebody to look at it.
    flagged = models.CharField(max_length=200, blank=True)
    # A rule wants the way to a person shown with the answer, larger than it always is.
    offers_person = models.BooleanField(default=False)
    # Something else that was asked is not answered by it.
    partly = models.BooleanField(default=False, db_default=False)
    # What the customer may answer by one press. Each is sent as words of theirs.
    choices = models.JSONField(default=list, db_default=[], blank=True)
    # The system that told what it says; empty where no system was asked.
    told_by = models.CharField(max_length=80, blank=True, db_default="")

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        constraints = [
            models.CheckConstraint(
                condition=Q(confidence__range=(0, 1)), name="answer_confidence_is_a_probability"
            )
        ]

    def __str__(self) -> str:
        return f"{self.decision} ({self.confidence:.2f})"


class Citation(models.Model):
    """An article that was shown with an answer: the words quoted, as they were then."""

    answer = models.ForeignKey(
        Answer, on_delete=models.CASCADE, related_name="citations", db_index=False
    )
    article = models.ForeignKey(
        "knowledgebase.Article",
        on_delete=models.PROTECT,
        related_name="citations",
        db_index=False,
    )
    rank = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=300)
    slug = models.SlugField(max_length=200)
    heading = models.CharField(max_length=300, blank=True)
    anchor = models.CharField(max_length=300, blank=True)
    # What its author wrote to be read before the section. Plain text.
    short_answer = models.TextField(blank=True)
    passage = models.TextField()
    # Whether the customer reads the passage as the answer, or only that there is this article.
    quoted = models.BooleanField(default=False)
    # The whole section that a quoted passage is from, where that is more.
    section = models.TextField(blank=True)
    # Sections of the article that may be meant as well: [{"heading", "anchor"}], best first.
    nearby = models.JSONField(default=list, blank=True)
    score = models.FloatField()

    class Meta:
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        ordering = ["answer", "rank"]
        constraints = [
            models.UniqueConstraint(fields=["answer", "rank"], name="citation_rank_unique")
        ]
        # How an article does is told by its newest ones.
        indexes = [models.Index(fields=["article", "-id"], name="citation_of_article")]

    def __str__(self) -> str:
        return self.title


class NoteKind(models.TextChoices):
    """For whom a note is above all: colleagues who read it some time, or one who reads it now."""

    NOTE = "note", _("Internal note")
    # A lead's, to the agent who has the conversation.
    WHISPER = "whisper", _("Whisper")
    # A lead's, for whoever takes the conversation next: its brief carries it.
    HINT = "hint", _("Hint")
    # To the leads of a conversation, and what one of them answered: see `approvals`.
    APPROVAL = "approval", _("Asks for approval")
    DECISION = "decision", _("Decision")


class Note(models.Model):
    """What agents tell each other. No query for customers can return one: it is another table."""

    ticket = models.ForeignKey(
        "Ticket", on_delete=models.CASCADE, related_name="notes", db_index=False
    )
    position = models.PositiveIntegerField()
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    # The rule that wrote it, as it was called then, where nobody did.
    rule = models.CharField(max_length=80, blank=True, db_default="")
    body = models.TextField()
    # The program that wrote it for its author: the name of its key.
    by_key = models.CharField(max_length=80, blank=True, default="", db_default="")
    kind = models.CharField(
        max_length=10, choices=NoteKind.choices, default=NoteKind.NOTE, db_default="note"
    )
    # Whom a whisper is for.
    to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
    )
    client_id = models.UUIDField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now, db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("internal note")
        verbose_name_plural = _("internal notes")
        ordering = ["ticket", "position"]
        constraints = [
            models.UniqueConstraint(fields=["ticket", "position"], name="note_position_unique"),
            models.UniqueConstraint(fields=["ticket", "client_id"], name="note_written_once"),
            models.CheckConstraint(
                condition=Q(kind=NoteKind.WHISPER, to__isnull=False)
                | (~Q(kind=NoteKind.WHISPER) & Q(to__isnull=True)),
                name="note_a_whisper_is_for_somebody",
            ),
            models.CheckConstraint(
                condition=Q(author=None, kind=NoteKind.NOTE) & ~Q(rule="")
                | Q(author__isnull=False, rule=""),
                name="note_by_somebody_or_by_a_rule",
            ),
        ]

    def __str__(self) -> str:
        return f"note #{self.position}"

    @property
    def by(self) -> str:
        """Who wrote it, as agents read it."""
        return str(self.author) if self.author else gettext("Rule: %(name)s") % {"name": self.rule}
