"""All sample questions of an article are also one passage."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("knowledgebase", "0007_held_back_from_the_assistant"),
    ]

    operations = [
        migrations.AlterField(
            model_name="passage",
            name="kind",
            field=models.CharField(
                choices=[
                    ("body", "Body"),
                    ("title", "Title"),
                    ("question", "Question"),
                    ("asked", "Asked"),
                ],
                max_length=8,
            ),
        ),
    ]
