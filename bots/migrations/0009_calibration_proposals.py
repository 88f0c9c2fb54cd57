"""A correction of the confidence that changes much waits for an admin's yes.

Also: two detectors learned many more examples and notice from another score; what an admin has set
stays.
"""

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q

CHANGED = (("dissatisfied", 0.8, 0.4), ("billing_dispute", 0.65, 0.6))


def forwards(apps, schema_editor):
    detectors = apps.get_model("bots", "Detector").objects.filter(shipped=True)
    for slug, before, after in CHANGED:
        detectors.filter(slug=slug, threshold=before).update(threshold=after)


def backwards(apps, schema_editor):
    detectors = apps.get_model("bots", "Detector").objects.filter(shipped=True)
    for slug, before, after in CHANGED:
        detectors.filter(slug=slug, threshold=after).update(threshold=before)


def keep_history(apps, schema_editor):
    """What is in use stays so; all the others were at their time."""
    rows = apps.get_model("bots", "Calibration").objects
    rows.update(state="past", used_from=F("created_at"))
    rows.filter(active=True).update(state="active")


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("bots", "0008_texts_in_more_languages"),
    ]

    operations = [
        migrations.RunPython(forwards, backwards),
        migrations.AddField(
            "AssistantSettings",
            "calibration_step",
            models.FloatField(
                default=0.05,
                help_text="Every Monday it corrects how sure it says it is by what became of its answers. This is by how much the share of answers may change without being asked: 0.05 is five of a hundred. What would change more waits on the page “How sure it is”.",
                validators=[
                    django.core.validators.MinValueValidator(0.0),
                    django.core.validators.MaxValueValidator(1.0),
                ],
                verbose_name="corrects itself by up to",
            ),
        ),
        migrations.AddField(
            "Calibration",
            "state",
            models.CharField(
                choices=[
                    ("proposed", "Waits for a yes"),
                    ("active", "In use"),
                    ("past", "Was in use"),
                    ("dismissed", "Dismissed"),
                ],
                default="proposed",
                max_length=10,
                verbose_name="state",
            ),
        ),
        migrations.AddField(
            "Calibration",
            "used_from",
            models.DateTimeField(blank=True, null=True, verbose_name="in use from"),
        ),
        migrations.RunPython(keep_history, migrations.RunPython.noop),
        migrations.RemoveConstraint("Calibration", "calibration_one_active"),
        migrations.RemoveField("Calibration", "active"),
        migrations.AddField(
            "Calibration",
            "decided_by",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            "Calibration",
            models.UniqueConstraint(
                condition=Q(("state", "active")), fields=("state",), name="calibration_one_in_use"
            ),
        ),
        migrations.AddConstraint(
            "Calibration",
            models.UniqueConstraint(
                condition=Q(("state", "proposed")), fields=("state",), name="calibration_one_waits"
            ),
        ),
        migrations.AddConstraint(
            "Calibration",
            models.CheckConstraint(
                condition=Q(("state__in", ["proposed", "dismissed"]))
                | Q(("used_from__isnull", False)),
                name="calibration_used_from_some_time",
            ),
        ),
    ]
