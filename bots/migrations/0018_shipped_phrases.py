"""The phrases with which suggested replies begin and end, in English and German."""

from typing import Any

from django.db import migrations

PHRASES = {
    "en": {
        "greeting": "Hi {customer.first_name},",
        "greeting_no_name": "Hello,",
        "calm": "Thank you for writing to us.",
        "thankful": "Thank you for your kind words.",
        "confused": "I am sorry that this was not clear. Here is how it works:",
        "frustrated": "I am sorry that this has cost you time and patience.",
        "angry": "I am sorry. This should not have happened, and I understand that you are angry.",
        "distressed": "I am sorry that this weighs on you. Let us put it right together.",
        "hurry": "I see that this is urgent, so here is the answer right away:",
        "ending": (
            "If anything is still open, just reply to this.\n\nKind regards\n{agent.first_name}"
        ),
    },
    "de": {
        "greeting": "Guten Tag {customer.first_name},",
        "greeting_no_name": "Guten Tag,",
        "calm": "vielen Dank für Ihre Nachricht.",
        "thankful": "vielen Dank für Ihre freundlichen Worte.",
        "confused": "es tut mir leid, dass das nicht klar war. So geht es:",
        "frustrated": "es tut mir leid, dass Sie das Zeit und Geduld gekostet hat.",
        "angry": (
            "es tut mir leid. Das hätte nicht passieren dürfen, und ich verstehe Ihren Ärger."
        ),
        "distressed": "es tut mir leid, dass Sie das belastet. Wir bringen es zusammen in Ordnung.",
        "hurry": "ich sehe, dass es eilt, darum gleich die Antwort:",
        "ending": (
            "Wenn noch etwas offen ist, antworten Sie einfach hierauf.\n\n"
            "Freundliche Grüße\n{agent.first_name}"
        ),
    },
}


def add(apps: Any, _schema_editor: Any) -> None:
    phrase = apps.get_model("bots", "ReplyPhrase")
    phrase.objects.bulk_create(
        phrase(about=about, language=language, text=text)
        for language, texts in PHRASES.items()
        for about, text in texts.items()
    )


class Migration(migrations.Migration):
    dependencies = [("bots", "0017_phrases_of_suggested_replies")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
