"""Three topics learned more examples and notice from another score; what an admin has set stays."""

from django.db import migrations

CHANGED = (("self_harm", 0.85, 0.87), ("legal", 0.58, 0.4), ("medical", 0.78, 0.56))
DESCRIPTIONS = (
    "Symptoms, injuries, illness, medicine.",
    "Symptoms, injuries, illness, medicine, an epidemic and its rules.",
)


def forwards(apps, schema_editor):
    detectors = apps.get_model("bots", "Detector").objects.filter(shipped=True)
    for slug, before, after in CHANGED:
        detectors.filter(slug=slug, threshold=before).update(threshold=after)
    before, after = DESCRIPTIONS
    detectors.filter(slug="medical", description=before).update(description=after)


def backwards(apps, schema_editor):
    detectors = apps.get_model("bots", "Detector").objects.filter(shipped=True)
    for slug, before, after in CHANGED:
        detectors.filter(slug=slug, threshold=after).update(threshold=before)
    before, after = DESCRIPTIONS
    detectors.filter(slug="medical", description=after).update(description=before)


class Migration(migrations.Migration):
    dependencies = [("bots", "0006_shipped_detectors")]

    operations = [migrations.RunPython(forwards, backwards)]
