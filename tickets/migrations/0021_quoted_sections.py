"""An answer may quote several sections; until now it quoted the first of its sources."""

from django.db import migrations, models

QUOTED = """
UPDATE tickets_citation AS citation SET quoted = true FROM tickets_answer AS answer
WHERE answer.id = citation.answer_id AND answer.decision = 'answer' AND citation.rank = 1
"""


class Migration(migrations.Migration):
    dependencies = [("tickets", "0020_indexes_that_are_used")]

    operations = [
        migrations.AddField(
            model_name="citation",
            name="quoted",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="citation",
            name="section",
            field=models.TextField(blank=True),
        ),
        migrations.RunSQL(QUOTED, migrations.RunSQL.noop),
    ]
