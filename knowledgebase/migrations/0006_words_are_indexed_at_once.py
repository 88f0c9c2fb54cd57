"""Words are put into the search index at once, not into a list that each search has to read."""

import django.contrib.postgres.indexes
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("knowledgebase", "0005_words_of_an_installation"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="passage",
            name="passage_search",
        ),
        migrations.AddIndex(
            model_name="passage",
            index=django.contrib.postgres.indexes.GinIndex(
                fastupdate=False, fields=["search"], name="passage_search"
            ),
        ),
    ]
