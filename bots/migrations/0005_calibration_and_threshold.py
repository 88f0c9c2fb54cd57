"""Corrections of the stated confidence; the threshold that goes with its new model."""

import django.core.validators
from django.db import migrations, models


def raise_threshold(apps, schema_editor):
    """The shipped value moves; one that an admin has chosen stays."""
    settings = apps.get_model("bots", "AssistantSettings")
    settings.objects.filter(answer_threshold=0.65).update(answer_threshold=0.75)


class Migration(migrations.Migration):
    dependencies = [
        ("bots", "0004_german_texts"),
    ]

    operations = [
        migrations.AlterField(
            model_name="assistantsettings",
            name="answer_threshold",
            field=models.FloatField(
                default=0.75,
                help_text="How likely, from 0 to 1, an article must be the right one before the assistant answers from it. Higher: fewer answers, more of them right, more work for people.",
                validators=[
                    django.core.validators.MinValueValidator(0.0),
                    django.core.validators.MaxValueValidator(1.0),
                ],
                verbose_name="answers from",
            ),
        ),
        migrations.CreateModel(
            name="Calibration",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("slope", models.FloatField(default=1.0, verbose_name="slope")),
                ("intercept", models.FloatField(default=0.0, verbose_name="intercept")),
                ("outcomes", models.PositiveIntegerField(default=0, verbose_name="outcomes")),
                ("reliability", models.JSONField(default=list, verbose_name="reliability")),
                ("active", models.BooleanField(default=False, verbose_name="in use")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="made")),
            ],
            options={
                "verbose_name": "calibration",
                "verbose_name_plural": "calibrations",
                "ordering": ["-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("active", True)),
                        fields=("active",),
                        name="calibration_one_active",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("slope__gt", 0)), name="calibration_keeps_the_order"
                    ),
                ],
            },
        ),
        migrations.RunPython(raise_threshold, migrations.RunPython.noop),
    ]
