"""Two detectors learned many more examples and notice from another score; what an admin has set stays."""

from django.db import migrations

CHANGED = (("dissatisfied", 0.8, 0.4), ("billing_dispute", 0.65, 0.6))


def forwards(apps, schema_editor):
    detectors = apps.get_model("bots", "Detector").objects.filter(shipped=True)
    for slug, before, after in CHANGED:
        detectors.filter(slug=slug, threshold=before).update(threshold=after)


def backwards(apps, schema_editor):
    detectors = apps.get_model("bots", "Detector").objects.filter(shipped=True)
    for slug, before, after in CHANGED:
        detectors.filter(slug=slug, threshold=after).update(threshold=before)


class Migration(migrations.Migration):
    dependencies = [("bots", "0008_texts_in_more_languages")]

    operations = [migrations.RunPython(forwards, backwards)]
