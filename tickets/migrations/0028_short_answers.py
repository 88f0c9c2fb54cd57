"""The short answer that was read before a quoted section; and an article's citations, newest first."""

import django.db.models.deletion
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("tickets", "0027_search")]

    operations = [
        migrations.AddField(
            model_name="citation",
            name="short_answer",
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name="answer",
            name="partly",
            field=models.BooleanField(db_default=False, default=False),
        ),
        AddIndexConcurrently(
            model_name="citation",
            index=models.Index(fields=["article", "-id"], name="citation_of_article"),
        ),
        migrations.AlterField(
            model_name="citation",
            name="article",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="citations",
                to="knowledgebase.article",
            ),
        ),
    ]
