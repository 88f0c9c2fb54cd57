"""Short answers stand in an article's versions, which the trigger keeps from being changed."""

import django.contrib.postgres.fields
from django.db import migrations, models

TABLE = "knowledgebase_articleversion"
KEPT = "id, article_id, number, title, summary, body, questions, note, created_at"
AND_SHORT = f"{KEPT}, short_answers, short_answers_read"


def _never_changed(columns: str) -> str:
    was, now = (
        ", ".join(f"{row}.{name}" for name in columns.split(", ")) for row in ("OLD", "NEW")
    )
    return f"""
DROP TRIGGER version_never_changed ON {TABLE};
CREATE TRIGGER version_never_changed BEFORE UPDATE ON {TABLE} FOR EACH ROW
WHEN (({was}) IS DISTINCT FROM ({now}))
EXECUTE FUNCTION knowledgebase_refuse_change()
"""


class Migration(migrations.Migration):
    dependencies = [("knowledgebase", "0012_quoted_sections")]

    operations = [
        migrations.AddField(
            model_name="articleversion",
            name="short_answers",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=620),
                default=list,
                size=None,
                verbose_name="short answers",
            ),
        ),
        migrations.AddField(
            model_name="articleversion",
            name="short_answers_read",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=16), default=list, size=None
            ),
        ),
        migrations.RunSQL(_never_changed(AND_SHORT), _never_changed(KEPT)),
    ]
