"""Service levels: what is promised to whom (policies), and the clocks that measure it on each ticket."""

from __future__ import annotations

from datetime import timedelta

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tickets.models.rules import Match
from tickets.models.states import Metric, Priority

LONGEST_MINUTES = 366 * 24 * 60
NOTHING = timedelta(0)


class SlaPolicy(models.Model):
    """A promise: to which conversations it applies, and in how much time of which kind.

    The first active one in order whose conditions hold applies to a ticket. `match` and `conditions`
    are a group, see tickets.conditions; without any condition it applies to everything.
    """

    name = models.CharField(_("name"), max_length=80, unique=True)
    sentence = models.CharField(
        _("in a sentence"),
        max_length=300,
        blank=True,
        help_text=_("What it is for, for colleagues."),
    )
    position = models.PositiveSmallIntegerField(
        _("order"),
        default=100,
        help_text=_("Of several that fit a conversation, the one with the lowest number applies."),
    )
    active = models.BooleanField(_("switched on"), default=True)
    match = models.CharField(
        _("applies when"), max_length=3, choices=Match.choices, default=Match.ALL
    )
    conditions = models.JSONField(_("conditions"), default=list, blank=True)
    business = models.BooleanField(
        _("count only opening hours"),
        default=True,
        help_text=_(
            "The hours of the team that has the conversation. Off: time by the clock, nights and "
            "holidays included."
        ),
    )
    warn_percent = models.PositiveSmallIntegerField(
        _("warn after so many per cent of the time"),
        default=75,
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(99)],
        help_text=_("Empty: nobody is warned, and a broken promise is still told."),
    )

    class Meta:
        verbose_name = _("service level")
        verbose_name_plural = _("service levels")
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(match__in=Match.values), name="sla_policy_match_is_known"
            ),
            models.CheckConstraint(
                condition=Q(warn_percent__isnull=True) | Q(warn_percent__range=(1, 99)),
                name="sla_policy_warns_before_it_is_due",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class SlaTarget(models.Model):
    """In how many minutes a policy promises one thing, for one priority. None: it promises none."""

    policy = models.ForeignKey(
        SlaPolicy, on_delete=models.CASCADE, related_name="targets", db_index=False
    )
    metric = models.CharField(_("promise"), max_length=10, choices=Metric.choices)
    priority = models.PositiveSmallIntegerField(_("priority"), choices=Priority.choices)
    minutes = models.PositiveIntegerField(_("minutes"))

    class Meta:
        verbose_name = _("target")
        verbose_name_plural = _("targets")
        ordering = ["metric", "-priority"]
        constraints = [
            models.UniqueConstraint(
                fields=["policy", "metric", "priority"], name="sla_target_once_per_priority"
            ),
            models.CheckConstraint(
                condition=Q(minutes__range=(1, LONGEST_MINUTES)), name="sla_target_within_a_year"
            ),
            models.CheckConstraint(
                condition=Q(metric__in=Metric.values, priority__in=Priority.values),
                name="sla_target_of_what_is_measured",
            ),
        ]

    def __str__(self) -> str:
        metric, priority = Metric(self.metric).label, Priority(self.priority).label
        return f"{metric}, {priority}: {self.minutes} min"


class SlaClockQuerySet(models.QuerySet["SlaClock"]):
    def of_ticket(self, ticket: int) -> list[SlaClock]:
        """Those that run or are paused, and the last word on what is measured once. One query."""
        found = self.filter(Q(ended_at=None) | ~Q(metric=Metric.NEXT), ticket=ticket)
        return list(found.order_by("pk"))


class SlaClock(models.Model):
    """What is measured of one ticket: it runs, is paused, or has ended; and by when it is due.

    Time is counted twice, by the clock and by the opening hours of the team, so that a policy of the
    other kind may come to apply. What ran up to `running_since` is in `spent`.
    """

    ticket = models.ForeignKey(
        "Ticket", on_delete=models.CASCADE, related_name="sla_clocks", db_index=False
    )
    metric = models.CharField(max_length=10, choices=Metric.choices)
    policy = models.ForeignKey(SlaPolicy, on_delete=models.PROTECT, related_name="+")
    business = models.BooleanField()
    target = models.DurationField(null=True)  # None: it is measured, and nothing is promised

    started_at = models.DateTimeField()
    running_since = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    spent = models.DurationField(default=NOTHING)
    spent_open = models.DurationField(default=NOTHING)
    paused = models.DurationField(default=NOTHING)
    paused_open = models.DurationField(default=NOTHING)

    # Worked out whenever it begins to run: when the hours begin that count (where they do later), when
    # it is due and when that is near. Of what has ended it says when it was due.
    opens_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    warns_at = models.DateTimeField(null=True)
    check_at = models.DateTimeField(null=True)  # the next of them at which there is something to do
    warned_at = models.DateTimeField(null=True)
    breached_at = models.DateTimeField(null=True)

    objects = SlaClockQuerySet.as_manager()

    class Meta:
        verbose_name = _("service level clock")
        verbose_name_plural = _("service level clocks")
        constraints = [
            models.CheckConstraint(
                condition=Q(metric__in=Metric.values), name="sla_clock_metric_is_known"
            ),
            models.CheckConstraint(
                condition=Q(running_since__isnull=False, paused_at=None, ended_at=None)
                | Q(running_since=None, paused_at__isnull=False, ended_at=None)
                | Q(running_since=None, paused_at=None, ended_at__isnull=False),
                name="sla_clock_runs_is_paused_or_has_ended",
            ),
            models.CheckConstraint(
                condition=Q(target__isnull=True) | Q(target__gt=NOTHING),
                name="sla_clock_target_is_some_time",
            ),
            models.CheckConstraint(
                condition=Q(
                    spent__gte=NOTHING,
                    spent_open__gte=NOTHING,
                    paused__gte=NOTHING,
                    paused_open__gte=NOTHING,
                ),
                name="sla_clock_time_goes_forward",
            ),
            models.CheckConstraint(
                condition=Q(due_at__isnull=True) | Q(target__isnull=False, paused_at=None),
                name="sla_clock_only_what_runs_is_due",
            ),
            models.CheckConstraint(
                condition=Q(check_at__isnull=True)
                | Q(running_since__isnull=False, due_at__isnull=False, check_at__lte=F("due_at")),
                name="sla_clock_looked_at_until_it_is_due",
            ),
            models.CheckConstraint(
                condition=Q(warned_at__isnull=True, breached_at__isnull=True)
                | Q(target__isnull=False),
                name="sla_clock_only_a_promise_is_broken",
            ),
            models.UniqueConstraint(
                fields=["ticket", "metric"],
                condition=Q(ended_at=None),
                name="sla_clock_one_at_a_time",
            ),
            models.UniqueConstraint(
                fields=["ticket", "metric"],
                condition=~Q(metric=Metric.NEXT),
                name="sla_clock_once_but_for_next_responses",
            ),
        ]
        indexes = [
            models.Index(fields=["ticket"], name="sla_clock_of_ticket"),
            models.Index(
                fields=["check_at"], condition=Q(check_at__isnull=False), name="sla_clock_due"
            ),
            models.Index(
                fields=["ticket"], condition=Q(breached_at__isnull=False), name="sla_clock_breached"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.metric}"

    @property
    def runs(self) -> bool:
        return self.running_since is not None

    @property
    def counted(self) -> timedelta:
        """What has been spent of the policy's kind of time, up to `running_since`."""
        return self.spent_open if self.business else self.spent


class SlaReview(models.Model):
    """The one row that is there while open tickets are looked at again, since policies or hours changed:
    those up to this key are done. Whoever goes on with it holds it.
    """

    upto = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("review of service levels")
        verbose_name_plural = _("reviews of service levels")
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="sla_review_one_row")]

    def __str__(self) -> str:
        return f"up to {self.upto}"
