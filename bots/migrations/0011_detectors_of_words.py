"""Everything that is noticed is a detector: what was only code until now becomes a row.

A sentence is scored anew, so thresholds move; those that an admin has set stay.
"""

from typing import Any

from django.db import migrations

RENAMED = {"slug": ("dissatisfied", "frustrated"), "name": ("Dissatisfied", "Frustrated")}
# Those that it may still have as it came, by any release, and the one that it gets.
THRESHOLDS = (
    ("bereavement", (0.65,), 0.6),
    ("billing_dispute", (0.65, 0.6), 0.55),
    ("confused", (0.7,), 0.6),
    ("danger", (0.75,), 0.65),
    ("data_protection", (0.55,), 0.55),
    ("deadline", (0.7,), 0.7),
    ("distressed", (0.8,), 0.65),
    ("fraud_security", (0.4,), 0.5),
    ("frustrated", (0.8, 0.4), 0.5),
    ("legal", (0.58, 0.4), 0.65),
    ("medical", (0.78, 0.56), 0.6),
    ("money_hardship", (0.6,), 0.6),
    ("outage", (0.55,), 0.5),
    ("safety", (0.7,), 0.6),
    ("self_harm", (0.85, 0.87), 0.7),
    ("wants_to_cancel", (0.7,), 0.65),
)
NEW = (
    ("angry", "Angry", "signal", 0.9, "Insults, threats, fury."),
    (
        "asks_hours",
        "Asks when people are there",
        "signal",
        0.93,
        "Asks for the hours of customer service.",
    ),
    (
        "asks_identity",
        "Asks whether it is a human",
        "signal",
        0.93,
        "Wants to know whether they talk to a person or to a computer.",
    ),
    (
        "corrects",
        "Turns down what was offered",
        "signal",
        0.7,
        "Says no to an answer or an offer, corrects it, or asks for something else. Part of how a turn feels.",
    ),
    (
        "not_asked",
        "Says that it is not what they asked",
        "signal",
        0.93,
        "The answer was about something else than the question.",
    ),
    (
        "refused",
        "Says that it did not help",
        "signal",
        0.93,
        "Rejects the last answer: no, that is not it, it still does not work.",
    ),
    ("says_again", "Says it again", "signal", 0.93, "Says that they asked or told this before."),
    (
        "wants_person",
        "Asks for a person",
        "signal",
        0.93,
        "Wants to talk to a person, or has had enough of the assistant.",
    ),
)


def forwards(apps: Any, schema_editor: Any) -> None:
    detectors = apps.get_model("bots", "Detector").objects
    _rename(detectors, 0, 1)
    for slug, before, after in THRESHOLDS:
        detectors.filter(slug=slug, shipped=True, threshold__in=before).update(threshold=after)
    for slug, name, kind, threshold, description in NEW:
        detectors.get_or_create(  # a slug that an admin has used already stays theirs
            slug=slug,
            defaults={
                "name": name,
                "kind": kind,
                "threshold": threshold,
                "description": description,
                "shipped": True,
            },
        )


def backwards(apps: Any, schema_editor: Any) -> None:
    detectors = apps.get_model("bots", "Detector").objects
    detectors.filter(slug__in=[slug for slug, *_rest in NEW], shipped=True).delete()
    for slug, before, after in THRESHOLDS:
        rows = detectors.filter(slug=slug, shipped=True, threshold=after)
        rows.update(threshold=before[-1])
    _rename(detectors, 1, 0)


def _rename(detectors: Any, before: int, after: int) -> None:
    (slugs, names) = (RENAMED["slug"], RENAMED["name"])
    if not detectors.filter(slug=slugs[after]).exists():
        rows = detectors.filter(slug=slugs[before], shipped=True)
        rows.filter(name=names[before]).update(name=names[after])
        rows.update(slug=slugs[after])


class Migration(migrations.Migration):
    dependencies = [("bots", "0010_first_sentences")]

    operations = [migrations.RunPython(forwards, backwards)]
