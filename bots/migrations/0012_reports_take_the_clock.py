from django.db import migrations, models

import tickets.clock


class Migration(migrations.Migration):
    """A report has the time of the actions' clock. Nothing changes in the database."""

    dependencies = [("bots", "0011_detectors_of_words")]

    operations = [
        migrations.AlterField(
            model_name="answerreport",
            name="created_at",
            field=models.DateTimeField(default=tickets.clock.now, editable=False),
        ),
    ]
