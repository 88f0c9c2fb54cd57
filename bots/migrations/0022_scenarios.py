"""Scenarios, their turns, and what came of their runs."""

import django.db.models.constraints
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import tickets.clock


class Migration(migrations.Migration):
    dependencies = [
        ("bots", "0021_shipped_tasks"),
        ("knowledgebase", "0013_short_answers"),
        ("tickets", "0074_addresses_of_records"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ScenarioTurn",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(verbose_name="turn")),
                ("text", models.TextField(max_length=5000, verbose_name="the customer says")),
                (
                    "expected",
                    models.CharField(
                        choices=[
                            ("answered", "Answered from the article"),
                            ("offered", "The article is offered"),
                            ("asked_back", "Asked back"),
                            ("handed_over", "Handed over"),
                            ("not_answered", "Not answered"),
                            ("replied", "A reply without an article"),
                            ("task", "A task is run"),
                        ],
                        max_length=12,
                        verbose_name="what must come of it",
                    ),
                ),
                ("article_name", models.CharField(blank=True, editable=False, max_length=300)),
                ("rule_name", models.CharField(blank=True, editable=False, max_length=80)),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("asked", "Asked for a person"),
                            ("anger", "Upset"),
                            ("unhelpful", "A second answer did not help"),
                            ("no_article", "No article covers it"),
                            ("not_understood", "Still unclear after asking back"),
                            ("only_files", "Sent only files, which the assistant cannot read"),
                            ("sensitive", "A topic for people"),
                            ("failed", "The assistant failed"),
                            ("too_slow", "The assistant took too long"),
                            ("channel", "Came by a channel that people answer"),
                            ("taken_over", "An agent took over"),
                            ("transferred", "Transferred by an agent"),
                            ("reopened", "Not solved, the customer says"),
                            ("confused", "Confused more than once"),
                            ("repeated", "Had to say the same again"),
                            ("cancels", "Wants to cancel"),
                            ("dispute", "Disputes a bill"),
                            ("urgent", "Urgent"),
                            ("important", "An important customer in trouble"),
                            ("preference", "Prefers a person"),
                            ("task", "Something that the assistant began needs a person"),
                            ("unsure", "The assistant was not sure enough"),
                            ("rule", "A rule"),
                        ],
                        max_length=20,
                        verbose_name="or for the reason",
                    ),
                ),
                (
                    "task_key",
                    models.CharField(blank=True, max_length=60, verbose_name="or the task"),
                ),
                (
                    "facts",
                    models.JSONField(
                        blank=True, default=dict, editable=False, verbose_name="with the facts"
                    ),
                ),
                (
                    "article",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="knowledgebase.article",
                        verbose_name="article",
                    ),
                ),
                (
                    "rule",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="tickets.escalationrule",
                        verbose_name="by the rule",
                    ),
                ),
            ],
            options={
                "verbose_name": "turn",
                "verbose_name_plural": "turns",
                "ordering": ["scenario", "position"],
            },
        ),
        migrations.CreateModel(
            name="Scenario",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=120, unique=True, verbose_name="name")),
                (
                    "is_active",
                    models.BooleanField(
                        default=True,
                        help_text="Off: it is not run, and nothing waits for it.",
                        verbose_name="counts",
                    ),
                ),
                (
                    "note",
                    models.CharField(
                        blank=True,
                        help_text="Why it is here, for colleagues.",
                        max_length=500,
                        verbose_name="note",
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("portal", "Portal"),
                            ("widget", "Chat widget"),
                            ("email", "E-mail"),
                            ("phone", "Phone"),
                            ("api", "API"),
                        ],
                        default="portal",
                        max_length=10,
                        verbose_name="channel",
                    ),
                ),
                (
                    "tier",
                    models.CharField(
                        choices=[
                            ("standard", "Standard"),
                            ("plus", "Plus"),
                            ("premier", "Premier"),
                        ],
                        default="standard",
                        max_length=10,
                        verbose_name="tier",
                    ),
                ),
                (
                    "identity",
                    models.CharField(
                        choices=[
                            ("unknown", "Unknown"),
                            ("claimed", "Address claimed, not proved"),
                            ("confirmed", "Confirmed address"),
                            ("signed_in", "Signed in"),
                            ("verified", "Verified by a code"),
                        ],
                        default="unknown",
                        max_length=10,
                        verbose_name="known as",
                    ),
                ),
                (
                    "prefers_person",
                    models.BooleanField(default=False, verbose_name="prefers a person"),
                ),
                ("is_open", models.BooleanField(default=True, verbose_name="people are there")),
                ("created_at", models.DateTimeField(default=tickets.clock.now, editable=False)),
                (
                    "ticket",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="tickets.ticket",
                        verbose_name="made from",
                    ),
                ),
            ],
            options={
                "verbose_name": "scenario",
                "verbose_name_plural": "scenarios",
                "ordering": ["name", "pk"],
            },
        ),
        migrations.CreateModel(
            name="ScenarioRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "against",
                    models.CharField(
                        choices=[
                            ("as_is", "As it is"),
                            ("settings", "A draft of the settings"),
                            ("rule", "A draft of a rule"),
                            ("detector", "A draft of a detector"),
                            ("article", "A draft of an article"),
                            ("task", "A draft of a task"),
                        ],
                        default="as_is",
                        max_length=10,
                        verbose_name="against",
                    ),
                ),
                (
                    "change",
                    models.CharField(blank=True, max_length=200, verbose_name="what was to change"),
                ),
                ("sign", models.CharField(blank=True, max_length=64)),
                (
                    "created_at",
                    models.DateTimeField(
                        default=tickets.clock.now, editable=False, verbose_name="when"
                    ),
                ),
                ("wanted", models.PositiveIntegerField(verbose_name="scenarios")),
                ("checked", models.PositiveIntegerField(default=0, verbose_name="run")),
                ("broken", models.PositiveIntegerField(default=0, verbose_name="broken")),
                (
                    "published_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="published anyway"),
                ),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="run by",
                    ),
                ),
                (
                    "published_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="published anyway by",
                    ),
                ),
            ],
            options={
                "verbose_name": "run of scenarios",
                "verbose_name_plural": "runs of scenarios",
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="ScenarioResult",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=120)),
                ("broken", models.CharField(blank=True, max_length=300)),
                ("turns", models.JSONField(default=list)),
                (
                    "scenario",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="results",
                        to="bots.scenario",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="results",
                        to="bots.scenariorun",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="TurnVectors",
            fields=[
                (
                    "turn",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="vectors",
                        serialize=False,
                        to="bots.scenarioturn",
                    ),
                ),
                ("sign", models.CharField(max_length=64)),
                ("made", models.BinaryField()),
            ],
        ),
        migrations.AddField(
            model_name="scenarioturn",
            name="scenario",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="turns",
                to="bots.scenario",
            ),
        ),
        migrations.AddConstraint(
            model_name="scenario",
            constraint=models.CheckConstraint(
                condition=models.Q(("name", ""), _negated=True), name="scenario_has_a_name"
            ),
        ),
        migrations.AddConstraint(
            model_name="scenariorun",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("broken__lte", models.F("checked")), ("checked__lte", models.F("wanted"))
                ),
                name="scenario_run_counts",
            ),
        ),
        migrations.AddConstraint(
            model_name="scenariorun",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("published_at", None), ("published_by", None)),
                    models.Q(
                        models.Q(("against", "as_is"), _negated=True),
                        ("published_at__isnull", False),
                        ("published_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="scenario_run_published",
            ),
        ),
        migrations.AddIndex(
            model_name="scenarioresult",
            index=models.Index(fields=["scenario", "-id"], name="scenario_newest_result"),
        ),
        migrations.AddConstraint(
            model_name="scenarioresult",
            constraint=models.UniqueConstraint(
                fields=("run", "scenario"), name="scenario_once_in_a_run"
            ),
        ),
        migrations.AddConstraint(
            model_name="scenarioturn",
            constraint=models.UniqueConstraint(
                deferrable=django.db.models.constraints.Deferrable["DEFERRED"],
                fields=("scenario", "position"),
                name="scenario_turn_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="scenarioturn",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("position__gte", 1),
                    ("position__lte", 40),
                    models.Q(("text", ""), _negated=True),
                ),
                name="scenario_turn_is_said",
            ),
        ),
        migrations.AddConstraint(
            model_name="scenarioturn",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "expected__in",
                        [
                            "answered",
                            "offered",
                            "asked_back",
                            "handed_over",
                            "not_answered",
                            "replied",
                            "task",
                        ],
                    )
                ),
                name="scenario_turn_expects",
            ),
        ),
        migrations.AddConstraint(
            model_name="scenarioturn",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("expected__in", ["answered", "offered"]),
                        models.Q(("article_name", ""), _negated=True),
                    ),
                    models.Q(
                        models.Q(("expected__in", ["answered", "offered"]), _negated=True),
                        ("article", None),
                        ("article_name", ""),
                    ),
                    _connector="OR",
                ),
                name="scenario_turn_article",
            ),
        ),
        migrations.AddConstraint(
            model_name="scenarioturn",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("expected", "handed_over"),
                        models.Q(
                            models.Q(("rule_name", ""), _negated=True),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                    ),
                    models.Q(
                        models.Q(("expected", "handed_over"), _negated=True),
                        ("reason", ""),
                        ("rule", None),
                        ("rule_name", ""),
                    ),
                    _connector="OR",
                ),
                name="scenario_turn_hand_over",
            ),
        ),
        migrations.AddConstraint(
            model_name="scenarioturn",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("expected", "task"), models.Q(("task_key", ""), _negated=True)),
                    models.Q(
                        models.Q(("expected", "task"), _negated=True),
                        ("facts", {}),
                        ("task_key", ""),
                    ),
                    _connector="OR",
                ),
                name="scenario_turn_task",
            ),
        ),
    ]
