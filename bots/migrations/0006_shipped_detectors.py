"""The detectors that the helpdesk comes with, as rows: an admin sees them, and may change them."""

from django.db import migrations

SHIPPED = (
    (
        "self_harm",
        "Self-harm or danger",
        "sensitive",
        0.85,
        "Somebody may hurt themselves, wants to die, or is in danger.",
    ),
    (
        "fraud_security",
        "Fraud and security",
        "sensitive",
        0.4,
        "Money, a card or an account may be in a stranger's hands.",
    ),
    ("legal", "Legal", "sensitive", 0.58, "A dispute under the law, a claim, a threat to sue."),
    ("medical", "Medical", "sensitive", 0.78, "Symptoms, injuries, illness, medicine."),
    (
        "money_hardship",
        "Money hardship",
        "sensitive",
        0.6,
        "Somebody cannot pay, or is in trouble with money.",
    ),
    (
        "data_protection",
        "Data protection",
        "sensitive",
        0.55,
        "Personal data: what is kept, deleting it, a leak.",
    ),
    (
        "dissatisfied",
        "Dissatisfied",
        "signal",
        0.8,
        "Not content with the answer, the product or us. Part of how a turn feels.",
    ),
    ("distressed", "Distressed", "signal", 0.8, "Fear, despair, tears, panic."),
    ("confused", "Confused", "signal", 0.7, "Does not understand what was said."),
    ("outage", "Urgent: an outage", "signal", 0.55, "Something does not work for many at once."),
    ("deadline", "Urgent: a deadline", "signal", 0.7, "It is needed very soon."),
    (
        "safety",
        "Urgent: safety",
        "signal",
        0.7,
        "Fire, gas, something broke that must not, somebody may be hurt.",
    ),
    (
        "wants_to_cancel",
        "Wants to cancel",
        "signal",
        0.7,
        "Wants to end a contract or leave for another company.",
    ),
    (
        "billing_dispute",
        "Billing dispute",
        "signal",
        0.65,
        "Says that a charge, invoice or refund is wrong.",
    ),
)


def add(apps, schema_editor):
    detector = apps.get_model("bots", "Detector")
    for slug, name, kind, threshold, description in SHIPPED:
        detector.objects.update_or_create(
            slug=slug,
            defaults={
                "name": name,
                "kind": kind,
                "threshold": threshold,
                "description": description,
                "shipped": True,
            },
        )


def remove(apps, schema_editor):
    apps.get_model("bots", "Detector").objects.filter(shipped=True).delete()


class Migration(migrations.Migration):
    dependencies = [("bots", "0005_calibration_and_threshold")]

    operations = [migrations.RunPython(add, remove)]
