from django.db import migrations, models


class Migration(migrations.Migration):
    """The history of an article says when the assistant was kept from it, and when no longer."""

    dependencies = [("knowledgebase", "0006_words_are_indexed_at_once")]

    operations = [
        migrations.AlterField(
            model_name="articleevent",
            name="kind",
            field=models.CharField(
                choices=[
                    ("saved", "Saved"),
                    ("filed", "Filed"),
                    ("published", "Published"),
                    ("unpublished", "Unpublished"),
                    ("archived", "Archived"),
                    ("held_back", "Held back from the assistant"),
                    ("released", "Released to the assistant"),
                ],
                max_length=12,
                verbose_name="what",
            ),
        ),
    ]
