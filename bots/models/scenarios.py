"""Scenarios: conversations of customers with what must come of each turn, and what came of them."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tickets import clock
from tickets.models import Channel, Identity, Reason, Tier

MOST_TURNS = 40  # of one scenario; a person has a conversation long before
LONGEST_TURN = 5_000  # characters


class Expected(models.TextChoices):
    """What must come of a turn."""

    ANSWERED = "answered", _("Answered from the article")
    OFFERED = "offered", _("The article is offered")
    ASKED_BACK = "asked_back", _("Asked back")
    HANDED_OVER = "handed_over", _("Handed over")
    NOT_ANSWERED = "not_answered", _("Not answered")
    REPLIED = "replied", _("A reply without an article")
    TASK = "task", _("A task is run")


def out_of_order(expected: Sequence[str]) -> str:
    """What is wrong with turns of which this must come; "" if nothing is."""
    if not expected:
        return str(_("Write at least one turn: what does the customer say?"))
    if len(expected) > MOST_TURNS:
        return str(_("A scenario has at most %(most)d turns.") % {"most": MOST_TURNS})
    if Expected.HANDED_OVER in expected[:-1]:
        return str(_("Once it was handed over, a person answers: no turn can follow."))
    return ""


class Scenario(models.Model):
    """A conversation that must go a certain way, and who the customer in it is."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    is_active = models.BooleanField(
        _("counts"), default=True, help_text=_("Off: it is not run, and nothing waits for it.")
    )
    note = models.CharField(
        _("note"), max_length=500, blank=True, help_text=_("Why it is here, for colleagues.")
    )
    channel = models.CharField(
        _("channel"), max_length=10, choices=Channel.choices, default=Channel.PORTAL
    )
    tier = models.CharField(_("tier"), max_length=10, choices=Tier.choices, default=Tier.STANDARD)
    identity = models.CharField(
        _("known as"), max_length=10, choices=Identity.choices, default=Identity.UNKNOWN
    )
    prefers_person = models.BooleanField(_("prefers a person"), default=False)
    is_open = models.BooleanField(_("people are there"), default=True)
    ticket = models.ForeignKey(
        "tickets.Ticket",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("made from"),
    )
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        verbose_name = _("scenario")
        verbose_name_plural = _("scenarios")
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="scenario_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name


