"""What is said first to whoever is angry or grieving, or in danger; and two detectors more."""

from typing import Any

from django.db import migrations, models

DETECTORS = (
    (
        "danger",
        "Acute danger",
        0.75,
        "Gas, fire, electricity, poison, or somebody who was just hurt.",
    ),
    (
        "bereavement",
        "Bereavement",
        0.65,
        "Somebody has died, and whoever writes is left with it.",
    ),
)
OPENINGS = (
    (
        "danger",
        "en",
        True,
        "Your safety comes first. If you smell gas or something is burning: light nothing, touch no "
        "switches, get everybody out into the open and call your local emergency number from there "
        "(112 in Europe, 999 in the UK, 911 in the US). If somebody is hurt, feels ill or has "
        "swallowed something, call it now. Then come back here: a person is being asked to join.",
    ),
    (
        "danger",
        "de",
        True,
        "Ihre Sicherheit geht vor. Wenn es nach Gas riecht oder brennt: Zünden Sie nichts an, "
        "betätigen Sie keine Schalter, gehen Sie alle ins Freie und rufen Sie von dort den Notruf "
        "112. Ist jemand verletzt, fühlt sich krank oder hat etwas verschluckt, rufen Sie ihn jetzt. "
        "Kommen Sie dann hierher zurück: Ein Mensch wird dazugebeten.",
    ),
    (
        "bereavement",
        "en",
        False,
        "I am very sorry for your loss. You do not have to fill in anything here.",
    ),
    (
        "bereavement",
        "de",
        False,
        "Mein herzliches Beileid. Sie müssen hier nichts weiter ausfüllen.",
    ),
    (
        "distressed",
        "en",
        False,
        "I am sorry that this weighs on you so much. You are not left alone with it.",
    ),
    (
        "distressed",
        "de",
        False,
        "Es tut mir leid, dass Sie das so belastet. Wir lassen Sie damit nicht allein.",
    ),
    (
        "angry",
        "en",
        False,
        "I am sorry that this has gone so wrong. You have every reason to want it put right.",
    ),
    (
        "angry",
        "de",
        False,
        "Es tut mir leid, dass das so schiefgegangen ist. Das muss in Ordnung gebracht werden.",
    ),
)


def add(apps: Any, schema_editor: Any) -> None:
    detectors = apps.get_model("bots", "Detector").objects
    for slug, name, threshold, description in DETECTORS:
        # A topic of an admin's own that is called so goes on as it is.
        detectors.get_or_create(
            slug=slug,
            defaults={
                "name": name,
                "kind": "sensitive",
                "threshold": threshold,
                "description": description,
                "shipped": True,
            },
        )
    openings = apps.get_model("bots", "Opening").objects
    for about, language, safety, text in OPENINGS:
        openings.create(about=about, language=language, safety=safety, text=text)


def remove(apps: Any, schema_editor: Any) -> None:
    slugs = [slug for slug, _name, _threshold, _description in DETECTORS]
    apps.get_model("bots", "Detector").objects.filter(slug__in=slugs, shipped=True).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("bots", "0009_calibration_proposals"),
    ]

    operations = [
        migrations.CreateModel(
            name="Opening",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("about", models.CharField(max_length=40, verbose_name="when")),
                (
                    "language",
                    models.CharField(
                        default="en",
                        help_text="Its code, like de, fr or es. Where a language has none, that of "
                        "the helpdesk is used.",
                        max_length=10,
                        verbose_name="language",
                    ),
                ),
                ("text", models.TextField(max_length=1000, verbose_name="what is said")),
                (
                    "safety",
                    models.BooleanField(
                        default=False,
                        help_text="Shown apart as a warning, before everything else that is said.",
                        verbose_name="safety line",
                    ),
                ),
            ],
            options={
                "verbose_name": "first sentence",
                "verbose_name_plural": "first sentences",
                "ordering": ["about", "language"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("about", "language"),
                        name="opening_once_per_language",
                        violation_error_message=("There is one for this in this language already."),
                    )
                ],
            },
        ),
        migrations.RunPython(add, remove),
    ]
