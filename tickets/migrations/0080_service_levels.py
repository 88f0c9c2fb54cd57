import datetime

import django.core.validators
import django.db.models.deletion
import django.db.models.functions.comparison
from django.db import migrations, models


class Migration(migrations.Migration):
    """Service levels, their clocks, and the public holidays that opening hours may keep."""

    dependencies = [
        ("tickets", "0079_webhooks"),
    ]

    operations = [
        migrations.CreateModel(
            name="SlaClock",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "metric",
                    models.CharField(
                        choices=[
                            ("first", "First response"),
                            ("next", "Next response"),
                            ("resolution", "Resolution"),
                        ],
                        max_length=10,
                    ),
                ),
                ("business", models.BooleanField()),
                ("target", models.DurationField(null=True)),
                ("started_at", models.DateTimeField()),
                ("running_since", models.DateTimeField(null=True)),
                ("paused_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("spent", models.DurationField(default=datetime.timedelta(0))),
                ("spent_open", models.DurationField(default=datetime.timedelta(0))),
                ("paused", models.DurationField(default=datetime.timedelta(0))),
                ("paused_open", models.DurationField(default=datetime.timedelta(0))),
                ("opens_at", models.DateTimeField(null=True)),
                ("due_at", models.DateTimeField(null=True)),
                ("warns_at", models.DateTimeField(null=True)),
                ("check_at", models.DateTimeField(null=True)),
                ("warned_at", models.DateTimeField(null=True)),
                ("breached_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "service level clock",
                "verbose_name_plural": "service level clocks",
            },
        ),
        migrations.CreateModel(
            name="SlaPolicy",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80, unique=True, verbose_name="name")),
                (
                    "sentence",
                    models.CharField(
                        blank=True,
                        help_text="What it is for, for colleagues.",
                        max_length=300,
                        verbose_name="in a sentence",
                    ),
                ),
                (
                    "position",
                    models.PositiveSmallIntegerField(
                        default=100,
                        help_text="Of several that fit a conversation, the one with the lowest number applies.",
                        verbose_name="order",
                    ),
                ),
                ("active", models.BooleanField(default=True, verbose_name="switched on")),
                (
                    "match",
                    models.CharField(
                        choices=[("all", "all of these hold"), ("any", "any of these holds")],
                        default="all",
                        max_length=3,
                        verbose_name="applies when",
                    ),
                ),
                (
                    "conditions",
                    models.JSONField(blank=True, default=list, verbose_name="conditions"),
                ),
                (
                    "business",
                    models.BooleanField(
                        default=True,
                        help_text="The hours of the team that has the conversation. Off: time by the clock, nights and holidays included.",
                        verbose_name="count only opening hours",
                    ),
                ),
                (
                    "warn_percent",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        default=75,
                        help_text="Empty: nobody is warned, and a broken promise is still told.",
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(99),
                        ],
                        verbose_name="warn after so many per cent of the time",
                    ),
                ),
            ],
            options={
                "verbose_name": "service level",
                "verbose_name_plural": "service levels",
                "ordering": ["position", "pk"],
            },
        ),
        migrations.CreateModel(
            name="SlaReview",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("upto", models.BigIntegerField(default=0)),
            ],
            options={
                "verbose_name": "review of service levels",
                "verbose_name_plural": "reviews of service levels",
            },
        ),
        migrations.CreateModel(
            name="SlaTarget",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "metric",
                    models.CharField(
                        choices=[
                            ("first", "First response"),
                            ("next", "Next response"),
                            ("resolution", "Resolution"),
                        ],
                        max_length=10,
                        verbose_name="promise",
                    ),
                ),
                (
                    "priority",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "Low"), (2, "Normal"), (3, "High"), (4, "Urgent")],
                        verbose_name="priority",
                    ),
                ),
                ("minutes", models.PositiveIntegerField(verbose_name="minutes")),
            ],
            options={
                "verbose_name": "target",
                "verbose_name_plural": "targets",
                "ordering": ["metric", "-priority"],
            },
        ),
        migrations.AddField(
            model_name="openinghours",
            name="country",
            field=models.CharField(blank=True, db_default="", max_length=2, verbose_name="country"),
        ),
        migrations.AddField(
            model_name="openinghours",
            name="region",
            field=models.CharField(
                blank=True,
                db_default="",
                help_text="Where holidays differ: its code, like ENG or BY. Empty: those of all parts.",
                max_length=10,
                verbose_name="part of the country",
            ),
        ),
        migrations.AddField(
            model_name="ticket",
            name="due_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="ticket",
            name="due_metric",
            field=models.CharField(
                blank=True,
                choices=[
                    ("first", "First response"),
                    ("next", "Next response"),
                    ("resolution", "Resolution"),
                ],
                db_default="",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="ticket",
            name="due_warns_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddConstraint(
            model_name="openinghours",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("region", ""), models.Q(("country", ""), _negated=True), _connector="OR"
                ),
                name="opening_hours_a_region_is_of_a_country",
            ),
        ),
        migrations.AddField(
            model_name="slaclock",
            name="ticket",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="sla_clocks",
                to="tickets.ticket",
            ),
        ),
        migrations.AddConstraint(
            model_name="slapolicy",
            constraint=models.CheckConstraint(
                condition=models.Q(("match__in", ["all", "any"])), name="sla_policy_match_is_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="slapolicy",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("warn_percent__isnull", True),
                    ("warn_percent__range", (1, 99)),
                    _connector="OR",
                ),
                name="sla_policy_warns_before_it_is_due",
            ),
        ),
        migrations.AddField(
            model_name="slaclock",
            name="policy",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="tickets.slapolicy",
            ),
        ),
        migrations.AddField(
            model_name="ticket",
            name="sla",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="tickets.slapolicy",
                verbose_name="service level",
            ),
        ),
        migrations.AddConstraint(
            model_name="ticket",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("due_at__isnull", True), ("due_metric", ""), ("due_warns_at__isnull", True)
                    ),
                    models.Q(
                        ("due_at__isnull", False),
                        ("sla__isnull", False),
                        models.Q(("due_metric", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="ticket_what_is_due_is_promised",
            ),
        ),
        migrations.AddConstraint(
            model_name="slareview",
            constraint=models.CheckConstraint(
                condition=models.Q(("pk", 1)), name="sla_review_one_row"
            ),
        ),
        migrations.AddField(
            model_name="slatarget",
            name="policy",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="targets",
                to="tickets.slapolicy",
            ),
        ),
        migrations.AddIndex(
            model_name="slaclock",
            index=models.Index(fields=["ticket"], name="sla_clock_of_ticket"),
        ),
        migrations.AddIndex(
            model_name="slaclock",
            index=models.Index(
                condition=models.Q(("check_at__isnull", False)),
                fields=["check_at"],
                name="sla_clock_due",
            ),
        ),
        migrations.AddIndex(
            model_name="slaclock",
            index=models.Index(
                condition=models.Q(("breached_at__isnull", False)),
                fields=["ticket"],
                name="sla_clock_breached",
            ),
        ),
        migrations.AddConstraint(
            model_name="slaclock",
            constraint=models.CheckConstraint(
                condition=models.Q(("metric__in", ["first", "next", "resolution"])),
                name="sla_clock_metric_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="slaclock",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("ended_at", None), ("paused_at", None), ("running_since__isnull", False)
                    ),
                    models.Q(
                        ("ended_at", None), ("paused_at__isnull", False), ("running_since", None)
                    ),
                    models.Q(
                        ("ended_at__isnull", False), ("paused_at", None), ("running_since", None)
                    ),
                    _connector="OR",
                ),
                name="sla_clock_runs_is_paused_or_has_ended",
            ),
        ),
        migrations.AddConstraint(
            model_name="slaclock",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("target__isnull", True), ("target__gt", datetime.timedelta(0)), _connector="OR"
                ),
                name="sla_clock_target_is_some_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="slaclock",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("paused__gte", datetime.timedelta(0)),
                    ("paused_open__gte", datetime.timedelta(0)),
                    ("spent__gte", datetime.timedelta(0)),
                    ("spent_open__gte", datetime.timedelta(0)),
                ),
                name="sla_clock_time_goes_forward",
            ),
        ),
        migrations.AddConstraint(
            model_name="slaclock",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("due_at__isnull", True),
                    models.Q(("paused_at", None), ("target__isnull", False)),
                    _connector="OR",
                ),
                name="sla_clock_only_what_runs_is_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="slaclock",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("check_at__isnull", True),
                    models.Q(
                        ("check_at__lte", models.F("due_at")),
                        ("due_at__isnull", False),
                        ("running_since__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="sla_clock_looked_at_until_it_is_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="slaclock",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("breached_at__isnull", True), ("warned_at__isnull", True)),
                    ("target__isnull", False),
                    _connector="OR",
                ),
                name="sla_clock_only_a_promise_is_broken",
            ),
        ),
        migrations.AddConstraint(
            model_name="slaclock",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)),
                fields=("ticket", "metric"),
                name="sla_clock_one_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="slaclock",
            constraint=models.UniqueConstraint(
                condition=models.Q(("metric", "next"), _negated=True),
                fields=("ticket", "metric"),
                name="sla_clock_once_but_for_next_responses",
            ),
        ),
        migrations.AddConstraint(
            model_name="slatarget",
            constraint=models.UniqueConstraint(
                fields=("policy", "metric", "priority"), name="sla_target_once_per_priority"
            ),
        ),
        migrations.AddConstraint(
            model_name="slatarget",
            constraint=models.CheckConstraint(
                condition=models.Q(("minutes__range", (1, 527040))), name="sla_target_within_a_year"
            ),
        ),
        migrations.AddConstraint(
            model_name="slatarget",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("metric__in", ["first", "next", "resolution"]), ("priority__in", [1, 2, 3, 4])
                ),
                name="sla_target_of_what_is_measured",
            ),
        ),
    ]
