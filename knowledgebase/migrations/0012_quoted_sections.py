"""Headings are passages of their own, by which the section to quote is chosen."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("knowledgebase", "0011_indexes_that_are_used")]

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
                    ("heading", "Heading"),
                ],
                max_length=8,
            ),
        ),
    ]
