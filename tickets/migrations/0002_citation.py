import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Apart from the rest, since articles know their authors and so come between the two."""

    dependencies = [
        ("knowledgebase", "0001_first"),
        ("tickets", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Citation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("rank", models.PositiveSmallIntegerField()),
                ("title", models.CharField(max_length=300)),
                ("slug", models.SlugField(max_length=200)),
                ("heading", models.CharField(blank=True, max_length=300)),
                ("anchor", models.CharField(blank=True, max_length=300)),
                ("passage", models.TextField()),
                ("score", models.FloatField()),
                (
                    "answer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="citations",
                        to="tickets.answer",
                    ),
                ),
                (
                    "article",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="citations",
                        to="knowledgebase.article",
                    ),
                ),
            ],
            options={
                "verbose_name": "source",
                "verbose_name_plural": "sources",
                "ordering": ["answer", "rank"],
                "constraints": [
                    models.UniqueConstraint(fields=("answer", "rank"), name="citation_rank_unique")
                ],
            },
        ),
    ]