class ScenarioTurn(models.Model):
    """What the customer says, and what must come of it.

    The article and the rule are kept by name, too: one that is gone still says which it was, and
    the turn is broken rather than forgotten.
    """

    scenario = models.ForeignKey(
        Scenario, on_delete=models.CASCADE, related_name="turns", db_index=False
    )
    position = models.PositiveSmallIntegerField(_("turn"))
    text = models.TextField(_("the customer says"), max_length=LONGEST_TURN)
    expected = models.CharField(_("what must come of it"), max_length=12, choices=Expected.choices)
    article = models.ForeignKey(
        "knowledgebase.Article",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("article"),
    )
    article_name = models.CharField(max_length=300, blank=True, editable=False)
    rule = models.ForeignKey(
        "tickets.EscalationRule",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("by the rule"),
    )
    rule_name = models.CharField(max_length=80, blank=True, editable=False)
    reason = models.CharField(
        _("or for the reason"), max_length=20, choices=Reason.choices, blank=True
    )
    task_key = models.CharField(_("or the task"), max_length=60, blank=True)
    facts = models.JSONField(_("with the facts"), default=dict, blank=True, editable=False)

    class Meta:
        verbose_name = _("turn")
        verbose_name_plural = _("turns")
        ordering = ["scenario", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["scenario", "position"],
                name="scenario_turn_once",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(
                condition=Q(position__gte=1) & Q(position__lte=MOST_TURNS) & ~Q(text=""),
                name="scenario_turn_is_said",
            ),
            models.CheckConstraint(
                condition=Q(expected__in=Expected.values), name="scenario_turn_expects"
            ),
            # An article belongs to an answer and to an offer, a rule or a reason to a hand-over, and
            # a task to a task: each has what it needs, and nothing that says otherwise.
            models.CheckConstraint(
                condition=Q(
                    Q(expected__in=[Expected.ANSWERED, Expected.OFFERED]) & ~Q(article_name="")
                )
                | Q(
                    ~Q(expected__in=[Expected.ANSWERED, Expected.OFFERED]),
                    article=None,
                    article_name="",
                ),
                name="scenario_turn_article",
            ),
            models.CheckConstraint(
                condition=Q(Q(expected=Expected.HANDED_OVER) & (~Q(rule_name="") | ~Q(reason="")))
                | Q(~Q(expected=Expected.HANDED_OVER), rule=None, rule_name="", reason=""),
                name="scenario_turn_hand_over",
            ),
            models.CheckConstraint(
                condition=Q(Q(expected=Expected.TASK) & ~Q(task_key=""))
                | Q(~Q(expected=Expected.TASK), task_key="", facts={}),
                name="scenario_turn_task",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.text[:80]}: {self.in_words}"

    def keep_names(self) -> None:
        """Keep the names of what is expected, and leave out what the outcome does not need."""
        if self.expected not in (Expected.ANSWERED, Expected.OFFERED):
            self.article, self.article_name = None, ""
        elif self.article is not None:
            version = self.article.published or self.article.versions.first()
            self.article_name = version.title if version else self.article.slug
        if self.expected != Expected.HANDED_OVER:
            self.rule, self.rule_name, self.reason = None, "", ""
        elif self.rule is not None:
            self.rule_name = self.rule.name
        elif self.reason:  # a rule that is gone stays what is asked for, unless a reason is
            self.rule_name = ""

    @property
    def in_words(self) -> str:
        """What must come of it, in a line."""
        match self.expected:
            case Expected.ANSWERED:
                return _("answered from “%(article)s”") % {"article": self.article_name}
            case Expected.OFFERED:
                return _("“%(article)s” among those offered") % {"article": self.article_name}
            case Expected.HANDED_OVER:
                return self._handed_over_in_words()
            case Expected.TASK:
                return _("the task “%(task)s” is run") % {"task": self.task_key}
        return str(Expected(self.expected).label).lower()

    def _handed_over_in_words(self) -> str:
        reason = str(Reason(self.reason).label).lower() if self.reason else ""
        if not self.rule_name:
            return _("handed over: %(reason)s") % {"reason": reason}
        if not reason:
            return _("handed over by the rule “%(rule)s”") % {"rule": self.rule_name}
        return _("handed over by the rule “%(rule)s”: %(reason)s") % {
            "rule": self.rule_name,
            "reason": reason,
        }


class TurnVectors(models.Model):
    """What the encoder made of a turn's words, so that they are encoded once."""

    turn = models.OneToOneField(
        ScenarioTurn, primary_key=True, on_delete=models.CASCADE, related_name="vectors"
    )
    sign = models.CharField(max_length=64)  # of the words and the encoder: another one, made anew
    made = models.BinaryField()

    def __str__(self) -> str:
        return f"vectors of turn {self.turn_id}"


class ScenarioRun(models.Model):
    """One time that scenarios were run: as everything is, or against a draft of something."""

    class Against(models.TextChoices):
        AS_IS = "as_is", _("As it is")
        SETTINGS = "settings", _("A draft of the settings")
        RULE = "rule", _("A draft of a rule")
        DETECTOR = "detector", _("A draft of a detector")
        ARTICLE = "article", _("A draft of an article")
        TASK = "task", _("A draft of a task")

    against = models.CharField(
        _("against"), max_length=10, choices=Against.choices, default=Against.AS_IS
    )
    change = models.CharField(_("what was to change"), max_length=200, blank=True)
    # Of the draft as it was sent: only this very draft may be published anyway.
    sign = models.CharField(max_length=64, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("run by"),
    )
    created_at = models.DateTimeField(_("when"), default=clock.now, editable=False)
    wanted = models.PositiveIntegerField(_("scenarios"))
    checked = models.PositiveIntegerField(_("run"), default=0)
    broken = models.PositiveIntegerField(_("broken"), default=0)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("published anyway by"),
    )
    published_at = models.DateTimeField(_("published anyway"), null=True, blank=True)

    class Meta:
        verbose_name = _("run of scenarios")
        verbose_name_plural = _("runs of scenarios")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(checked__lte=models.F("wanted"), broken__lte=models.F("checked")),
                name="scenario_run_counts",
            ),
            models.CheckConstraint(
                condition=Q(published_by=None, published_at=None)
                | Q(~Q(against="as_is"), published_by__isnull=False, published_at__isnull=False),
                name="scenario_run_published",
            ),
        ]

    def __str__(self) -> str:
        return self.change or str(self.Against(self.against).label)

    @property
    def is_complete(self) -> bool:
        return self.checked == self.wanted


class ScenarioResult(models.Model):
    """How one scenario went in a run, turn by turn.

    `turns` has a dict for each: text, expected, came, why (lines), broken (why not; "" if it is as
    it must be).
    """

    run = models.ForeignKey(
        ScenarioRun, on_delete=models.CASCADE, related_name="results", db_index=False
    )
    scenario = models.ForeignKey(
        Scenario, null=True, on_delete=models.SET_NULL, related_name="results", db_index=False
    )
    name = models.CharField(max_length=120)
    broken = models.CharField(max_length=300, blank=True)  # the first thing that broke
    turns = models.JSONField(default=list)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["run", "scenario"], name="scenario_once_in_a_run")
        ]
        indexes = [models.Index(fields=["scenario", "-id"], name="scenario_newest_result")]

    def __str__(self) -> str:
        return f"{self.name}: {self.broken or 'passed'}"
