"""The texts in German, as an example of a second language; an admin may change or remove them."""

from typing import Any

from django.db import migrations

GERMAN = {
    "greeting": "Hallo. Ich suche in unseren Hilfeartikeln. Was möchten Sie wissen?",
    "answer_intro": "Das steht in unseren Hilfeartikeln:",
    "offer_intro": "Ich bin nicht sicher, was davon Sie brauchen. Passt einer dieser Artikel?",
    "clarify_text": "Das habe ich in unseren Artikeln nicht gefunden. Können Sie es anders sagen?",
    "no_answer_text": (
        "Das beantworten unsere Artikel nicht. Ich bitte einen Menschen aus unserem Team dazu."
    ),
    "unhelpful_text": (
        "Es tut mir leid, dass das nicht geholfen hat. Sagen Sie es mir mit anderen Worten, "
        "oder sprechen Sie mit einem Menschen."
    ),
    "sensitive_text": (
        "Danke, dass Sie uns das sagen. Das ist etwas für einen Menschen: Ich hole jemanden dazu."
    ),
    "emergency_text": (
        "Wenn Sie oder jemand anderes in Gefahr ist, rufen Sie bitte jetzt den Notruf 112. "
        "Sie sind damit nicht allein: Ein Mensch aus unserem Team wird dazugebeten."
    ),
    "other_language_text": "Das habe ich nur in einer anderen Sprache gefunden (%(language)s):",
}


def add(apps: Any, schema_editor: Any) -> None:
    apps.get_model("bots", "LanguageTexts").objects.get_or_create(language="de", defaults=GERMAN)


class Migration(migrations.Migration):
    dependencies = [("bots", "0003_texts_in_other_languages")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
