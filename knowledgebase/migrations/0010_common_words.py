"""How many passages have a word, for the words that many have."""

from django.db import migrations, models

# Then the next sweep finds that nothing was made from what is public now, and counts the words.
MAKE_ANEW = "UPDATE knowledgebase_encoder SET gists_from = ''"


class Migration(migrations.Migration):
    dependencies = [
        ("knowledgebase", "0009_gists"),
    ]

    operations = [
        migrations.CreateModel(
            name="CommonWord",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("stemming", models.CharField(max_length=63)),
                ("lexeme", models.TextField()),
                ("passages", models.PositiveIntegerField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("lexeme", "stemming"), name="commonword_once")
                ],
            },
        ),
        migrations.RunSQL(MAKE_ANEW, migrations.RunSQL.noop),
    ]
