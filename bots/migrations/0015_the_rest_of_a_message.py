"""What is said where only a part of a message was answered; in eleven languages."""

from django.db import migrations, models

NAME = "when only a part was answered"
SHIPPED = "I can answer a part of this. For the rest, a person from our team is one click away."
TEXTS = {
    "de": "Einen Teil davon kann ich beantworten. Für den Rest ist ein Mensch einen Klick entfernt.",
    "fr": "Je peux répondre à une partie. Pour le reste, une personne est à un clic.",
    "es": "Puedo responder a una parte. Para el resto, una persona está a un clic.",
    "it": "Posso rispondere a una parte. Per il resto, una persona è a un clic.",
    "nl": "Een deel hiervan kan ik beantwoorden. Voor de rest is een mens één klik verwijderd.",
    "pl": "Na część mogę odpowiedzieć. W pozostałych sprawach człowiek jest o jedno kliknięcie stąd.",
    "pt": "Posso responder a uma parte. Para o resto, uma pessoa está a um clique.",
    "sv": "En del av detta kan jag svara på. För resten är en människa ett klick bort.",
    "da": "En del af det kan jeg svare på. For resten er et menneske ét klik væk.",
    "tr": "Bunun bir kısmını yanıtlayabilirim. Geri kalanı için bir insan bir tık uzağınızda.",
}


def add(apps, schema_editor):
    """To the languages that are there; one that an admin removed stays away."""
    rows = apps.get_model("bots", "LanguageTexts").objects
    for language, text in TEXTS.items():
        rows.filter(language=language, partly_text="").update(partly_text=text)


class Migration(migrations.Migration):
    dependencies = [("bots", "0014_how_sure_of_a_section")]

    operations = [
        migrations.AddField(
            "LanguageTexts",
            "partly_text",
            models.TextField(max_length=500, verbose_name=NAME, blank=True),
        ),
        migrations.AddField(
            "AssistantSettings",
            "partly_text",
            models.TextField(
                max_length=500,
                verbose_name=NAME,
                default=SHIPPED,
                help_text="Said before an answer, with a person offered, when several things were asked.",
            ),
        ),
        migrations.RunPython(add, migrations.RunPython.noop),
    ]
