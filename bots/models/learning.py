"""What the assistant learns from: questions without an answer, wrong answers, new wordings."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from pgvector.django import VectorField

from tickets import clock


class KnowledgeGap(models.Model):
    """Questions of one meaning that no article answered."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        COVERED = "covered", _("Covered by an article")
        DISMISSED = "dismissed", _("Not for an article")

    label = models.CharField(_("question"), max_length=300)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.OPEN)
    language = models.CharField(_("language"), max_length=10, blank=True)
    encoder = models.ForeignKey("knowledgebase.Encoder", on_delete=models.CASCADE, related_name="+")
    centroid = VectorField()  # the mean of its questions, normalised; compared within one encoder
    article = models.ForeignKey(
        "knowledgebase.Article",
        verbose_name=_("article"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("knowledge gap")
        verbose_name_plural = _("knowledge gaps")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.label


class GapQuestion(models.Model):
    """One question of a gap, and the conversation it comes from."""

    gap = models.ForeignKey(KnowledgeGap, on_delete=models.CASCADE, related_name="questions")
    ticket = models.ForeignKey("tickets.Ticket", on_delete=models.CASCADE, related_name="+")
    message = models.OneToOneField("tickets.Message", on_delete=models.CASCADE, related_name="+")
    text = models.CharField(max_length=500)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("question of a gap")
        verbose_name_plural = _("questions of gaps")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.text


class AnswerReport(models.Model):
    """An agent says that an answer was wrong; somebody reviews it."""

    class State(models.TextChoices):
        OPEN = "open", _("To review")
        UPHELD = "upheld", _("Was wrong")
        DISMISSED = "dismissed", _("Was right")

    answer = models.OneToOneField("tickets.Answer", on_delete=models.CASCADE, related_name="report")
    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    note = models.CharField(_("what is wrong"), max_length=500, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.OPEN)
    held_back = models.BooleanField(_("article held back"), default=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        verbose_name = _("reported answer")
        verbose_name_plural = _("reported answers")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"report of answer {self.answer_id}"


class QuestionSuggestion(models.Model):
    """A customer's wording that may become a sample question of an article, if an agent agrees."""

    class Source(models.TextChoices):
        SOLVED = "solved", _("Solved by this article")
        TICKET = "ticket", _("An agent solved it with this article")

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Proposed")
        APPROVED = "approved", _("Approved")
        DECLINED = "declined", _("Declined")

    article = models.ForeignKey(
        "knowledgebase.Article",
        on_delete=models.CASCADE,
        related_name="suggested_questions",
        db_index=False,
    )
    text = models.CharField(_("question"), max_length=300)
    ticket = models.ForeignKey(
        "tickets.Ticket", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    source = models.CharField(_("from"), max_length=10, choices=Source.choices)
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.PROPOSED
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("suggested question")
        verbose_name_plural = _("suggested questions")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["article", "text"], name="question_suggested_once")
        ]

    def __str__(self) -> str:
        return self.text
