"""What an article is about, as one vector learned from the sample questions."""

import django.db.models.deletion
import pgvector.django.vector
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("knowledgebase", "0008_sample_questions_together"),
    ]

    operations = [
        migrations.AddField(
            model_name="encoder",
            name="gists_from",
            field=models.CharField(blank=True, editable=False, max_length=100),
        ),
        migrations.CreateModel(
            name="Gist",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("vector", pgvector.django.vector.VectorField()),
                ("shift", models.FloatField()),
                ("weight", models.FloatField()),
                (
                    "article",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="gists",
                        to="knowledgebase.article",
                    ),
                ),
                (
                    "encoder",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="knowledgebase.encoder",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("article", "encoder"), name="gist_once")
                ],
            },
        ),
    ]
